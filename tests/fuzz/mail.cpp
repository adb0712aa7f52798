// Mails. Lines: the recipient, the subject; the rest is the text.
// Few paths: a third of the time is enough.
#include "server/rules/email_address.hpp"
#include "server/rules/mail_message.hpp"
#include "tests/fuzz/fuzzer.hpp"

#include <string>

namespace {

// The names of the headers, one a line.
std::string header_names(std::string_view message)
{
    std::string names;
    for (auto line = test::take_line(message); line != "\r"; line = test::take_line(message)) {
        test::must(line.ends_with('\r') && line.find(": ") != line.npos, "a header is one line");
        names.append(line.substr(0, line.find(':'))).append("\n");
    }
    return names;
}

void check_lines(std::string_view message)
{
    while (!message.empty()) {
        auto const end = message.find('\n');
        test::must(end != message.npos && end > 0, "every line has its end");
        auto const line = message.substr(0, end);
        test::must(line.find('\r') == line.size() - 1, "which is CRLF");
        message.remove_prefix(end + 1);
    }
}

// As the mail server reads what follows DATA.
std::string received(std::string_view data)
{
    std::string message;
    while (!data.empty()) {
        auto line = test::take_line(data);
        if (line == ".\r") {
            test::must(data.empty(), "nothing follows the end of a mail");
            return message;
        }
        if (line.starts_with('.'))
            line.remove_prefix(1);
        message.append(line).append("\n");
    }
    test::must(false, "a mail has an end");
    return message;
}

} // namespace

void test::fuzz(std::string_view input)
{
    auto const recipient = take_line(input);
    auto const subject = take_line(input);
    auto const address = rules::read_email_address(recipient);
    if (address) {
        must(rules::read_email_address(*address) == address, "an address that was read is one");
        must(
            address->find_first_of(" \t\r\n<>\",:;()[]\\") == address->npos,
            "an address can stand in a command"
        );
        must(std::ranges::count(*address, '@') == 1, "it has one @");
    }
    auto const message = rules::mail_text(
        {.from = "grantex@example.com",
         .to = address.value_or("nobody@example.com"),
         .subject = std::string{subject},
         .id = "ml_1",
         .date = rules::Timestamp{std::chrono::milliseconds{1'772'442'724'321}},
         .text = std::string{input}}
    );
    check_lines(message);
    must(
        header_names(message) == "Date\nFrom\nTo\nSubject\nMessage-ID\nAuto-Submitted\n"
                                 "MIME-Version\nContent-Type\nContent-Transfer-Encoding\n",
        "no value adds a header"
    );
    must(received(rules::smtp_data(message)) == message, "what is sent is received");
}
