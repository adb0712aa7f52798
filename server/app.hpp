// What the server consists of: built once, passed by reference; there are no globals.
#pragma once

#include "crypto/ids.hpp"
#include "server/clock.hpp"
#include "server/config.hpp"
#include "server/data_directory.hpp"
#include "server/keys.hpp"
#include "server/metrics.hpp"
#include "server/outbox.hpp"
#include "server/signals.hpp"
#include "server/stream_slots.hpp"
#include "server/verification_counts.hpp"
#include "storage/database.hpp"

namespace server {

struct App
{
    // Opens everything: directory and its lock, database (migrated), keys. Throws ConfigError,
    // KeyError, storage::SchemaRefused, SQLite::Exception.
    explicit App(Config settings);

    // When the system chose the port (`--listen 127.0.0.1:0`), the base URL follows it unless it
    // was given.
    void use_listen_port(unsigned port);

    Config config;
    Clock clock;
    crypto::Ids ids;
    DataDirectory directory;
    storage::Database writer;
    storage::Database reader;
    Keys keys;
    Outbox outbox;
    StreamSlots stream_slots;
    VerificationCounts verification_counts;
    Metrics metrics;
    Signals signals;
    bool refuses_writes = false; // the disk refused the last one: full, or broken
};

} // namespace server
