// What a mail looks like on its way: headers that stay single, bodies that stay whole.
#include "server/rules/mail_message.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace rules;

namespace {

constexpr Timestamp moment{std::chrono::milliseconds{1'772'442'007'999}}; // 2026-03-02T09:00:07Z

MailMessage sample(std::string text = "Hello\n")
{
    return {
        .from = "grantex@example.com",
        .to = "ops@nimbus.example",
        .subject = "Confirm",
        .id = "emv_1",
        .date = moment,
        .text = std::move(text)};
}

std::string body_of(std::string const& mail)
{
    return mail.substr(mail.find("\r\n\r\n") + 4);
}

bool has(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(mail_message)

BOOST_AUTO_TEST_CASE(a_mail_is_exactly_these_bytes)
{
    BOOST_TEST(
        mail_text(sample("Hello\n\nYours")) == "Date: Mon, 02 Mar 2026 09:00:07 +0000\r\n"
                                               "From: <grantex@example.com>\r\n"
                                               "To: <ops@nimbus.example>\r\n"
                                               "Subject: Confirm\r\n"
                                               "Message-ID: <emv_1@example.com>\r\n"
                                               "Auto-Submitted: auto-generated\r\n"
                                               "MIME-Version: 1.0\r\n"
                                               "Content-Type: text/plain; charset=utf-8\r\n"
                                               "Content-Transfer-Encoding: 7bit\r\n"
                                               "\r\n"
                                               "Hello\r\n\r\nYours\r\n"
    );
}

BOOST_AUTO_TEST_CASE(no_value_begins_a_header_of_its_own)
{
    auto const expected = mail_text(sample());
    auto const lines = std::ranges::count(expected, '\n');
    for (auto const* const evil : {"\r\nBcc: x@y.z", "\nBcc: x@y.z", "\rBcc: x@y.z", "\r\n\r\nHi"})
        for (auto const member :
             {&MailMessage::from, &MailMessage::to, &MailMessage::subject, &MailMessage::id})
        {
            auto message = sample();
            message.*member += evil;
            auto const mail = mail_text(message);
            BOOST_TEST(std::ranges::count(mail, '\n') == lines);
            BOOST_TEST(std::ranges::count(mail, '\r') == lines);
            BOOST_TEST(!has(mail, "\nBcc"));
        }
}

BOOST_AUTO_TEST_CASE(a_body_beyond_ascii_or_with_a_long_line_is_sent_as_base64)
{
    auto const umlaut = mail_text(sample("M\xC3\xBCnchen\n"));
    BOOST_TEST(has(umlaut, "Content-Transfer-Encoding: base64\r\n"));
    BOOST_TEST(body_of(umlaut) == "TcO8bmNoZW4NCg==\r\n");

    auto const longest = mail_text(sample(std::string(997, 'a') + "\n"));
    BOOST_TEST(has(longest, "7bit"));
    auto const too_long = body_of(mail_text(sample(std::string(1000, 'a') + "\n")));
    for (std::size_t at = 0; at < too_long.size();) {
        auto const end = too_long.find("\r\n", at);
        BOOST_TEST((end - at <= 76U));
        at = end + 2;
    }
}

BOOST_AUTO_TEST_CASE(base64_is_that_of_the_specification) // RFC 4648 section 10
{
    std::pair<std::string, std::string> const rows[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xFF\xFE\xFD", "//79"},
    };
    for (auto const& [clear, text] : rows)
        BOOST_TEST(base64(clear) == text);
}

BOOST_AUTO_TEST_CASE(only_the_line_of_one_dot_ends_the_data)
{
    BOOST_TEST(smtp_data("a\r\n") == "a\r\n.\r\n");
    BOOST_TEST(smtp_data(".\r\n") == "..\r\n.\r\n");
    BOOST_TEST(smtp_data("a\r\n.\r\n..b\r\nc.d\r\n") == "a\r\n..\r\n...b\r\nc.d\r\n.\r\n");
    BOOST_TEST(smtp_data("a") == "a\r\n.\r\n");
    // Lone line ends, which some servers take for an end, cannot come from a text (SMTP smuggling).
    auto const data = smtp_data(mail_text(sample("a\n.\rb\r\n.\n\n.\r\r\nc")));
    BOOST_TEST(data.find("\r\n.\r\n") == data.size() - 5);
    for (std::size_t i = 0; i < data.size(); ++i) {
        if (data[i] == '\n')
            BOOST_TEST((i > 0 && data[i - 1] == '\r'));
        if (data[i] == '\r')
            BOOST_TEST((i + 1 < data.size() && data[i + 1] == '\n'));
    }
}

BOOST_AUTO_TEST_CASE(the_mail_that_confirms_names_the_account_by_its_id_and_has_the_link_on_a_line)
{
    auto const mail = confirmation_mail(
        "https://auth.example.com", "dev_1", "https://auth.example.com/v1/signup/verify/x", moment
    );
    BOOST_TEST(has(mail.text, "account dev_1 at\nhttps://auth.example.com\n"));
    BOOST_TEST(has(mail.text, "\n\nhttps://auth.example.com/v1/signup/verify/x\n\n"));
    BOOST_TEST(has(mail.text, "until 2 Mar 2026, 09:00 UTC."));
}

BOOST_AUTO_TEST_SUITE_END()
