#include "crypto/sodium.hpp"

#include <sodium.h>

#include <stdexcept>

namespace crypto {

void start_sodium()
{
    // libsodium's own generator, seeded by the system's, instead of a system call for each number.
    // 1 means another part of the program was first, which is as good as 0.
    static bool const started =
        randombytes_set_implementation(&randombytes_internal_implementation) == 0 &&
        sodium_init() >= 0;
    if (!started)
        throw std::runtime_error("libsodium did not start: the system gives no randomness");
}

} // namespace crypto
