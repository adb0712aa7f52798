// The main job of grantexd, step by step, as an agent's developer would do it: each function is a
// step, makes its calls, checks that the answers are what they should be, and tells of it.
#pragma once

#include "server/cli/demo_narrator.hpp"
#include "server/cli/http_client.hpp"

#include <initializer_list>
#include <optional>

namespace cli {

struct DemoPlan
{
    bool sandbox = false;      // --yes: nobody is asked
    bool own_server = false;   // its end is the end of the demo
    bool open_browser = false; // where there is a display
    std::chrono::seconds patience{300};
};

struct Walk
{
    HttpClient& client;
    Narrator& narrator;
    DemoPlan plan;

    Step step{};   // the one under way
    int calls = 0; // made so far

    // What the steps hand on.
    boost::json::object jwks{};
    std::string mode{}; // of the developer: live, sandbox
    std::string agent_id{}, sub_agent_id{};
    std::string verifier{}, code{};
    std::string grant_id{}, grant_token{}, refresh_token{};
    std::string sub_grant_id{}, sub_grant_token{};

    // The next step begins; the one before was told.
    void begin(std::string_view name, std::string_view sentence);
    void note(std::string text);
    void note(std::string label, std::string text);
    void fact(std::string_view name, std::string_view text);
    void fact_value(std::string_view name, boost::json::value value);
    void end() { narrator.tell(step); }

    // The answer, whatever its status. Throws StepFailed when there is none.
    HttpAnswer call(
        std::string_view method, std::string const& path,
        std::optional<boost::json::object> const& body = {}
    );

    // The JSON object of an answer that must have this status. Throws StepFailed with the server's
    // own message for another.
    boost::json::object expect(
        unsigned status, std::string_view method, std::string const& path,
        std::optional<boost::json::object> const& body = {}
    );
};

// Members of answers; throw StepFailed when there is none of this kind.
boost::json::object object_of(HttpAnswer const& answer);
std::string text_member(boost::json::object const& answer, std::string_view name);
bool bool_member(boost::json::object const& answer, std::string_view name);
std::string id_member(boost::json::object const& answer, std::string_view name); // fit for a path
std::string message_of(HttpAnswer const& answer);                                // of a refusal

// All steps. False when one failed, which has been told.
bool walk_demo(HttpClient& client, Narrator& narrator, DemoPlan const& plan, bool has_key);

// demo_consent.cpp
void register_agent(Walk& walk);
void ask_and_wait(Walk& walk);

// demo_tokens.cpp
void exchange_code(Walk& walk);
void verify_without_server(Walk& walk);
void verify_with_server(Walk& walk);
void refresh(Walk& walk);

// demo_delegation.cpp
void delegate_one_scope(Walk& walk);
void write_audit(Walk& walk);
void revoke(Walk& walk);
void see_both_invalid(Walk& walk);

// What the agent asks for, and the part of it that its sub-agent gets.
inline constexpr std::string_view delegated_scope = "calendar:read";
inline constexpr std::string_view kept_scope = "email:send";

} // namespace cli
