// Signing keys while the server runs: the next one is published before it signs, the one before
// verifies until its last token has expired, and a restart in between changes nothing.
#include "tests/server/api/key_server.hpp"

#include <cstdlib>
#include <set>

using namespace support;
using namespace std::chrono_literals;
using jobs::Takeover;
using Kids = std::vector<std::string>;

namespace {

constexpr auto period = 90 * 24h; // the defaults
constexpr auto lead = 1h;
constexpr auto ttl = 24h;

} // namespace

BOOST_FIXTURE_TEST_SUITE(signing_keys, KeyServer)

BOOST_AUTO_TEST_CASE(S_116_the_next_key_is_published_a_lead_before_it_signs)
{
    auto const first = published();
    BOOST_REQUIRE_EQUAL(first.size(), 1U);
    advance(period - lead - 1ms);
    look();
    BOOST_TEST((published() == first));
    advance(1ms);
    look();
    auto const both = published();
    BOOST_REQUIRE_EQUAL(both.size(), 2U);
    BOOST_TEST(both[0] == first[0]); // the one that signs stands first
    advance(lead - 1ms);
    look();
    BOOST_TEST(kid_of(new_token()) == both[0]);
    BOOST_TEST(kid_of(new_session()) == both[0]);
    advance(1ms); // nobody has to look for this
    BOOST_TEST(kid_of(new_token()) == both[1]);
    BOOST_TEST(kid_of(new_session()) == both[1]);
    look();
    BOOST_TEST((published() == Kids{both[1], both[0]}));
    BOOST_TEST(log_text.find("event=signing_key.signs kid=" + both[1]) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(S_116_tokens_and_sessions_of_the_old_key_last_until_they_expire)
{
    auto const next = rotate();
    BOOST_TEST(next.made);
    BOOST_TEST((next.signs_from == start_time + lead));
    advance(lead - 1s);
    auto const token = new_token();
    auto const session = new_session();
    auto const old_kid = kid_of(token);
    BOOST_TEST(old_kid != next.kid);
    advance(ttl - 1s); // the new key signs for a day less two seconds
    look();
    BOOST_TEST(verifies(token));
    BOOST_TEST(opens(session));
    BOOST_TEST((published() == Kids{next.kid, old_kid}));
    advance(1s);
    BOOST_TEST(!verifies(token)); // its own end
    BOOST_TEST(!opens(session));
    look();
    BOOST_TEST(published().size() == 2U);
    advance(1s);
    look();
    BOOST_TEST((published() == Kids{next.kid}));
    BOOST_TEST(log_text.find("event=signing_key.gone kid=" + old_kid) != std::string::npos);
    auto const rows = storage::list_signing_keys(app.reader);
    BOOST_REQUIRE_EQUAL(rows.size(), 2U);
    BOOST_TEST(!rows[0].sealed); // only its name is kept
    BOOST_TEST((rows[0].gone_at == app.clock.now()));
}

// The rounds of GRANTEXD_TEST_ROUNDS: 10 of them a hundred.
BOOST_AUTO_TEST_CASE(no_token_fails_through_any_number_of_rotations)
{
    auto const* const factor = std::getenv("GRANTEXD_TEST_ROUNDS");
    auto const rotations = static_cast<int>(10 * (factor == nullptr ? 1.0 : std::atof(factor)));
    auto const agent_id = agent();
    std::vector<std::pair<std::string, storage::Timestamp>> tokens;
    std::set<std::string> kids;
    auto const check = [&] {
        auto const answer = grant(agent_id);
        tokens.emplace_back(answer.text("grantToken"), app.clock.now() + 24h);
        kids.insert(kid_of(tokens.back().first));
        std::erase_if(tokens, [&](auto const& each) { return each.second <= app.clock.now(); });
        for (auto const& each : tokens)
            BOOST_REQUIRE(verifies(each.first));
    };
    for (int round = 0; round < rotations; ++round) {
        BOOST_TEST(rotate().made);
        check();
        advance(lead - 1s);
        check();
        advance(1s);
        check();
        look();
        check();
        advance(2h);
    }
    BOOST_TEST(kids.size() == static_cast<std::size_t>(rotations) + 1);
}

BOOST_AUTO_TEST_CASE(a_token_of_a_key_that_is_gone_does_not_verify_even_before_it_expires)
{
    auto const token = new_token();
    rotate();
    advance(lead + 1s);
    look();
    BOOST_TEST(verifies(token));
    storage::expire_signing_key(app.writer, kid_of(token), app.clock.now());
    look();
    BOOST_TEST(!verifies(token));
    BOOST_TEST(published().size() == 1U);
}

// What can be seen of the keys during two rotations, with a restart at one of the stages or none.
std::string story(int restart_at)
{
    KeyServer server;
    std::string seen;
    Kids known;
    auto const name = [&](std::string const& kid) {
        auto const at = std::ranges::find(known, kid) - known.begin();
        if (at == std::ssize(known))
            known.push_back(kid);
        return std::to_string(at);
    };
    std::vector<std::string> tokens;
    std::vector<std::string> sessions;
    int stage = 0;
    auto const step = [&](std::chrono::milliseconds by) {
        server.advance(by);
        if (++stage == restart_at)
            server.restart();
        tokens.push_back(server.new_token());
        sessions.push_back(server.new_session());
        seen += "\nsigns " + name(server.kid_of(tokens.back()));
        server.look();
        for (auto const& kid : server.published())
            seen += " published " + name(kid);
        for (auto const& token : tokens)
            seen += server.verifies(token) ? " good" : " dead";
        for (auto const& session : sessions)
            seen += server.opens(session) ? " open" : " shut";
    };
    for (auto const by :
         {0ms, 1ms, std::chrono::milliseconds{period - lead}, 30min + 0ms, 30min + 0ms,
          std::chrono::milliseconds{ttl - 2s}, 4000ms, std::chrono::milliseconds{period - ttl},
          std::chrono::milliseconds{lead}, std::chrono::milliseconds{ttl}})
        step(by);
    BOOST_TEST(server.fatal.empty());
    return seen;
}

BOOST_AUTO_TEST_CASE(a_restart_at_any_stage_of_a_rotation_changes_nothing)
{
    auto const undisturbed = story(0);
    BOOST_TEST(undisturbed.find("signs 2") != std::string::npos, undisturbed); // two rotations
    for (int stage = 1; stage <= 10; ++stage)
        BOOST_TEST(story(stage) == undisturbed, "restart at stage " << stage);
}

BOOST_AUTO_TEST_CASE(did_json_lists_the_next_key_as_soon_as_the_jwks_does)
{
    auto const next = rotate();
    BOOST_TEST(
        send("GET", "/.well-known/did.json", "", {}).body.find(next.kid) != std::string::npos
    );
    BOOST_TEST((published().back() == next.kid));
}

BOOST_AUTO_TEST_CASE(two_that_ask_at_once_get_one_key)
{
    std::vector<jobs::NewSigningKey> made;
    for (int i = 0; i < 2; ++i)
        boost::asio::co_spawn(
            loop, jobs::rotate_signing_key(host, Takeover::with_overlap),
            [&](std::exception_ptr const& failure, jobs::NewSigningKey key) {
                BOOST_TEST(!failure);
                made.push_back(std::move(key));
            }
        );
    while (made.size() < 2)
        BOOST_REQUIRE(loop.run_one_for(60s) == 1);
    BOOST_TEST(made[0].kid == made[1].kid);
    BOOST_TEST(made[0].made != made[1].made);
    advance(10min);
    auto const again = rotate();
    BOOST_TEST(!again.made);
    BOOST_TEST(again.kid == made[0].kid);
    BOOST_TEST((again.signs_from == made[0].signs_from)); // asking again puts nothing off
    look();
    BOOST_TEST(published().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_leaked_key_is_dropped_at_once_with_all_that_it_signed)
{
    auto const id = agent();
    auto const granted = grant(id);
    Options const keyed{.key = sandbox_key, .headers = {{"idempotency-key", "once"}}};
    auto const body = refresh_body(granted, id);
    auto const refreshed = send("POST", "/v1/token/refresh", body, keyed);
    auto const session = new_session();
    auto const waiting = rotate();                       // lies where the leaked one lay
    auto const held = app.keys.signing(app.clock.now()); // as a signature under way holds it
    auto const fresh = rotate(Takeover::immediately);
    BOOST_TEST(fresh.kid != waiting.kid);
    BOOST_TEST((fresh.signs_from == app.clock.now()));
    BOOST_TEST((published() == Kids{fresh.kid}));
    BOOST_TEST(!verifies(granted.text("grantToken")));
    BOOST_TEST(!verifies(refreshed.text("grantToken")));
    BOOST_TEST(!opens(session));
    BOOST_TEST(held->sign("text").has_value());

    // The repeated answer is as dead as the first; its refresh token is good.
    auto const repeated = send("POST", "/v1/token/refresh", body, keyed);
    BOOST_TEST(repeated.header("Idempotent-Replayed") == "true");
    BOOST_TEST(!verifies(repeated.text("grantToken")));
    auto const next =
        send("POST", "/v1/token/refresh", refresh_body(repeated, id), {.key = sandbox_key});
    BOOST_TEST(next.status == 201);
    BOOST_TEST(kid_of(next.text("grantToken")) == fresh.kid);
    BOOST_TEST(verifies(next.text("grantToken")));
    restart();
    BOOST_TEST((published() == Kids{fresh.kid}));
    BOOST_TEST(verifies(next.text("grantToken")));
}

BOOST_AUTO_TEST_CASE(a_replay_after_a_rotation_is_signed_by_the_key_of_the_first_answer)
{
    auto const id = agent();
    auto const granted = grant(id);
    Options const keyed{.key = sandbox_key, .headers = {{"idempotency-key", "once"}}};
    auto const body = refresh_body(granted, id);
    auto const next = rotate();
    advance(lead - 1min);
    auto const first = send("POST", "/v1/token/refresh", body, keyed);
    BOOST_REQUIRE_EQUAL(first.status, 201);
    advance(2min);
    look();
    auto const again = send("POST", "/v1/token/refresh", body, keyed);
    BOOST_TEST(again.body == first.body);
    BOOST_TEST(kid_of(again.text("grantToken")) != next.kid);
    BOOST_TEST(verifies(again.text("grantToken")));
}

BOOST_AUTO_TEST_CASE(settings_that_change_shorten_the_life_of_no_token)
{
    app.config.token_max_ttl = app.config.session_max_ttl = 1min;
    rotate();
    advance(lead);
    look();
    app.config.token_max_ttl = 24h; // raised, used, and lowered again
    look();
    auto const token = new_token();
    app.config.token_max_ttl = 1min;
    look();
    rotate();
    advance(lead + 22h);
    look();
    BOOST_TEST(verifies(token));
    BOOST_TEST(published().size() == 3U);
    advance(2h);
    look();
    BOOST_TEST(published().size() == 1U);
    // With short tokens all the time the old key goes after a minute.
    rotate();
    advance(lead + 1min);
    look();
    BOOST_TEST(published().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_key_that_cannot_be_stored_is_not_used)
{
    auto const before = published();
    app.writer.execute("PRAGMA query_only = ON");
    auto const why = refusal_of(jobs::rotate_signing_key(host, Takeover::immediately));
    BOOST_TEST(why == "the new key could not be stored; the log says why. Try: again");
    app.writer.execute("PRAGMA query_only = OFF");
    BOOST_TEST((published() == before));
    BOOST_TEST(verifies(new_token()));
    BOOST_TEST(rotate(Takeover::immediately).made);
}

BOOST_AUTO_TEST_CASE(the_job_runs_by_itself_and_stops)
{
    advance(period);
    job.start();
    while (published().size() < 2)
        loop.run_one_for(10ms);
    job.stop();
    loop.run_for(50ms);
    BOOST_TEST(storage::list_signing_keys(app.reader).size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
