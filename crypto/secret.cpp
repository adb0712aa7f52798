#include "crypto/secret.hpp"

#include "crypto/locked_memory.hpp"

#include <sodium.h>

#include <cstring>
#include <utility>

namespace crypto {

Secret::Secret(std::size_t size)
{
    if (size == 0)
        return;
    data_ = take_locked(size);
    size_ = size;
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
    release_locked(data_, size_);
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
