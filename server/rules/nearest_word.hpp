// For a word that means nothing here: the word that was probably meant.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace rules {

// The candidate that the fewest letters set apart; the first of several. There must be one.
std::string nearest_word(std::string_view word, std::span<std::string const> candidates);

} // namespace rules
