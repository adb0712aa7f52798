#include "server/rules/smtp_reply.hpp"

#include <boost/test/unit_test.hpp>

using rules::add_line;
using rules::SmtpLine;
using rules::SmtpReply;

BOOST_AUTO_TEST_SUITE(smtp_replies)

BOOST_AUTO_TEST_CASE(a_reply_ends_with_the_line_that_has_no_hyphen)
{
    SmtpReply reply;
    BOOST_TEST((add_line(reply, "250-mail.example.com") == SmtpLine::more));
    BOOST_TEST((add_line(reply, "250-") == SmtpLine::more));
    BOOST_TEST((add_line(reply, "250 STARTTLS") == SmtpLine::last));
    BOOST_TEST(reply.code == 250);
    BOOST_TEST((reply.lines == std::vector<std::string>{"mail.example.com", "", "STARTTLS"}));
}

BOOST_AUTO_TEST_CASE(a_line_may_be_a_code_alone)
{
    for (auto const* const line : {"354", "354 "}) {
        SmtpReply reply;
        BOOST_TEST((add_line(reply, line) == SmtpLine::last));
        BOOST_TEST(reply.code == 354);
        BOOST_TEST(reply.lines.back().empty());
    }
}

BOOST_AUTO_TEST_CASE(a_line_without_a_code_is_malformed)
{
    for (auto const* const line : {"", "2", "25", "25x", " 250", "-25", "+50 a", "HTTP/1.1 200"}) {
        SmtpReply reply;
        BOOST_TEST((add_line(reply, line) == SmtpLine::malformed), line);
        BOOST_TEST(reply.lines.empty());
    }
}

BOOST_AUTO_TEST_CASE(an_offer_is_found_by_its_whole_word_in_any_case)
{
    SmtpReply const reply{250, {"mail.example.com", "StartTLS", "auth plain Login", "SIZEX 5"}};
    BOOST_TEST((rules::find_offer(reply, "STARTTLS") == "STARTTLS"));
    BOOST_TEST((rules::find_offer(reply, "AUTH") == "AUTH PLAIN LOGIN"));
    BOOST_TEST(!rules::find_offer(reply, "SIZE").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
