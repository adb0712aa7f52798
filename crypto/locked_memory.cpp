#include "crypto/locked_memory.hpp"

#include "crypto/sodium.hpp"

#include <sanitizer/asan_interface.h> // its macros are empty in other builds

#include <sodium.h>

#include <cstring>
#include <mutex>
#include <new>
#include <vector>

namespace crypto {

namespace {

// Zeroed. sodium_malloc tries to lock the pages and goes on when RLIMIT_MEMLOCK does not allow it:
// wiping and guard pages still hold, and a small limit must not stop the program.
unsigned char* take_pages(std::size_t size)
{
    auto* const pages = static_cast<unsigned char*>(sodium_malloc(size));
    if (pages == nullptr)
        throw std::bad_alloc();
    std::memset(pages, 0, size);
    return pages;
}

// Pages are added when no piece is free, and kept: there are as many as were ever needed at once.
class SmallPieces
{
public:
    unsigned char* take(std::size_t size)
    {
        std::lock_guard const lock(mutex_);
        if (free_.empty())
            add_pages();
        auto* const piece = free_.back();
        free_.pop_back();
        ASAN_UNPOISON_MEMORY_REGION(piece, size);
        return piece;
    }

    void release(unsigned char* piece, std::size_t size) noexcept
    {
        sodium_memzero(piece, size);
        std::lock_guard const lock(mutex_);
        ASAN_POISON_MEMORY_REGION(piece, small_piece_bytes);
        free_.push_back(piece); // has room: see add_pages()
    }

private:
    static constexpr std::size_t pieces_at_once = 64;

    void add_pages()
    {
        auto const bytes = pieces_at_once * small_piece_bytes;
        free_.reserve(pieces_ + pieces_at_once);
        auto* const pages = take_pages(bytes);
        pieces_ += pieces_at_once;
        for (std::size_t i = 0; i < bytes; i += small_piece_bytes)
            free_.push_back(pages + i);
        ASAN_POISON_MEMORY_REGION(pages, bytes);
    }

    std::mutex mutex_;
    std::vector<unsigned char*> free_; // each zeroed
    std::size_t pieces_ = 0;
};

// Never destroyed: what is released at the very end still has a place to go.
SmallPieces& small_pieces()
{
    static auto& pieces = *new SmallPieces;
    return pieces;
}

} // namespace

unsigned char* take_locked(std::size_t size)
{
    start_sodium();
    return size <= small_piece_bytes ? small_pieces().take(size) : take_pages(size);
}

void release_locked(unsigned char* data, std::size_t size) noexcept
{
    if (data != nullptr && size <= small_piece_bytes)
        small_pieces().release(data, size);
    else
        sodium_free(data); // wipes; nothing to do for null
}

} // namespace crypto
