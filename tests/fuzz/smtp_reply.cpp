// What a mail server answers: the lines of a reply.
// Few paths: a third of the time is enough.
#include "server/rules/smtp_reply.hpp"
#include "tests/fuzz/fuzzer.hpp"

namespace {

void check_offers(rules::SmtpReply const& reply)
{
    for (std::string_view const keyword : {"STARTTLS", "AUTH", "SMTPUTF8"}) {
        auto const offer = rules::find_offer(reply, keyword);
        if (!offer)
            continue;
        test::must(offer->starts_with(keyword), "an offer begins with its word");
        test::must(
            offer->size() == keyword.size() || (*offer)[keyword.size()] == ' ',
            "which is not the beginning of another"
        );
    }
}

} // namespace

void test::fuzz(std::string_view input)
{
    rules::SmtpReply reply;
    while (!input.empty()) {
        auto line = take_line(input);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        auto const lines = reply.lines.size();
        auto const added = rules::add_line(reply, line);
        if (added == rules::SmtpLine::malformed) {
            must(reply.lines.size() == lines, "a malformed line adds nothing");
            return;
        }
        must(reply.code >= 0 && reply.code <= 999, "a code has three digits");
        must(reply.lines.size() == lines + 1, "a line adds its text");
        must(line.ends_with(reply.lines.back()), "which is the end of it");
        must(
            (added == rules::SmtpLine::more) == (line.substr(3, 1) == "-"),
            "a hyphen says that more is to come"
        );
        if (added == rules::SmtpLine::last)
            break;
    }
    check_offers(reply);
}
