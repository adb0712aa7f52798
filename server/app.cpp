#include "server/app.hpp"

#include "server/backup/upgrade.hpp"
#include "storage/newest_ids.hpp"

#include <SQLiteCpp/Transaction.h>

namespace server {

namespace {

storage::Database open_upgraded(DataDirectory const& directory)
{
    auto writer = storage::Database::open_writer(directory.database());
    backup::upgrade(writer);
    return writer;
}

Keys open_keys(Config const& config, storage::Database& writer, storage::Timestamp now)
{
    SQLite::Transaction transaction{writer.connection(), SQLite::TransactionBehavior::IMMEDIATE};
    auto keys = Keys::open(config, writer, now);
    transaction.commit();
    return keys;
}

// Ids sort by when they were made, also over a restart before which the clock was set back: streams
// and detection read on from the last one they know.
void go_on_after_stored_ids(crypto::Ids& ids, storage::Database& db)
{
    for (auto const& id : storage::list_newest_ids(db))
        if (auto const made = crypto::id_time(id))
            ids.next("", *made + std::chrono::milliseconds{1});
}

} // namespace

App::App(Config settings)
    : config(std::move(settings)), directory(config.data_dir), writer(open_upgraded(directory)),
      reader(storage::Database::open_reader(directory.database())),
      keys(open_keys(config, writer, clock.now())), metrics(config.metrics_agent_labels)
{
    go_on_after_stored_ids(ids, reader);
}

void App::use_listen_port(unsigned port)
{
    constexpr std::string_view any_port = ":0";
    for (auto* const text : {&config.public_base_url, &config.listen})
        if (config.listen.ends_with(any_port) && text->ends_with(any_port))
            text->replace(text->size() - 1, 1, std::to_string(port));
}

} // namespace server
