#include "server/app.hpp"

#include "storage/migrate.hpp"

#include <SQLiteCpp/Transaction.h>

namespace server {

namespace {

storage::Database open_migrated(DataDirectory const& directory)
{
    auto writer = storage::Database::open_writer(directory.database());
    storage::migrate(writer);
    return writer;
}

Keys open_keys(Config const& config, storage::Database& writer, storage::Timestamp now)
{
    SQLite::Transaction transaction{
        writer.connection(), SQLite::TransactionBehavior::IMMEDIATE};
    auto keys = Keys::open(config, writer, now);
    transaction.commit();
    return keys;
}

} // namespace

App::App(Config settings)
    : config(std::move(settings)), directory(config.data_dir), writer(open_migrated(directory)),
      reader(storage::Database::open_reader(directory.database())),
      keys(open_keys(config, writer, clock.now()))
{
}

} // namespace server
