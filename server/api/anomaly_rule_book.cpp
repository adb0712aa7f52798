#include "server/api/anomaly_rule_book.hpp"

#include "server/rules/anomaly_catalogue.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

namespace api {

namespace {

std::vector<std::string> texts_of(boost::json::object const& object, std::string_view name)
{
    std::vector<std::string> texts;
    auto const* const list = object.if_contains({name.data(), name.size()});
    if (list == nullptr || !list->is_array())
        return texts;
    for (auto const& item : list->get_array())
        if (item.is_string())
            texts.emplace_back(item.get_string());
    return texts;
}

} // namespace

std::optional<rules::CustomCondition> read_condition(std::string_view json)
{
    boost::system::error_code error;
    boost::json::parse_options options;
    options.max_depth = 100; // as deep as a body may be, and some more
    auto const value = boost::json::parse({json.data(), json.size()}, error, {}, options);
    if (error || !value.is_object())
        return {};
    auto const& object = value.get_object();
    rules::CustomCondition condition;
    condition.agent_ids = texts_of(object, "agentIds");
    condition.scopes = texts_of(object, "scopes");
    if (auto const* const text = object.if_contains("timeWindow");
        text != nullptr && text->is_string()) {
        auto const window = rules::parse_custom_window(std::string{text->get_string()});
        if (!window)
            return {};
        condition.window = *window;
    }
    if (auto const* const number = object.if_contains("threshold");
        number != nullptr && number->is_int64())
        condition.threshold = number->get_int64();
    return condition;
}

RuleBook read_rule_book(storage::Database& db, std::string_view developer_id)
{
    RuleBook book{.off = storage::list_anomaly_rules_off(db, developer_id), .custom = {}};
    for (auto& row : storage::list_anomaly_rules(db, developer_id)) {
        auto condition = row.enabled ? read_condition(row.condition) : std::nullopt;
        if (condition)
            book.custom.push_back({std::move(row), std::move(*condition)});
    }
    return book;
}

std::optional<RuleFacts> facts_of(RuleBook const& book, std::string_view rule_id)
{
    if (auto const* const built_in = rules::find_built_in_anomaly(rule_id)) {
        if (std::ranges::find(book.off, rule_id) != book.off.end())
            return {};
        return RuleFacts{
            std::string{built_in->name}, std::string{built_in->type},
            std::string{built_in->severity}};
    }
    auto const found =
        std::ranges::find(book.custom, rule_id, [](ActiveRule const& rule) -> std::string const& {
            return rule.row.rule_id;
        });
    if (found == book.custom.end())
        return {};
    return RuleFacts{found->row.name, "custom_rule", found->row.severity};
}

} // namespace api
