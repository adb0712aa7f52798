// Whether a text keeps to ASCII.
#pragma once

#include <string_view>

namespace crypto {

// Reads every character whatever it finds, since the text may be a secret.
inline bool is_ascii(std::string_view text)
{
    unsigned char all = 0;
    for (auto c : text)
        all |= static_cast<unsigned char>(c);
    return all < 0x80;
}

} // namespace crypto
