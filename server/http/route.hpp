// A line of the route table, and `on<handler>`, which derives everything else from the handler's
// signature: View handler(Request&) or View handler(Request&, Body const&).
#pragma once

#include "server/http/error.hpp"
#include "server/http/later.hpp"
#include "server/http/read_body.hpp"
#include "server/http/request.hpp"
#include "server/http/schema.hpp"
#include "server/http/stream_opening.hpp"
#include "server/http/write_view.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace http {

enum class verb : std::uint8_t
{
    get,
    post,
    patch,
    delete_
};
std::string_view verb_text(verb verb); // "DELETE"

std::vector<std::string_view> path_names(std::string_view pattern); // "/a/{b}/{c}" -> b, c

// Who may call.
enum class Auth : std::uint8_t
{
    none,      // anyone; the Authorization header is not looked at
    developer, // Authorization: Bearer <API key>
    principal, // Authorization: Bearer <principal session token>, of the dashboard kind
    operator_, // Authorization: Bearer <GRANTEXD_ADMIN_API_KEY>
    metrics    // Authorization: Bearer <GRANTEXD_METRICS_API_KEY>, or anyone when set so
};

// The route's own rate bucket (limits.hpp), beside the layers for addresses and plans.
enum class Limit : std::uint8_t
{
    exempt,   // no limit of any kind: the JWKS
    standard, // only the layers
    signup,
    rotate_key,
    authorize,
    token,
    refresh,
    audit_log,
    principal_session,
    consent_read,
    consent_decision,
    write, // changes of what governs or is told: policies, budgets, webhooks; a bucket for each
           // operation
    slow,  // what costs more than its answer shows: new secrets, look-ups elsewhere
    did,
    public_read, // also of requests with a wrong key
    admin        // likewise
};

// Which connection the handler gets, and who goes first when there is too much to do.
enum class Tx : std::uint8_t
{
    none, // it needs no database
    read,
    write,
    issue, // a write whose answer is signed: refused at once when the signers are behind
    revoke // a write that takes something back: before all others, and still taken after them
};

constexpr bool is_write(Tx tx)
{
    return tx == Tx::write || tx == Tx::issue || tx == Tx::revoke;
}

// What handlers may return besides a View (200).
struct NoContent
{};
template<class View> struct Created
{
    View view;
};
template<class View> struct Accepted // 202: it will be done
{
    View view;
};
template<class View, unsigned... Statuses> struct WithStatus // one of these statuses
{
    View view;
    unsigned status;
};
struct HtmlPage
{
    std::string html;
    unsigned status = 200;
    Headers headers{}; // Content-Security-Policy, Set-Cookie, ...
};
struct Redirect
{
    unsigned status = 303;
    std::string location;
    Headers headers{};
};
struct Document // a body that is not made from a View, such as the JWKS or a style sheet
{
    unsigned status = 200;
    std::string content_type;
    std::string body;
    Headers headers{};
};

// A document whose JSON a View describes, though it is not written from one.
template<class View> struct DocumentOf : Document
{};

using PageOrRedirect = std::variant<HtmlPage, Redirect>;

// What every handler's answer becomes.
struct Outcome
{
    unsigned status = 200;
    std::string content_type{};
    std::string body{};
    Headers headers{};
    std::shared_ptr<StreamOpening> stream{};              // what the connection becomes
    std::function<void(Waiting&, Done<Outcome>)> later{}; // the answer is still to be found
    std::string unsigned_input{}; // not empty: wherever the body holds it, its signature follows
};

// What a handler expects as the body of its request.
enum class BodyKind : std::uint8_t
{
    none, // anything is ignored, but must be a JSON object when present
    json,
    form
};

// An answer that is no refusal, as the handler's signature tells it.
struct AnswerShape
{
    unsigned status = 200;
    std::string_view content_type{}; // empty: no body, or one that operations.cpp tells
    boost::json::object schema{};    // of JSON
};

struct Shape
{
    boost::json::object body{}; // empty: none is read
    std::vector<AnswerShape> answers{};
};

// What an Idempotency-Key means where money is at stake. A body struct that moves some says
// `static constexpr http::Replay replay{...}`.
struct Replay
{
    bool of_budgets = false;      // answers are kept for BUDGET_IDEMPOTENCY_TTL
    bool key_in_metadata = false; // metadata.idempotencyKey is the key when there is no header
};

struct Operation
{
    std::string_view handler; // "create_agent"
    BodyKind body;
    Replay replay;
    Outcome (*call)(Request&);
    Shape (*shape)(Schemas&);
};

struct Route
{
    verb method;
    std::string_view path; // "/v1/agents/{agentId}"
    Auth auth;
    Limit limit;
    Tx tx;
    std::string_view summary;
    Operation operation;
};

// A body struct is read as a form when it says `static constexpr bool is_form = true`.
template<class Body>
concept FormBody = requires
{
    requires Body::is_form;
};

boost::json::object parse_form(std::string_view text);

template<class View> Outcome outcome_of(View const& view, unsigned status = 200)
{
    auto written = write_view(view);
    return {
        .status = status,
        .content_type = "application/json; charset=utf-8",
        .body = std::move(written.text),
        .unsigned_input = std::move(written.unsigned_input)};
}
template<class View> Outcome outcome_of(Created<View> const& created)
{
    return outcome_of(created.view, 201);
}
template<class View> Outcome outcome_of(Accepted<View> const& accepted)
{
    return outcome_of(accepted.view, 202);
}
template<class View, unsigned... Statuses>
Outcome outcome_of(WithStatus<View, Statuses...> const& answer)
{
    return outcome_of(answer.view, answer.status);
}
inline Outcome outcome_of(NoContent const&)
{
    return {.status = 204};
}
Outcome outcome_of(HtmlPage page);
Outcome outcome_of(Redirect redirect);
Outcome outcome_of(Document document);
Outcome outcome_of(EventStream stream);
Outcome outcome_of(WebSocketStream stream);
template<class View> Outcome outcome_of(Later<View> later)
{
    return {.later = [go_on = std::move(later.go_on)](Waiting& waiting, Done<Outcome> done) {
        go_on(waiting, [done = std::move(done)](std::variant<View, ApiError> found) {
            if (auto const* const view = std::get_if<View>(&found))
                done(outcome_of(*view));
            else
                done(std::get<ApiError>(found));
        });
    }};
}
Outcome outcome_of(PageOrRedirect answer);
template<class View> Outcome outcome_of(DocumentOf<View> document)
{
    return outcome_of(static_cast<Document&&>(document));
}

// The same types, as what a caller has to expect.
template<class View> struct AnswersOf
{
    static std::vector<AnswerShape> make(Schemas& schemas, unsigned status = 200)
    {
        return {{status, "application/json", schemas.of<View>()}};
    }
};
template<class View> struct AnswersOf<Created<View>>
{
    static auto make(Schemas& schemas) { return AnswersOf<View>::make(schemas, 201); }
};
template<class View> struct AnswersOf<Accepted<View>>
{
    static auto make(Schemas& schemas) { return AnswersOf<View>::make(schemas, 202); }
};
template<class View, unsigned... Statuses> struct AnswersOf<WithStatus<View, Statuses...>>
{
    static std::vector<AnswerShape> make(Schemas& schemas)
    {
        return {{Statuses, "application/json", schemas.of<View>()}...};
    }
};
template<> struct AnswersOf<NoContent>
{
    static std::vector<AnswerShape> make(Schemas&) { return {{.status = 204}}; }
};
template<> struct AnswersOf<HtmlPage>
{
    static std::vector<AnswerShape> make(Schemas&) { return {{200, "text/html"}}; }
};
template<> struct AnswersOf<Redirect> // from an older address; after a form it is 303
{
    static std::vector<AnswerShape> make(Schemas&) { return {{302}}; }
};
template<> struct AnswersOf<PageOrRedirect>
{
    static std::vector<AnswerShape> make(Schemas&) { return {{200, "text/html"}, {303}}; }
};
template<class View> struct AnswersOf<DocumentOf<View>> : AnswersOf<View>
{};
template<> struct AnswersOf<EventStream>
{
    static std::vector<AnswerShape> make(Schemas&) { return {{200, "text/event-stream"}}; }
};
template<> struct AnswersOf<WebSocketStream>
{
    static std::vector<AnswerShape> make(Schemas&) { return {{.status = 101}}; }
};
template<class View> struct AnswersOf<Later<View>> : AnswersOf<View>
{};
template<> struct AnswersOf<Document>
{
    static std::vector<AnswerShape> make(Schemas&) { return {{}}; }
};

template<auto Handler> consteval std::string_view handler_name()
{
    // "... [with auto Handler = api::create_agent; std::string_view = ...]"
    std::string_view const text = __PRETTY_FUNCTION__;
    auto const start = text.find("Handler = ") + 10;
    auto name = text.substr(start, text.find_first_of(";]", start) - start);
    return name.substr(name.rfind(':') + 1);
}

template<class View> constexpr BodyKind body_kind(View (*)(Request&))
{
    return BodyKind::none;
}
template<class View, class Body> constexpr BodyKind body_kind(View (*)(Request&, Body const&))
{
    return FormBody<Body> ? BodyKind::form : BodyKind::json;
}

template<class View> constexpr Replay replay_of(View (*)(Request&))
{
    return {};
}
template<class View, class Body> constexpr Replay replay_of(View (*)(Request&, Body const&))
{
    if constexpr (requires { Body::replay; })
        return Body::replay;
    else
        return {};
}

template<class View> Shape shape_of(View (*)(Request&), Schemas& schemas)
{
    return {.answers = AnswersOf<View>::make(schemas)};
}
template<class View, class Body> Shape shape_of(View (*)(Request&, Body const&), Schemas& schemas)
{
    return {.body = schemas.of<Body>(), .answers = AnswersOf<View>::make(schemas)};
}

// An operation that can be switched off says so before its fields are looked at.
template<class Body>
concept GatedBody = requires(Request const& request)
{
    Body::check_open(request);
};

template<class View> Outcome call_handler(View (*handler)(Request&), Request& request)
{
    return outcome_of(handler(request));
}
template<class View, class Body>
Outcome call_handler(View (*handler)(Request&, Body const&), Request& request)
{
    if constexpr (GatedBody<Body>)
        Body::check_open(request);
    return outcome_of(handler(request, read_body<Body>(request.body, request.number_texts)));
}

template<auto Handler>
constexpr Operation on{
    handler_name<Handler>(), body_kind(Handler), replay_of(Handler),
    [](Request& request) { return call_handler(Handler, request); },
    [](Schemas& schemas) { return shape_of(Handler, schemas); }};

} // namespace http
