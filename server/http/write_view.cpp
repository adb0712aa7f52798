#include "server/http/write_view.hpp"

#include "server/rules/audit_chain.hpp"
#include "server/rules/time_text.hpp"

namespace http {

void write_string(std::string& out, std::string_view text)
{
    out += rules::ecmascript_string(text);
}

void write_value(WrittenView& out, storage::Timestamp time)
{
    write_string(out.text, rules::time_text(time));
}

void write_value(WrittenView& out, UnsignedToken const& token)
{
    out.text += '"';
    out.text += token.input;
    out.text += '.';
    out.signature_at = out.text.size();
    out.unsigned_input = token.input;
    out.text += '"';
}

} // namespace http
