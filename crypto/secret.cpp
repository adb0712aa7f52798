#include "crypto/secret.hpp"

#include "crypto/sodium.hpp"

#include <sodium.h>

#include <cstring>
#include <new>
#include <utility>

namespace crypto {

Secret::Secret(std::size_t size)
{
    if (size == 0)
        return;
    start_sodium();
    // sodium_malloc tries to lock the pages and goes on when RLIMIT_MEMLOCK does not allow it:
    // wiping and guard pages still hold, and a small limit must not stop the program.
    data_ = static_cast<unsigned char*>(sodium_malloc(size));
    if (data_ == nullptr)
        throw std::bad_alloc();
    size_ = size;
    std::memset(data_, 0, size_);
}

Secret::Secret(std::string_view bytes) : Secret(bytes.size())
{
    if (!bytes.empty())
        std::memcpy(data_, bytes.data(), bytes.size());
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0))
{}

Secret& Secret::operator=(Secret&& other) noexcept
{
    // By way of a third one, so that our old bytes are wiped now, and moving onto oneself is safe.
    Secret taken(std::move(other));
    std::swap(data_, taken.data_);
    std::swap(size_, taken.size_);
    return *this;
}

Secret::~Secret()
{
    sodium_free(data_); // wipes; nothing to do for null
}

std::string_view Secret::view() const
{
    return {reinterpret_cast<char const*>(data_), size_};
}

void wipe(std::string& text)
{
    // A text that shrank has left bytes behind its end.
    text.resize(text.capacity());
    sodium_memzero(text.data(), text.size());
    text.clear();
}

} // namespace crypto
