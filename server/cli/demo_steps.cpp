#include "server/cli/demo_steps.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <array>

namespace cli {

namespace {

std::string advice_for(unsigned status, std::string_view path, bool own_server)
{
    if (status == 401)
        return "the key that `grantexd serve --dev` printed, in GRANTEXD_API_KEY or with --key";
    if (status == 429)
        return "again in a minute";
    if (status >= 500)
        return "the server's log has the cause under this request id";
    if (status == 400 && path == "/v1/authorize")
        return "a server started with --dev, which lets the demo receive the answer on this "
               "machine (--allow-loopback-redirects), or a sandbox key";
    if (status == 404 || status == 405)
        return "is that URL a grantexd? `grantexd demo` without --url starts one";
    return own_server ? "" : "`grantexd demo` without --url shows how it should go";
}

boost::json::value const* find_member(boost::json::object const& answer, std::string_view name)
{
    return answer.if_contains({name.data(), name.size()});
}

[[noreturn]] void fail_for_member(std::string_view name)
{
    throw StepFailed(
        "The server's answer has no usable \"" + std::string{name} + "\".",
        "is that URL a grantexd of this version? `grantexd demo` without --url starts one"
    );
}

void check_health(Walk& walk)
{
    walk.begin("health", "The server is well and publishes its keys.");
    auto const health = walk.expect(200, "GET", "/health");
    walk.jwks = walk.expect(200, "GET", "/.well-known/jwks.json");
    auto const* const keys = find_member(walk.jwks, "keys");
    if (keys == nullptr || !keys->is_array() || keys->get_array().empty())
        fail_for_member("keys");
    auto const& newest = keys->get_array().front();
    auto const kid =
        text_member(newest.is_object() ? newest.get_object() : boost::json::object{}, "kid");
    walk.note("Status " + text_member(health, "status") + ", key " + kid + ".");
    walk.note("Services fetch the keys once and then verify tokens by themselves.");
    walk.fact("server", walk.client.base_url());
    walk.fact("status", text_member(health, "status"));
    walk.fact("kid", kid);
    walk.end();
}

std::string mode_words(std::string const& mode)
{
    return mode == "sandbox" ? "Mode sandbox, for trying out: no person is asked."
                             : "Mode " + mode + ": a person decides about every request.";
}

void use_given_key(Walk& walk)
{
    walk.begin("developer", "The API key is good.");
    auto const me = walk.expect(200, "GET", "/v1/me");
    walk.mode = text_member(me, "mode");
    walk.note("It belongs to \"" + text_member(me, "name") + "\".");
    walk.note(mode_words(walk.mode));
    walk.fact("developerId", id_member(me, "developerId"));
    walk.fact("mode", walk.mode);
    if (walk.plan.sandbox && walk.mode != "sandbox")
        throw StepFailed(
            "This is a live key: with it only a person can allow anything, and --yes asks nobody.",
            "a sandbox key (gx_test_...), or leave out --yes"
        );
    walk.end();
}

void sign_up(Walk& walk)
{
    walk.begin("developer", "Without a key, a developer signs up and gets one.");
    auto const answer = walk.call(
        "POST", "/v1/signup",
        boost::json::object{
            {"name", "grantexd demo"}, {"mode", walk.plan.sandbox ? "sandbox" : "live"}}
    );
    if (answer.status != 201)
        throw StepFailed(
            "No key was given, and the server makes none: " + message_of(answer),
            "a key in GRANTEXD_API_KEY, with --key-file or with --key"
        );
    auto const developer = object_of(answer);
    auto key = text_member(developer, "apiKey");
    walk.mode = text_member(developer, "mode");
    walk.note("Key " + shortened(key) + ".");
    walk.note(mode_words(walk.mode));
    walk.fact("developerId", id_member(developer, "developerId"));
    walk.fact("mode", walk.mode);
    walk.client.use_key(std::move(key));
    walk.end();
}

void say_goodbye(Walk& walk)
{
    walk.narrator.say("");
    walk.narrator.say(
        "All " + std::to_string(walk.step.number) + " steps went as they should, in " +
        std::to_string(walk.calls) + " calls."
    );
    if (!walk.plan.own_server)
        walk.narrator.say(
            "The server keeps the two agents, the two revoked grants and the audit entries."
        );
    else if (walk.plan.sandbox)
        walk.narrator.say("To decide yourself, in the browser: grantexd demo");
    else
        walk.narrator.say("For a server that stays: grantexd serve --dev");
}

} // namespace

void Walk::begin(std::string_view name, std::string_view sentence)
{
    auto const number = step.number + 1;
    step = {};
    step.number = number;
    step.name = name;
    step.sentence = sentence;
}

void Walk::note(std::string text)
{
    step.notes.push_back({std::move(text)});
}

void Walk::note(std::string label, std::string text)
{
    step.notes.push_back({std::move(text), std::move(label)});
}

void Walk::fact(std::string_view name, std::string_view text)
{
    fact_value(name, boost::json::string{text.data(), text.size()});
}

void Walk::fact_value(std::string_view name, boost::json::value value)
{
    step.facts[{name.data(), name.size()}] = std::move(value);
}

HttpAnswer Walk::call(
    std::string_view method, std::string const& path, std::optional<boost::json::object> const& body
)
{
    // What the path shows is enough; a query would only widen the line.
    step.calls.push_back({std::string{method}, path.substr(0, path.find('?'))});
    ++calls;
    try {
        auto answer = client.send(method, path, body ? boost::json::serialize(*body) : "");
        step.calls.back().status = answer.status;
        step.calls.back().took = answer.took;
        return answer;
    } catch (NoAnswer const& error) {
        throw StepFailed(
            std::string{error.what()} + ".",
            plan.own_server
                ? "again; if it was not you who stopped it, that is a bug"
                : "`grantexd serve --dev` in another terminal, or `grantexd demo` alone, which "
                  "starts its own server"
        );
    }
}

boost::json::object Walk::expect(
    unsigned status, std::string_view method, std::string const& path,
    std::optional<boost::json::object> const& body
)
{
    auto const answer = call(method, path, body);
    if (answer.status != status)
        throw StepFailed(
            message_of(answer), advice_for(answer.status, step.calls.back().path, plan.own_server)
        );
    return answer.body.empty() ? boost::json::object{} : object_of(answer);
}

boost::json::object object_of(HttpAnswer const& answer)
{
    boost::json::error_code error;
    auto value = boost::json::parse({answer.body.data(), answer.body.size()}, error);
    if (error || !value.is_object())
        throw StepFailed(
            "The server answered " + std::to_string(answer.status) + ", but not with JSON.",
            "is that URL a grantexd? `grantexd demo` without --url starts one"
        );
    return std::move(value.get_object());
}

std::string text_member(boost::json::object const& answer, std::string_view name)
{
    auto const* const value = find_member(answer, name);
    if (value == nullptr || !value->is_string() || value->get_string().empty())
        fail_for_member(name);
    return std::string{value->get_string()};
}

bool bool_member(boost::json::object const& answer, std::string_view name)
{
    auto const* const value = find_member(answer, name);
    if (value == nullptr || !value->is_bool())
        fail_for_member(name);
    return value->get_bool();
}

std::string id_member(boost::json::object const& answer, std::string_view name)
{
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    auto id = text_member(answer, name);
    if (id.find_first_not_of(letters) != std::string::npos || id.size() > 100)
        fail_for_member(name);
    return id;
}

std::string message_of(HttpAnswer const& answer)
{
    boost::json::error_code error;
    auto const value = boost::json::parse({answer.body.data(), answer.body.size()}, error);
    std::string said = "The server answered " + std::to_string(answer.status);
    if (!error && value.is_object())
        if (auto const* const message = value.get_object().if_contains("message");
            message != nullptr && message->is_string())
            said += " and said: \"" + std::string{message->get_string()} + "\"";
    if (!answer.request_id.empty())
        said += " (request " + answer.request_id + ")";
    return said + ".";
}

bool walk_demo(HttpClient& client, Narrator& narrator, DemoPlan const& plan, bool has_key)
{
    Walk walk{.client = client, .narrator = narrator, .plan = plan};
    static constexpr std::array steps{register_agent,        ask_and_wait,       exchange_code,
                                      verify_without_server, verify_with_server, refresh,
                                      delegate_one_scope,    write_audit,        revoke,
                                      see_both_invalid};
    try {
        check_health(walk);
        has_key ? use_given_key(walk) : sign_up(walk);
        for (auto const step : steps)
            step(walk);
    } catch (StepFailed const& failure) {
        narrator.tell_failure(walk.step, failure);
        return false;
    }
    say_goodbye(walk);
    return true;
}

} // namespace cli
