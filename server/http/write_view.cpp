#include "server/http/write_view.hpp"

#include "server/rules/audit_chain.hpp"
#include "server/rules/stored_json.hpp"
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

void write_value(WrittenView& out, RawJson const& json)
{
    out.text += rules::checked_json(json.text);
}

void write_value(WrittenView& out, UnsignedToken const& token)
{
    write_value(out, UnsignedTokenLink{.prefix = {}, .input = token.input});
}

void write_value(WrittenView& out, UnsignedTokenLink const& link)
{
    write_string(out.text, link.prefix + link.input + ".");
    out.unsigned_input = link.input;
}

} // namespace http
