// Memory that is locked, left out of core dumps and wiped when it is released (sodium_malloc). That
// gives every piece pages of its own, at a dozen system calls and a guard page on either side:
// small pieces, of which one request may need several, share such pages instead.
#pragma once

#include <cstddef>

namespace crypto {

// Up to this size pieces share pages.
constexpr std::size_t small_piece_bytes = 128;

// Zeroed. From any thread. Throws std::bad_alloc.
unsigned char* take_locked(std::size_t size);

// What take_locked() gave for this size; null is fine.
void release_locked(unsigned char* data, std::size_t size) noexcept;

} // namespace crypto
