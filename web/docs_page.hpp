// The page that tells what the server does: every operation with its fields, answers, refusals and
// an example.
#pragma once

#include <boost/describe/class.hpp>

#include <string>
#include <vector>

namespace web {

struct DocsField
{
    std::string name;   // "conditions.timeWindow.days"
    std::string place;  // of a parameter: "path", "query", "header"
    std::string type;   // "text", "list of text", "live or sandbox"
    std::string bounds; // "1 to 200 characters"; may be empty
    bool required = false;
};
BOOST_DESCRIBE_STRUCT(DocsField, (), (name, place, type, bounds, required))

struct DocsAnswer
{
    std::string status;  // "201 Created"
    std::string content; // "JSON", "a page"; empty: no body
};
BOOST_DESCRIBE_STRUCT(DocsAnswer, (), (status, content))

struct DocsRefusal
{
    std::string status;
    std::string code;
    std::string when;
    std::string message; // its sentence, when that is always the same
};
BOOST_DESCRIBE_STRUCT(DocsRefusal, (), (status, code, when, message))

struct DocsOperation
{
    std::string id; // "createAgent", the anchor too
    std::string method;
    std::string path;
    std::string summary;
    std::string curl;
    bool needs_key = false;
    bool needs_session = false;
    bool needs_operator = false;
    bool needs_metrics_key = false;
    bool is_open = false; // needs none of them
    bool repeats_safely = false;
    bool has_parameters = false;
    bool has_body = false;
    bool has_answer_fields = false;
    bool has_refusals = false;
    std::vector<DocsField> parameters;
    std::vector<DocsField> body;
    std::vector<DocsField> answer_fields;
    std::vector<DocsAnswer> answers;
    std::vector<DocsRefusal> refusals;        // its own
    std::vector<DocsAnswer> general_statuses; // those of every operation that it can give
};
BOOST_DESCRIBE_STRUCT(
    DocsOperation, (),
    (id, method, path, summary, curl, needs_key, needs_session, needs_operator, needs_metrics_key,
     is_open, repeats_safely, has_parameters, has_body, has_answer_fields, has_refusals, parameters,
     body, answer_fields, answers, refusals, general_statuses)
)

struct DocsGroup
{
    std::string group; // "agents"
    std::vector<DocsOperation> operations;
};
BOOST_DESCRIBE_STRUCT(DocsGroup, (), (group, operations))

struct DocsPage
{
    std::string version;
    std::string base_url;
    std::vector<DocsRefusal> general; // what any operation may refuse
    std::vector<DocsGroup> groups;
};
BOOST_DESCRIBE_STRUCT(DocsPage, (), (version, base_url, general, groups))

std::string render(DocsPage const& page);

} // namespace web
