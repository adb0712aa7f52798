// A database moves to a new master key while the server runs, and may crash anywhere on the way.
#include "server/jobs/rewrap_master_key.hpp"
#include "tests/server/api/key_server.hpp"

#include "storage/migrate.hpp"

#include <SQLiteCpp/Exception.h>

#include <fstream>
#include <map>
#include <memory>
#include <random>

using namespace support;

namespace {

constexpr int developers = 230; // three turns

std::string const old_key(64, 'a');
std::string const new_key(64, 'b');
std::string const other_key(64, 'c');

server::Config config_of(std::string const& current, std::vector<std::string> const& old = {})
{
    server::Config config;
    config.master_key = current;
    config.master_keys_old = old;
    config.token_max_ttl = config.session_max_ttl = std::chrono::hours{24};
    return config;
}

std::string developer_name(int number)
{
    return "dev_" + std::to_string(1000 + number);
}

// Every developer has a data key and a value that it seals.
void fill(storage::Database& db, server::Keys const& keys, int count)
{
    crypto::Ids ids;
    db.execute("BEGIN");
    db.execute("CREATE TABLE IF NOT EXISTS values_of_test (id TEXT, sealed TEXT)");
    for (int i = 0; i < count; ++i) {
        auto const id = developer_name(i);
        db.run(
            "INSERT INTO developers (id, name, mode, plan, created_at) "
            "VALUES (?1, 'n', 'live', 'free', 0)",
            id
        );
        auto const sealed = keys.seal(db, ids, start_time, "webhook", id, "row", "secret", id);
        db.run("INSERT INTO values_of_test VALUES (?1, ?2)", id, sealed);
    }
    db.execute("COMMIT");
}

struct SealedValue
{
    std::string id;
    std::string sealed;
};
BOOST_DESCRIBE_STRUCT(SealedValue, (), (id, sealed))

int count_that_open(storage::Database& db, server::Keys const& keys)
{
    int count = 0;
    for (auto const& value : db.list<SealedValue>("SELECT id, sealed FROM values_of_test")) {
        auto const clear = keys.open_sealed(db, "webhook", value.id, "row", "secret", value.sealed);
        if (clear && clear->view() == value.id)
            ++count;
    }
    return count;
}

// A database as a crash leaves it: the file and its write-ahead log, copied.
class CrashedCopy
{
public:
    explicit CrashedCopy(std::filesystem::path const& file)
    {
        for (auto const* const ending : {"", "-wal"})
            if (std::filesystem::exists(file.string() + ending))
                std::filesystem::copy_file(file.string() + ending, path().string() + ending);
    }
    [[nodiscard]] std::filesystem::path path() const { return directory_.path() / "grantexd.db"; }

private:
    TemporaryDirectory directory_;
};

std::string start_refusal(server::Config const& config, storage::Database& db)
{
    try {
        server::Keys::open(config, db, start_time);
    } catch (server::KeyError const& error) {
        return error.what();
    }
    return {};
}

struct OldDatabase
{
    OldDatabase() : writer(storage::Database::open_writer(directory.path() / "grantexd.db"))
    {
        storage::migrate(writer);
        fill(writer, server::Keys::open(config_of(old_key), writer, start_time), developers);
    }

    TemporaryDirectory directory;
    storage::Database writer;
};

// Rewraps until the transaction is cut short: after some turns, within the turn at one of its rows,
// or behind its last row but before its commit. True when it came to its end before.
bool rewrap_until_cut(
    storage::Database& db, server::MasterKeys const& masters, int turns, int row, bool in_turn
)
{
    for (int turn = 0;; ++turn) {
        db.execute("BEGIN IMMEDIATE");
        auto const is_last = turn == turns;
        if (is_last && in_turn)
            db.execute(
                "CREATE TEMP TRIGGER cut BEFORE UPDATE ON data_keys WHEN old.developer_id = '" +
                developer_name(row) + "' BEGIN SELECT RAISE(ABORT, 'cut'); END"
            );
        jobs::Rewrapped done;
        try {
            done = jobs::rewrap_some_keys(db, masters);
        } catch (SQLite::Exception const& cut) {
            BOOST_TEST(std::string{cut.what()} == "cut");
            return false;
        }
        if (is_last)
            return false;
        db.execute("COMMIT");
        if (done.server_keys + done.data_keys == 0)
            return true;
    }
}

// The settings of the file and what it holds, as start takes them.
struct RewrapServer : KeyServer
{
    RewrapServer()
    {
        std::ifstream file{directory.path() / "data" / "master.key"};
        std::getline(file, file_key);
    }
    void start_with(std::string const& current, std::vector<std::string> const& old = {})
    {
        app.config.master_key = current;
        app.config.master_keys_old = old;
        restart();
    }

    std::string file_key;
};

} // namespace

BOOST_AUTO_TEST_SUITE(rewrap)

BOOST_AUTO_TEST_CASE(S_115_a_crash_at_any_point_recovers)
{
    OldDatabase const old;
    std::mt19937 random{20260302};
    std::map<int, int> restarts; // how many crashes a round had
    for (int round = 0; round < 100; ++round) {
        auto copy = std::make_unique<CrashedCopy>(old.writer.file());
        for (int crashes = 0;; ++crashes) {
            auto db = storage::Database::open_writer(copy->path());
            auto const keys = server::Keys::open(config_of(new_key, {old_key}), db, start_time);
            BOOST_REQUIRE_EQUAL(count_that_open(db, keys), developers);
            auto const turns = static_cast<int>(random() % 6);
            auto const row = static_cast<int>(random() % developers);
            if (rewrap_until_cut(db, keys.masters(), turns, row, random() % 2 == 0)) {
                ++restarts[std::min(crashes, 3)];
                break;
            }
            copy = std::make_unique<CrashedCopy>(copy->path());
        }
        auto db = storage::Database::open_writer(copy->path());
        BOOST_TEST(
            start_refusal(config_of(old_key), db).find("does not open") != std::string::npos
        );
        auto const keys = server::Keys::open(config_of(new_key), db, start_time);
        BOOST_TEST(count_that_open(db, keys) == developers);
        BOOST_TEST(storage::count_data_keys_not_under(db, keys.masters().id()) == 0);
    }
    BOOST_TEST(restarts.size() == 4U); // rounds without a crash, and with three and more
}

BOOST_AUTO_TEST_CASE(S_115_the_old_master_key_opens_nothing_afterwards)
{
    OldDatabase old;
    auto& db = old.writer;
    auto const before = server::Keys::open(config_of(old_key), db, start_time);
    auto const kid = before.signing(start_time)->kid();
    auto const hash = before.lookup_hash("token");
    auto const both = server::Keys::open(config_of(new_key, {old_key}), db, start_time);
    int turns = 0;
    for (jobs::Rewrapped done{1, 0}; done.server_keys + done.data_keys > 0; ++turns)
        done = jobs::rewrap_some_keys(db, both.masters());
    BOOST_TEST(turns == 1 + 3 + 1); // the server's, a hundred developers each, and a look at none

    auto const masters = server::MasterKeys::read(config_of(old_key), false);
    for (auto const& row : storage::list_server_keys(db))
        BOOST_TEST(!masters.unwrap(server::KeyPlace::of_server_key(row.name), row.sealed));
    for (auto const& row : storage::list_signing_keys(db))
        BOOST_TEST(!masters.unwrap(server::KeyPlace::of_signing_key(row.kid), *row.sealed));
    BOOST_TEST(storage::list_data_keys_not_under(db, masters.id(), 1000).size() == 230U);
    BOOST_TEST(count_that_open(db, before) == 0);

    auto const after = server::Keys::open(config_of(new_key), db, start_time);
    BOOST_TEST(count_that_open(db, after) == developers);
    BOOST_TEST(after.signing(start_time)->kid() == kid);
    BOOST_TEST(after.lookup_hash("token") == hash); // every refresh token is still found
}

BOOST_AUTO_TEST_CASE(a_start_without_the_old_master_key_says_which_is_missing)
{
    OldDatabase old;
    auto& db = old.writer;
    BOOST_TEST(
        start_refusal(config_of(new_key), db).find("GRANTEXD_MASTER_KEYS_OLD") != std::string::npos
    );
    BOOST_TEST(
        start_refusal(config_of(new_key, {other_key}), db).find("does not open") !=
        std::string::npos
    );
    auto const both = server::Keys::open(config_of(new_key, {other_key, old_key}), db, start_time);
    jobs::rewrap_some_keys(db, both.masters()); // the server's own keys, no data key
    auto const old_id = server::MasterKeys::read(config_of(old_key), false).id();
    auto const why = start_refusal(config_of(new_key), db);
    BOOST_TEST(why.find("master key " + old_id + " wraps data keys") != std::string::npos, why);
    BOOST_TEST(why.find("Try: add it to GRANTEXD_MASTER_KEYS_OLD") != std::string::npos, why);
    auto const malformed = start_refusal(config_of(new_key, {"zz"}), db);
    BOOST_TEST(
        malformed.find("each key of GRANTEXD_MASTER_KEYS_OLD must hold 32") == 0U, malformed
    );
}

BOOST_FIXTURE_TEST_CASE(the_running_server_rewraps_beside_requests, RewrapServer)
{
    auto const id = agent();
    auto const granted = grant(id);
    Options const keyed{.key = sandbox_key, .headers = {{"idempotency-key", "once"}}};
    auto const body = refresh_body(granted, id);
    auto const first = send("POST", "/v1/token/refresh", body, keyed);
    BOOST_REQUIRE_EQUAL(first.status, 201);
    fill(app.writer, app.keys, developers);
    auto const data_keys = rows_of(*this, "data_keys");

    start_with(new_key, {file_key});
    auto const before = jobs::list_keys(host);
    BOOST_TEST(before.data_keys_under_old == data_keys);
    BOOST_TEST(before.server_keys_under_old == 2); // the lookup key and one signing key
    auto const batches = dispatch.batches().batches();
    std::vector<Answer> answers; // of a request whose key is new while the others move
    auto const fresh = developer("sandbox");
    start("POST", "/v1/agents", R"({"name":"a"})", {.key = fresh}, answers);
    auto const done = wait_for(jobs::rewrap_master_key(host));
    BOOST_TEST(done.server_keys == 2);
    BOOST_TEST(done.data_keys == data_keys);
    BOOST_TEST(dispatch.batches().batches() - batches >= 5U);
    run_until(answers, 1);
    BOOST_TEST(answers[0].status == 201);
    BOOST_TEST(log_text.find("event=master_key.rewrapped") != std::string::npos);
    auto const after = jobs::list_keys(host);
    BOOST_TEST(after.data_keys_under_old + after.server_keys_under_old == 0);
    BOOST_TEST(after.master_key == before.master_key);
    BOOST_TEST(wait_for(jobs::rewrap_master_key(host)).data_keys == 0); // again changes nothing

    start_with(new_key);
    BOOST_TEST(count_that_open(app.writer, app.keys) == developers);
    auto const replayed = send("POST", "/v1/token/refresh", body, keyed);
    BOOST_TEST(replayed.body == first.body);
    BOOST_TEST(verifies(replayed.text("grantToken")));
}

BOOST_FIXTURE_TEST_CASE(a_key_that_no_master_key_opens_stops_it_and_is_named, RewrapServer)
{
    fill(app.writer, app.keys, 3);
    start_with(new_key, {file_key});
    auto const victim = app.writer.find<std::string>("SELECT id FROM data_keys LIMIT 1").value();
    app.writer.run(
        "UPDATE data_keys SET wrapped = (SELECT wrapped FROM data_keys WHERE id <> ?1 LIMIT 1) "
        "WHERE id = ?1",
        victim
    );
    auto const why = refusal_of(jobs::rewrap_master_key(host));
    BOOST_TEST(why.starts_with("key " + victim + " is wrapped with master key "), why);
    BOOST_TEST(why.find("Try: ") != std::string::npos);
    auto const list = jobs::list_keys(host);
    BOOST_TEST(list.server_keys_under_old == 0); // what was done stays done
    BOOST_TEST(list.data_keys_under_old == rows_of(*this, "data_keys"));
    BOOST_TEST(send("POST", "/v1/agents", R"({"name":"a"})").status == 201);
}

BOOST_AUTO_TEST_SUITE_END()
