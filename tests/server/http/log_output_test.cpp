#include "server/http/log_output.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <string>

namespace {

struct Pipe
{
    Pipe() { BOOST_REQUIRE_EQUAL(::pipe2(ends.data(), O_NONBLOCK), 0); }
    ~Pipe()
    {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    Pipe(Pipe const&) = delete;
    Pipe& operator=(Pipe const&) = delete;

    // What is in it now.
    std::string read()
    {
        std::string text;
        std::array<char, 4096> part{};
        for (ssize_t count = 0; (count = ::read(ends[0], part.data(), part.size())) > 0;)
            text.append(part.data(), static_cast<std::size_t>(count));
        return text;
    }
    void fill()
    {
        std::string const noise(PIPE_BUF, 'x');
        while (::write(ends[1], noise.data(), noise.size()) > 0) {
        }
    }

    std::array<int, 2> ends{};
};

struct Output : Pipe
{
    http::LogOutput output{ends[1]};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(log_output, Output)

BOOST_AUTO_TEST_CASE(lines_are_held_until_they_are_flushed_and_then_written_in_order)
{
    output.add("one");
    output.add("two");
    BOOST_TEST(read() == "");
    output.flush();
    BOOST_TEST(read() == "one\ntwo\n");
    output.flush();
    BOOST_TEST(read() == "");
}

BOOST_AUTO_TEST_CASE(no_more_is_held_than_a_pipe_takes_at_once_and_no_line_is_cut_by_it)
{
    std::string all;
    for (int i = 0; i < 300; ++i) {
        auto const line = "line " + std::to_string(i) + std::string(100, '.');
        output.add(line);
        all += line + '\n';
    }
    auto const early = read();
    BOOST_TEST(early.size() > all.size() - PIPE_BUF);
    BOOST_TEST(early.ends_with(".\n"));
    output.flush();
    BOOST_TEST((early + read() == all));
}

BOOST_AUTO_TEST_CASE(a_longer_line_than_a_pipe_takes_is_cut)
{
    output.add(std::string(2 * PIPE_BUF, 'a'));
    output.flush();
    BOOST_TEST((read() == std::string(PIPE_BUF - 1, 'a') + '\n'));
}

BOOST_AUTO_TEST_CASE(lines_without_room_are_counted_and_told_of_before_the_next)
{
    fill();
    for (int i = 0; i < 5; ++i)
        output.add("lost");
    output.flush();
    output.add("lost as well");
    output.flush();
    read();
    output.add("seen");
    output.flush();
    BOOST_TEST(read() == "event=log.dropped lines=6\nseen\n");
}

BOOST_AUTO_TEST_SUITE_END()
