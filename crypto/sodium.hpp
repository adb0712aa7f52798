// The one place that starts libsodium.
#pragma once

namespace crypto {

// Every use of libsodium calls this first: before sodium_init its random numbers and its guarded
// memory are not ready. Cheap after the first call, and safe from any thread.
void start_sodium();

} // namespace crypto
