// JSON bodies: from text to the structs of operations and back.
#include "server/api/agents.hpp"
#include "server/api/authorize.hpp"
#include "server/api/budgets.hpp"
#include "server/api/policies.hpp"
#include "server/http/error.hpp"
#include "server/http/parse_json.hpp"
#include "server/http/read_body.hpp"
#include "server/http/write_view.hpp"
#include "server/rules/audit_chain.hpp"
#include "tests/fuzz/fuzzer.hpp"

#include <boost/json/parse.hpp>

#include <cstdlib>
#include <optional>
#include <string>

namespace {

using http::NumberTexts;
using Object = boost::json::object;

// Nothing when the body is refused, which is only ever said with a 400.
template<class Read> auto read_or_refuse(Read read) -> std::optional<decltype(read())>
{
    try {
        return read();
    } catch (http::ApiError const& refusal) {
        test::must(refusal.status == 400, "a body is refused with 400");
        test::must(!refusal.message.empty(), "and with a sentence");
        return {};
    }
}

std::optional<Object> parse(std::string_view text, NumberTexts& number_texts)
{
    return read_or_refuse([&] { return http::parse_json_object(text, &number_texts); });
}

// Boost's own parser takes whatever is JSON.
void check_against_boost(std::string_view text)
{
    if (text.empty() || text.starts_with("\xEF\xBB\xBF"))
        return;
    boost::json::parse_options options;
    options.max_depth = 64;
    boost::json::error_code error;
    auto const value = boost::json::parse(text, error, {}, options);
    test::must(!error && value.is_object(), "what is taken is a JSON object");
}

void check_numbers(Object const& object, NumberTexts const& number_texts)
{
    for (auto const& member : object) {
        auto const& value = member.value();
        if (!value.is_number())
            continue;
        auto const text = number_texts.find(std::string_view{member.key()});
        test::must(text != number_texts.end(), "the text of every number is kept");
        test::must(
            value.to_number<double>() == std::strtod(text->second.c_str(), nullptr),
            "a number is the nearest double"
        );
    }
}

// The form that the audit chain hashes.
void check_canonical(Object const& object)
{
    auto const canonical = rules::canonical_metadata(object);
    test::must(canonical.has_value(), "what was read is finite and can be written");
    NumberTexts number_texts;
    auto const again = parse(*canonical, number_texts);
    test::must(again.has_value(), "what is written can be read");
    test::must(rules::canonical_metadata(*again) == canonical, "and is written the same again");
}

template<class Body> void check_body(Object const& object, NumberTexts const& number_texts)
{
    auto const read = [](Object const& from, NumberTexts const& texts) {
        return read_or_refuse([&] { return http::read_body<Body>(from, texts); });
    };
    auto const body = read(object, number_texts);
    if (!body)
        return;
    auto const text = http::write_view(*body).text;
    NumberTexts texts_again;
    auto const object_again = parse(text, texts_again);
    test::must(object_again.has_value(), "a body that is written can be read");
    auto const again = read(*object_again, texts_again);
    test::must(again.has_value(), "as the same body");
    test::must(http::write_view(*again).text == text, "which is written the same again");
}

void check_debit(Object const& object, NumberTexts const& number_texts)
{
    auto const body =
        read_or_refuse([&] { return http::read_body<api::DebitBody>(object, number_texts); });
    if (!body)
        return;
    auto const amount = body->amount.value;
    test::must(
        amount > rules::Amount{} && amount <= rules::amount_max, "an amount is within its bounds"
    );
    auto const& given = object.at("amount");
    auto const& written =
        given.is_string() ? std::string{given.get_string()} : number_texts.at("amount");
    test::must(
        rules::amount_of_number(written) == amount, "it is read from the text of its number"
    );
}

void check_policy(Object const& object, NumberTexts const& number_texts)
{
    auto const body = read_or_refuse([&] {
        return http::read_body<api::CreatePolicyBody>(object, number_texts);
    });
    if (!body || !body->conditions || !body->conditions->timeWindow)
        return;
    auto const& window = *body->conditions->timeWindow;
    test::must(window.startHour.value >= 0 && window.startHour.value <= 23, "hours are of a day");
    test::must(!window.days || window.days->size() <= 7, "a week has seven days");
}

} // namespace

void test::fuzz(std::string_view input)
{
    NumberTexts number_texts;
    auto const object = parse(input, number_texts);
    if (!object)
        return;
    check_against_boost(input);
    check_numbers(*object, number_texts);
    check_canonical(*object);
    check_body<api::AuthorizeBody>(*object, number_texts);
    check_body<api::CreateAgentBody>(*object, number_texts);
    check_debit(*object, number_texts);
    check_policy(*object, number_texts);
}
