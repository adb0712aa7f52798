#include "crypto/sodium.hpp"

#include <sodium.h>

#include <stdexcept>

namespace crypto {

void start_sodium()
{
    // 1 means another part of the program was first, which is as good as 0.
    static bool const started = sodium_init() >= 0;
    if (!started)
        throw std::runtime_error("libsodium did not start: the system gives no randomness");
}

} // namespace crypto
