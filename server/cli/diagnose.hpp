// What `grantexd doctor` looks at.
#pragma once

#include "server/cli/command.hpp"

#include <cstdint>

namespace cli {

struct Diagnosis
{
    enum class State : std::uint8_t
    {
        good,
        advice, // it works, and could be better
        problem
    };

    std::string check; // "settings"
    State state = State::good;
    std::string text;
    std::string try_next{}; // a command, or empty
};

// Looks at everything that the settings allow to look at; never throws for what it finds.
std::vector<Diagnosis> diagnose(Input const& input);

} // namespace cli
