// Backups: what is in one, that it is verified, what a failure leaves, and which ones stay.
#include "tests/server/backup/backup_server.hpp"

#include "server/backup/checksum.hpp"
#include "storage/durable_file.hpp"

#include <algorithm>
#include <csignal>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace support;

namespace {

std::string failure_of(backup::Plan const& plan)
{
    try {
        backup::make_backup(plan);
    } catch (backup::Failed const& error) {
        return error.what();
    }
    return {};
}

bool contains(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(make_backup, BackupServer)

BOOST_AUTO_TEST_CASE(a_backup_holds_what_the_database_holds_and_says_so)
{
    auto const report = backup::make_backup(plan());
    BOOST_TEST(report.file == app.config.backup_dir / "grantexd-20260302T090000Z.db");
    BOOST_TEST(
        names_in(app.config.backup_dir) ==
            (std::vector<std::string>{
                "grantexd-20260302T090000Z.db", "grantexd-20260302T090000Z.db.sha256"}),
        boost::test_tools::per_element()
    );
    struct stat status = {};
    BOOST_REQUIRE_EQUAL(::stat(report.file.c_str(), &status), 0);
    BOOST_TEST((status.st_mode & 0777U) == 0600U);
    BOOST_REQUIRE_EQUAL(::stat(app.config.backup_dir.c_str(), &status), 0);
    BOOST_TEST((status.st_mode & 0777U) == 0700U);

    auto copy = storage::Database::open_reader(report.file);
    BOOST_TEST((storage::count_tables(copy) == report.tables));
    BOOST_TEST((storage::count_tables(app.reader) == report.tables));
    BOOST_TEST(report.schema_version == storage::newest_schema_version());
    BOOST_TEST(report.audit.developers == 1);
    BOOST_TEST(report.audit.entries == 3);
    BOOST_TEST(report.bytes == static_cast<std::int64_t>(bytes_of(report.file).size()));
    BOOST_TEST(report.sha256 == crypto::hex(crypto::sha256(bytes_of(report.file))));
    BOOST_TEST(
        bytes_of(backup::checksum_file(report.file)) ==
        report.sha256 + "  grantexd-20260302T090000Z.db\n"
    );
    BOOST_TEST(report.removed.empty());

    auto const json = backup::to_json(report);
    BOOST_TEST(json.at("file").as_string() == report.file.string());
    BOOST_TEST(json.at("auditChains").at("entries").as_int64() == 3);
    BOOST_TEST(json.at("tables").as_array().size() == report.tables.size());
}

BOOST_AUTO_TEST_CASE(two_backups_of_one_second_are_two_files)
{
    auto const first = backup::make_backup(plan());
    log_audit();
    auto twice = plan();
    twice.kept = {.days = 7, .weeks = 0};
    auto const second = backup::make_backup(twice);
    BOOST_TEST(first.file != second.file);
    BOOST_TEST(second.audit.entries == 4);
    // Of one day the newest stays.
    BOOST_TEST(second.removed == std::vector<std::string>{"grantexd-20260302T090000Z.db"});
    BOOST_TEST(names_in(app.config.backup_dir).size() == 2U);
}

BOOST_AUTO_TEST_CASE(old_backups_and_what_was_left_of_killed_ones_go_and_nothing_else_does)
{
    auto const& backups = app.config.backup_dir;
    std::filesystem::create_directory(backups);
    for (auto const* const name :
         {"grantexd-20260301T020000Z.db", "grantexd-20260301T020000Z.db.sha256",
          "grantexd-20260228T020000Z.db", "grantexd-20260227T020000Z.db",
          "grantexd-20260227T020000Z.db.sha256", "grantexd-20260302T080000Z.db.partial",
          "grantexd-20260302T080000Z.db.partial-journal", "grantexd-20260302T080000Z.db.sha256",
          "notes.txt", "other.partial", "photos.db", "photos.db.sha256"})
        std::ofstream{backups / name} << "x";
    auto two_days = plan();
    two_days.kept = {.days = 2, .weeks = 0};
    auto const report = backup::make_backup(two_days);
    BOOST_TEST(
        report.removed == (std::vector<std::string>{
                              "grantexd-20260227T020000Z.db", "grantexd-20260228T020000Z.db"}),
        boost::test_tools::per_element()
    );
    BOOST_TEST(
        names_in(backups) ==
            (std::vector<std::string>{
                "grantexd-20260301T020000Z.db", "grantexd-20260301T020000Z.db.sha256",
                "grantexd-20260302T090000Z.db", "grantexd-20260302T090000Z.db.sha256", "notes.txt",
                "other.partial", "photos.db", "photos.db.sha256"}),
        boost::test_tools::per_element()
    );
}

BOOST_AUTO_TEST_CASE(a_second_backup_at_the_same_time_is_told_so)
{
    backup::make_backup(plan());
    auto const before = names_in(app.config.backup_dir);
    auto const held = ::open(app.config.backup_dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    BOOST_REQUIRE(::flock(held, LOCK_EX | LOCK_NB) == 0);
    auto const why = failure_of(plan());
    ::close(held);
    BOOST_TEST(contains(why, "another backup is being made"));
    BOOST_TEST(contains(why, "Try: "));
    BOOST_TEST(names_in(app.config.backup_dir) == before, boost::test_tools::per_element());
    BOOST_TEST(failure_of(plan()) == "");
}

BOOST_AUTO_TEST_CASE(a_disk_that_takes_no_more_leaves_nothing_behind_and_the_server_goes_on)
{
    fill(2);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    auto const handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit const small{1'000'000, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    auto const why = failure_of(plan());
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    BOOST_TEST(contains(why, app.config.backup_dir.string()));
    BOOST_TEST(contains(why, "Try: "));
    BOOST_TEST(names_in(app.config.backup_dir).empty());
    log_audit();
    BOOST_TEST(failure_of(plan()) == "");
}

BOOST_AUTO_TEST_CASE(a_directory_that_cannot_be_made_is_named)
{
    auto elsewhere = plan();
    elsewhere.directory = app.directory.database() / "backups"; // below a file
    auto const why = failure_of(elsewhere);
    BOOST_TEST(contains(why, elsewhere.directory.parent_path().string()));
    BOOST_TEST(contains(why, "Try: "));
}

BOOST_AUTO_TEST_CASE(a_broken_audit_chain_or_reference_is_found_and_no_backup_is_kept)
{
    app.writer.execute("DROP TRIGGER audit_entries_are_never_changed");
    for (auto const* const change :
         {"action = 'c.d'", "timestamp = timestamp + 1", "hash = 'x' || substr(hash, 2)",
          "prev_hash = NULL", "metadata = '{\"n\":2.5}'"})
    {
        app.writer.execute("SAVEPOINT change");
        app.writer.execute(std::string{"UPDATE audit_entries SET "} + change + " WHERE seq = 2");
        app.writer.execute("RELEASE change");
        auto const why = failure_of(plan());
        BOOST_TEST(contains(why, "audit chain"), change << ": " << why);
        BOOST_TEST(contains(why, "broken at entry "), change << ": " << why);
        BOOST_TEST(names_in(app.config.backup_dir).empty());
    }
}

BOOST_AUTO_TEST_CASE(a_missing_entry_in_the_middle_breaks_a_chain)
{
    app.writer.execute("DROP TRIGGER audit_entries_are_never_removed");
    app.writer.execute("DELETE FROM audit_entries WHERE seq = 2");
    BOOST_TEST(contains(failure_of(plan()), "broken at entry 2"));
}

BOOST_AUTO_TEST_CASE(a_dangling_reference_is_found_and_no_backup_is_kept)
{
    app.writer.execute("PRAGMA foreign_keys = OFF");
    app.writer.execute("INSERT INTO api_keys VALUES ('h', 'nobody', 1)");
    BOOST_TEST(contains(failure_of(plan()), "api_keys"));
    BOOST_TEST(names_in(app.config.backup_dir).empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(back_up_job, BackupServer)

// requests go on while a backup is made.
BOOST_AUTO_TEST_CASE(requests_go_on_while_a_backup_is_made_and_it_is_one_commit_point)
{
    using std::chrono::steady_clock;
    fill(24);
    Outcome outcome;
    start_backup(outcome);
    std::vector<steady_clock::duration> waits;
    auto const started = steady_clock::now();
    while (!outcome.has_ended) {
        auto const sent = steady_clock::now();
        log_audit();
        waits.push_back(steady_clock::now() - sent);
    }
    auto const whole = steady_clock::now() - started;
    BOOST_REQUIRE_EQUAL(outcome.failure, "");
    std::ranges::sort(waits);
    auto const p99 = waits[waits.size() * 99 / 100];
    auto const milliseconds = [](auto time) {
        return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
    };
    BOOST_TEST_MESSAGE(
        waits.size() << " writes beside a backup of " << milliseconds(whole) << " ms, p99 "
                     << milliseconds(p99) << " ms, slowest " << milliseconds(waits.back()) << " ms"
    );
    // Were the loop to wait for the backup, there would be one, and it would take all the time.
    BOOST_TEST(waits.size() >= 10U);
    BOOST_TEST(milliseconds(waits.back()) <= milliseconds(whole) / 2);

    auto const logged = storage::count_tables(app.reader);
    auto copy = storage::Database::open_reader(outcome.report.file);
    auto const head = copy.find<std::int64_t>("SELECT max(seq) FROM audit_entries").value();
    BOOST_TEST(outcome.report.audit.entries == head);
    BOOST_TEST(head >= 3);
    BOOST_TEST(head < static_cast<std::int64_t>(3 + waits.size()));
    // The total is kept in the transaction of each entry.
    BOOST_TEST(
        copy.find<std::int64_t>("SELECT sum(audit_entries) FROM developer_totals").value() == head
    );
    BOOST_TEST(contains(log_text, "event=backup.made"));
}

BOOST_AUTO_TEST_CASE(a_server_that_stops_gives_the_backup_up_soon_and_leaves_nothing)
{
    fill(24);
    Outcome outcome;
    auto asked = std::chrono::steady_clock::now();
    {
        boost::asio::io_context short_lived{1};
        jobs::Host its_host{short_lived, app, dispatch.batches(), host.log, host.fatal};
        server::spawn(short_lived.get_executor(), follow(its_host, outcome));
        auto const has_begun = [this] {
            return std::filesystem::exists(app.config.backup_dir) &&
                   !names_in(app.config.backup_dir).empty();
        };
        while (!has_begun())
            short_lived.run_one_for(std::chrono::milliseconds{1});
        asked = std::chrono::steady_clock::now();
    }
    BOOST_TEST((std::chrono::steady_clock::now() - asked < std::chrono::seconds{5}));
    BOOST_TEST(!outcome.has_ended);
    BOOST_TEST(names_in(app.config.backup_dir).empty());
    log_audit();
}

BOOST_AUTO_TEST_CASE(of_two_that_are_asked_for_at_once_one_is_made)
{
    fill(8);
    Outcome first;
    Outcome second;
    start_backup(first);
    start_backup(second);
    run_until(first);
    run_until(second);
    BOOST_TEST(first.failure.empty() != second.failure.empty());
    BOOST_TEST(contains(first.failure + second.failure, "another backup"));
    BOOST_TEST(names_in(app.config.backup_dir).size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
