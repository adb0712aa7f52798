// Restoring: what is refused, that refusing changes nothing, and what is kept.
#include "server/backup/restore.hpp"

#include "server/backup/checksum.hpp"
#include "server/backup/upgrade.hpp"
#include "server/keys.hpp"
#include "storage/durable_file.hpp"
#include "tests/older_schema.hpp"
#include "tests/server/backup/backup_server.hpp"

using namespace support;

namespace {

struct RestoreServer : BackupServer
{
    backup::Report made = backup::make_backup(plan());
    server::Config place = other_place("place");
    std::filesystem::path database = place.data_dir / "grantexd.db";

    std::map<std::string, std::string> contents()
    {
        std::map<std::string, std::string> files;
        for (auto const& name : names_in(place.data_dir))
            if (name != "grantexd.lock")
                files[name] = bytes_of(place.data_dir / name);
        return files;
    }

    // Why the file is not restored; and that nothing has changed.
    std::string refusal(std::filesystem::path const& file)
    {
        auto const before = contents();
        auto const source = bytes_of(file);
        std::string why;
        try {
            backup::restore(place, file);
            BOOST_ERROR("restored " << file);
        } catch (storage::FileRefused const& error) {
            why = error.what();
        } catch (server::KeyError const& error) {
            why = error.what();
        }
        BOOST_TEST((contents() == before), why);
        BOOST_TEST((bytes_of(file) == source));
        BOOST_TEST(why.find("Try: ") != std::string::npos, why);
        BOOST_TEST(why.find(file.string()) != std::string::npos, why);
        BOOST_TEST(why.find(".restoring") == std::string::npos, why);
        return why;
    }

    std::filesystem::path copy_of_backup(std::string const& sql = {})
    {
        auto const file = directory.path() / "copy.db";
        std::filesystem::remove(file);
        std::filesystem::copy_file(made.file, file);
        if (!sql.empty())
            SQLite::Database{file.string(), SQLite::OPEN_READWRITE}.exec(sql);
        return file;
    }
};

bool contains(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(restore, RestoreServer)

BOOST_AUTO_TEST_CASE(a_backup_becomes_the_database_of_an_empty_directory)
{
    auto const restored = backup::restore(place, made.file);
    BOOST_TEST(restored.checksum);
    BOOST_TEST(restored.kept.empty());
    BOOST_TEST(restored.before.empty());
    BOOST_TEST((restored.after == made.tables));
    BOOST_TEST(restored.audit.entries == 3);
    BOOST_TEST(
        names_in(place.data_dir) ==
            (std::vector<std::string>{"grantexd.db", "grantexd.lock", "master.key"}),
        boost::test_tools::per_element()
    );
    // A server opens it, keys and all.
    server::App other{place};
    BOOST_TEST((storage::count_tables(other.reader) == made.tables));
    BOOST_TEST(other.keys.jwks() == app.keys.jwks());
}

BOOST_AUTO_TEST_CASE(the_database_as_it_was_is_kept_each_time)
{
    backup::restore(place, made.file);
    {
        server::App other{place};
        other.writer.execute("UPDATE developers SET name = 'Changed'");
    }
    auto const second = backup::restore(place, made.file);
    BOOST_TEST(second.kept == database.string() + ".before-restore");
    BOOST_TEST((second.before == made.tables));
    auto const name_in = [](std::filesystem::path const& file) {
        return storage::Database::open_reader(file)
            .find<std::string>("SELECT name FROM developers LIMIT 1")
            .value();
    };
    BOOST_TEST(name_in(second.kept) == "Changed");
    BOOST_TEST(name_in(database) == "Nimbus Travel");
    auto const third = backup::restore(place, made.file);
    BOOST_TEST(third.kept == database.string() + ".before-restore.2");
    BOOST_TEST(name_in(second.kept) == "Changed");
}

BOOST_AUTO_TEST_CASE(what_a_killed_server_left_in_its_log_is_kept_too)
{
    backup::restore(place, made.file);
    {
        // As after a kill: the log is not moved into the file.
        auto const saved = directory.path() / "saved";
        std::filesystem::create_directory(saved);
        server::App other{place};
        other.writer.execute("UPDATE developers SET name = 'In the log'");
        for (auto const* const name : {"grantexd.db", "grantexd.db-wal"})
            std::filesystem::copy_file(place.data_dir / name, saved / name);
        other.writer.execute("UPDATE developers SET name = 'later'");
    }
    for (auto const* const name : {"grantexd.db", "grantexd.db-wal"})
        std::filesystem::copy_file(
            directory.path() / "saved" / name, place.data_dir / name,
            std::filesystem::copy_options::overwrite_existing
        );
    auto const restored = backup::restore(place, made.file);
    auto kept = storage::Database::open_reader(restored.kept);
    BOOST_TEST(
        kept.find<std::string>("SELECT name FROM developers LIMIT 1").value() == "In the log"
    );
    BOOST_TEST(!std::filesystem::exists(storage::with_suffix(database, "-wal")));
}

BOOST_AUTO_TEST_CASE(a_database_that_cannot_be_read_is_no_obstacle_and_is_kept)
{
    std::ofstream{database} << std::string(9'000, 'x');
    std::ofstream{storage::with_suffix(database, "-wal")} << "its log";
    auto const restored = backup::restore(place, made.file);
    BOOST_TEST(contains(restored.unread, "not a database"));
    BOOST_TEST(bytes_of(restored.kept) == std::string(9'000, 'x'));
    BOOST_TEST(bytes_of(storage::with_suffix(restored.kept, "-wal")) == "its log");
    BOOST_TEST(!std::filesystem::exists(storage::with_suffix(database, "-wal")));
    server::App other{place};
    BOOST_TEST((storage::count_tables(other.reader) == made.tables));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_backup_is_refused_and_nothing_changes)
{
    backup::restore(place, made.file);
    auto const file = directory.path() / "file.db";
    BOOST_TEST(contains(refusal(file), "is not a file")); // there is none
    std::ofstream{file} << "";
    BOOST_TEST(contains(refusal(file), "is empty"));
    std::ofstream{file} << std::string(5'000, 'x');
    BOOST_TEST(contains(refusal(file), "is not a database"));
    BOOST_TEST(contains(refusal(database), "the database itself"));
    std::filesystem::remove(file);
    SQLite::Database{file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE}.exec(
        "CREATE TABLE notes (text)"
    );
    BOOST_TEST(contains(refusal(file), "another program"));
}

BOOST_AUTO_TEST_CASE(a_newer_schema_is_refused_with_what_to_install)
{
    auto const why = refusal(copy_of_backup("PRAGMA user_version = 999"));
    BOOST_TEST(contains(why, "schema version 999"));
    BOOST_TEST(contains(why, "install a grantexd newer than "));
}

BOOST_AUTO_TEST_CASE(a_changed_cut_or_damaged_backup_is_refused)
{
    // Of its own name the checksum tells.
    auto content = bytes_of(made.file);
    content[content.size() / 2] ^= 1;
    std::ofstream{made.file, std::ios::binary} << content;
    BOOST_TEST(contains(refusal(made.file), "changed or damaged"));
    content[content.size() / 2] ^= 1;
    std::ofstream{made.file, std::ios::binary} << content.substr(0, content.size() - 4096);
    BOOST_TEST(contains(refusal(made.file), "changed or damaged"));
    // Without its checksum the database itself does.
    auto const cut = directory.path() / "cut.db";
    std::ofstream{cut, std::ios::binary} << content.substr(0, content.size() - 40 * 4096);
    BOOST_TEST(contains(refusal(cut), "damaged"));
    std::ofstream{made.file, std::ios::binary} << content;
    std::ofstream{backup::checksum_file(made.file)} << "nonsense";
    BOOST_TEST(contains(refusal(made.file), "changed or damaged"));
}

BOOST_AUTO_TEST_CASE(a_broken_audit_chain_or_reference_is_refused)
{
    BOOST_TEST(contains(
        refusal(copy_of_backup("DROP TRIGGER audit_entries_are_never_changed; "
                               "UPDATE audit_entries SET action = 'x' WHERE seq = 2")),
        "broken at entry 2"
    ));
    BOOST_TEST(contains(
        refusal(copy_of_backup(
            "PRAGMA foreign_keys = OFF; INSERT INTO api_keys VALUES ('h', 'nobody', 1)"
        )),
        "api_keys"
    ));
}

BOOST_AUTO_TEST_CASE(a_master_key_that_does_not_open_it_is_refused)
{
    auto const key = place.data_dir / "master.key";
    std::filesystem::remove(key);
    BOOST_TEST(contains(refusal(made.file), "master key"));
    BOOST_TEST(!std::filesystem::exists(key));
    place.master_key = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    BOOST_TEST(contains(refusal(made.file), "does not open"));
}

BOOST_AUTO_TEST_CASE(a_data_directory_in_use_is_not_touched)
{
    server::App other{place};
    auto const before = contents();
    BOOST_CHECK_THROW(backup::restore(place, made.file), server::ConfigError);
    BOOST_TEST((contents() == before));
}

BOOST_AUTO_TEST_CASE(a_file_with_a_log_beside_it_is_refused)
{
    auto const file = copy_of_backup();
    std::ofstream{storage::with_suffix(file, "-wal")} << "half of it";
    BOOST_TEST(contains(refusal(file), "write-ahead log"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(upgrade_with_copy, BackupServer)

BOOST_AUTO_TEST_CASE(an_older_backup_is_migrated_on_its_way)
{
    auto const file = directory.path() / "old.db";
    {
        auto old = storage::Database::open_writer(file);
        migrate_up_to(old, 9);
        old.execute("INSERT INTO developers (id, name, mode, plan, created_at) VALUES "
                    "('d1', 'Nimbus', 'live', 'free', 1)");
    }
    auto const place = other_place("place");
    auto const restored = backup::restore(place, file);
    BOOST_TEST(restored.schema_version == 9);
    BOOST_TEST(
        restored.steps.size() == static_cast<std::size_t>(storage::newest_schema_version() - 9)
    );
    BOOST_TEST(!restored.checksum);
    auto database = storage::Database::open_reader(place.data_dir / "grantexd.db");
    BOOST_TEST(storage::schema_version(database) == storage::newest_schema_version());
    auto source = storage::Database::open_reader(file);
    BOOST_TEST(storage::schema_version(source) == 9);
}

BOOST_AUTO_TEST_CASE(a_server_of_a_newer_version_keeps_the_database_as_it_was_and_migrates_it)
{
    auto const place = other_place("place");
    auto const database = place.data_dir / "grantexd.db";
    {
        auto old = storage::Database::open_writer(database);
        migrate_up_to(old, 11);
        old.execute("INSERT INTO developers (id, name, mode, plan, created_at) VALUES "
                    "('d1', 'Nimbus', 'live', 'free', 1)");
    }
    {
        server::App const other{place};
    }
    auto now = storage::Database::open_reader(database);
    BOOST_TEST(storage::schema_version(now) == storage::newest_schema_version());
    auto kept = storage::Database::open_reader(database.string() + ".before-0012");
    BOOST_TEST(storage::schema_version(kept) == 11);
    BOOST_TEST(kept.find<std::string>("SELECT name FROM developers").value() == "Nimbus");
}

BOOST_AUTO_TEST_CASE(a_new_database_is_not_copied)
{
    for (auto const& name : names_in(app.config.data_dir))
        BOOST_TEST(name.find("before") == std::string::npos, name);
}

BOOST_AUTO_TEST_CASE(a_damaged_database_is_not_migrated)
{
    auto const place = other_place("place");
    auto const database = place.data_dir / "grantexd.db";
    {
        auto old = storage::Database::open_writer(database);
        migrate_up_to(old, 11);
        old.execute("PRAGMA foreign_keys = OFF; INSERT INTO api_keys VALUES ('h', 'nobody', 1)");
    }
    BOOST_CHECK_THROW(server::App{place}, storage::FileRefused);
    auto old = storage::Database::open_reader(database);
    BOOST_TEST(storage::schema_version(old) == 11);
    BOOST_TEST(!std::filesystem::exists(database.string() + ".before-0012"));
    BOOST_TEST(!std::filesystem::exists(database.string() + ".before-0012.partial"));
}

BOOST_AUTO_TEST_SUITE_END()
