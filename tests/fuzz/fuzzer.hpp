// What every fuzzer is made of: fuzz() is called with one input after another, and says with must()
// what has to hold of it.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace test {

// The fuzzer's own file defines it.
void fuzz(std::string_view input);

inline void must(bool holds, std::string_view sentence)
{
    if (holds)
        return;
    std::fprintf(
        stderr, "This does not hold: %.*s\n", static_cast<int>(sentence.size()), sentence.data()
    );
    std::abort();
}

// The part of `input` before the separator; both are removed from it. Inputs of several texts are
// cut with it, so that their files can be read and written by hand.
inline std::string_view take_until(std::string_view& input, char separator)
{
    auto const part = input.substr(0, input.find(separator));
    input.remove_prefix(std::min(part.size() + 1, input.size()));
    return part;
}

inline std::string_view take_line(std::string_view& input)
{
    return take_until(input, '\n');
}

} // namespace test
