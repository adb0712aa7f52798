// What the demo tells: a step is a sentence, the calls it made and what came of them, printed for
// people or as one JSON object.
#pragma once

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

struct Call
{
    std::string method;
    std::string path;
    unsigned status = 0; // 0: no answer
    std::chrono::microseconds took{};
};

struct Note
{
    std::string text;    // a link stands alone on its line
    std::string label{}; // in a column before the text
};

struct Step
{
    int number = 0;
    std::string name;     // one word, for programs
    std::string sentence; // for people
    std::vector<Call> calls{};
    std::vector<Note> notes{};
    boost::json::object facts{}; // for programs
};

// A step went wrong.
class StepFailed : public std::runtime_error
{
public:
    StepFailed(std::string const& what, std::string try_next)
        : std::runtime_error(what), try_next_(std::move(try_next))
    {}
    [[nodiscard]] std::string const& try_next() const { return try_next_; }

private:
    std::string try_next_;
};

enum class Style : std::uint8_t
{
    plain,
    colored,
    json
};

// Whatever comes from a server is cleaned before it reaches the terminal.
class Narrator
{
public:
    Narrator(std::ostream& out, std::ostream& errors, Style style)
        : out_(out), errors_(errors), style_(style)
    {}

    void say(std::string_view text); // outside the steps; nothing in JSON
    void tell(Step const& step);
    void tell_failure(Step const& step, StepFailed const& failure);

private:
    void print(Step const& step);
    void print(Note const& note);
    void print_json(Step const& step, StepFailed const* failure);
    [[nodiscard]] std::string styled(std::string_view text, std::string_view code) const;

    std::ostream& out_;
    std::ostream& errors_;
    Style style_;
};

// Both ends of a key, code or token: enough to recognise, useless to anybody else.
std::string shortened(std::string_view secret);

} // namespace cli
