// Memory that connections keep while they wait for their other side: bodies that have not arrived
// as a whole, answers that are not taken. Nobody needs a key for either, so all connections of a
// listener share a limit; what small requests and answers need is there for everybody.
#pragma once

#include <cstddef>

namespace http {

struct HeldMemory
{
    std::size_t bytes_max;  // of all
    std::size_t bytes_free; // of one, whatever the others have
    std::size_t bytes = 0;
};

// What one connection has of it.
class HeldShare
{
public:
    explicit HeldShare(HeldMemory& all) : all_(all) {}
    ~HeldShare() { set(0); }
    HeldShare(HeldShare const&) = delete;
    HeldShare& operator=(HeldShare const&) = delete;

    void set(std::size_t bytes)
    {
        all_.bytes += bytes - bytes_;
        bytes_ = bytes;
    }
    [[nodiscard]] bool is_too_much() const
    {
        return all_.bytes > all_.bytes_max && bytes_ > all_.bytes_free;
    }

private:
    HeldMemory& all_;
    std::size_t bytes_ = 0;
};

} // namespace http
