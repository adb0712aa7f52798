// A page of a list, as the contract counts them: 1-based number and size.
#pragma once

#include <cstdint>

namespace storage {

struct Page
{
    std::int64_t number = 1;
    std::int64_t size = 1000;

    [[nodiscard]] std::int64_t offset() const { return (number - 1) * size; }
};

} // namespace storage
