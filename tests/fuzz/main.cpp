// Where libFuzzer enters a fuzzer.
#include "tests/fuzz/fuzzer.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* bytes, std::size_t size)
{
    test::fuzz({reinterpret_cast<char const*>(bytes), size});
    return 0;
}
