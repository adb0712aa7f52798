// Bytes that must not outlive their use: kept in memory that is locked, left out of core dumps and
// wiped when it is released (sodium_malloc). Move-only.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace crypto {

class Secret
{
public:
    Secret() = default;
    explicit Secret(std::size_t size); // zeroed
    explicit Secret(std::string_view bytes);
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    Secret(Secret const&) = delete;
    Secret& operator=(Secret const&) = delete;
    ~Secret();

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] std::span<unsigned char> bytes() { return {data_, size_}; }
    [[nodiscard]] std::span<unsigned char const> bytes() const { return {data_, size_}; }
    [[nodiscard]] std::string_view view() const;

private:
    unsigned char* data_ = nullptr;
    std::size_t size_ = 0;
};

// Overwrites the text's buffer and empties it.
void wipe(std::string& text);

} // namespace crypto
