// Recomputes an exported audit chain, with nothing but the file.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

namespace cli {

struct VerifiedChain
{
    std::int64_t entries = 0; // that are good
    std::string last_hash;    // of them
    std::optional<std::string> fault;
    std::int64_t line = 0; // where the fault is
    std::string entry_id;  // there, when it can be read
};

VerifiedChain verify_chain(std::istream& lines);

} // namespace cli
