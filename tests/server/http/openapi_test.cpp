#include "server/http/examples.hpp"
#include "server/http/openapi.hpp"
#include "server/http/read_body.hpp"
#include "server/http/write_view.hpp"

#include <boost/describe/class.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using namespace http;

struct InnerView
{
    std::string text;
};
BOOST_DESCRIBE_STRUCT(InnerView, (), (text))

struct RenamedView
{
    static constexpr std::string_view wire_name(std::string_view) { return "@text"; }
    std::string text;
};
BOOST_DESCRIBE_STRUCT(RenamedView, (), (text))

struct BaseView
{
    std::int64_t number = 0;
};
BOOST_DESCRIBE_STRUCT(BaseView, (), (number))

struct OuterView : BaseView
{
    InnerView inner;
    std::optional<InnerView> other;
    std::vector<InnerView> list;
    Nullable<InnerView> none;
};
BOOST_DESCRIBE_STRUCT(OuterView, (BaseView), (inner, other, list, none))

struct ThingBody
{
    OneOf<"red", "green", "blue"> colour;
    std::optional<Line<1, 9>> name;
    Clearable<Integer<0, 5>> size;
};
BOOST_DESCRIBE_STRUCT(ThingBody, (), (colour, name, size))

struct PriceBody
{
    AmountInput price;
    std::optional<Currency> currency;
};
BOOST_DESCRIBE_STRUCT(PriceBody, (), (price, currency))

struct ChangeBody
{
    static constexpr std::int64_t members_min = 1;
    std::optional<bool> on;
};
BOOST_DESCRIBE_STRUCT(ChangeBody, (), (on))

template<class T> std::string schema_of()
{
    Schemas schemas;
    return boost::json::serialize(schemas.of<T>());
}

std::string component(Schemas const& schemas, std::string_view name)
{
    return boost::json::serialize(schemas.components().at(name));
}

template<class Body> Body read(std::string_view json)
{
    NumberTexts texts;
    auto const object = parse_json_object(json, &texts);
    return read_body<Body>(object, texts);
}

template<class Body = ThingBody> std::string refusal_of(std::string_view json)
{
    try {
        read<Body>(json);
    } catch (ApiError const& error) {
        return error.message;
    }
    return {};
}

} // namespace

BOOST_AUTO_TEST_SUITE(openapi)

BOOST_AUTO_TEST_CASE(every_wire_type_has_the_schema_of_its_bounds)
{
    BOOST_TEST(schema_of<bool>() == R"({"type":"boolean"})");
    BOOST_TEST(schema_of<int>() == R"({"type":"integer"})");
    BOOST_TEST(schema_of<std::string>() == R"({"type":"string"})");
    BOOST_TEST((schema_of<Text<0, 9>>() == R"({"type":"string","maxLength":9})"));
    BOOST_TEST((schema_of<Text<1, 9>>() == R"({"type":"string","minLength":1,"maxLength":9})"));
    BOOST_TEST((
        schema_of<Line<1, 9>>() ==
        R"({"type":"string","minLength":1,"maxLength":9,"pattern":"^[^\\u0000-\\u001f\\u007f]*$"})"
    ));
    BOOST_TEST((schema_of<Integer<-1, 9>>() == R"({"type":"integer","minimum":-1,"maximum":9})"));
    BOOST_TEST(
        (schema_of<List<bool, 0, 9>>() ==
         R"({"type":"array","items":{"type":"boolean"},"maxItems":9})")
    );
    BOOST_TEST(
        (schema_of<List<bool, 1, 9>>() ==
         R"({"type":"array","items":{"type":"boolean"},"minItems":1,"maxItems":9})")
    );
    BOOST_TEST((schema_of<OneOf<"a", "b">>() == R"({"type":"string","enum":["a","b"]})"));
    BOOST_TEST(schema_of<RawJson>() == R"({"type":"object"})");
    BOOST_TEST(schema_of<boost::json::object>() == R"({"type":"object"})");
    BOOST_TEST(schema_of<UnsignedToken>() == R"({"type":"string"})");
    BOOST_TEST(schema_of<UnsignedTokenLink>() == R"({"type":"string","format":"uri"})");
    BOOST_TEST(schema_of<std::vector<bool>>() == R"({"type":"array","items":{"type":"boolean"}})");
    BOOST_TEST(schema_of<Currency>() == R"({"type":"string","pattern":"^[A-Za-z0-9]{3,10}$"})");
    BOOST_TEST(
        schema_of<rules::Amount>() == R"({"type":"string","pattern":"^[0-9]{1,14}\\.[0-9]{4}$"})"
    );
    BOOST_TEST(schema_of<AmountInput>().starts_with(R"({"oneOf":[{"type":"number",)"));
    BOOST_TEST(schema_of<Scope>().starts_with(R"({"type":"string","minLength":1,"maxLength":256,)")
    );
}

BOOST_AUTO_TEST_CASE(what_may_be_null_says_so)
{
    BOOST_TEST(schema_of<Nullable<std::string>>() == R"({"type":["string","null"]})");
    BOOST_TEST(
        (schema_of<Clearable<Integer<0, 5>>>() ==
         R"({"type":["integer","null"],"minimum":0,"maximum":5})")
    );
    BOOST_TEST(
        (schema_of<Nullable<OneOf<"a">>>() == R"({"type":["string","null"],"enum":["a",null]})")
    );
    BOOST_TEST(
        schema_of<Nullable<InnerView>>() ==
        R"({"anyOf":[{"$ref":"#/components/schemas/Inner"},{"type":"null"}]})"
    );
}

BOOST_AUTO_TEST_CASE(times_are_one_component)
{
    Schemas schemas;
    schemas.of<storage::Timestamp>();
    BOOST_TEST(
        component(schemas, "Timestamp").starts_with(R"({"type":"string","format":"date-time",)")
    );
}

BOOST_AUTO_TEST_CASE(a_struct_stands_once_and_is_referred_to_by_its_plain_name)
{
    Schemas schemas;
    BOOST_TEST(
        boost::json::serialize(schemas.of<OuterView>()) ==
        R"({"$ref":"#/components/schemas/Outer"})"
    );
    auto const inner = std::string{R"({"$ref":"#/components/schemas/Inner"})"};
    BOOST_TEST(
        component(schemas, "Outer") ==
        R"({"type":"object","required":["number","inner","list","none"],"properties":{)"
        R"("number":{"type":"integer"},"inner":)" +
            inner + R"(,"other":)" + inner + R"(,"list":{"type":"array","items":)" + inner +
            R"(},"none":{"anyOf":[)" + inner + R"(,{"type":"null"}]}}})"
    );
    BOOST_TEST(schemas.components().size() == 2);
    schemas.of<ThingBody>();
    BOOST_TEST(schemas.components().contains("ThingRequest"));
}

BOOST_AUTO_TEST_CASE(a_member_whose_name_is_none_in_the_language_is_written_and_told_alike)
{
    Schemas schemas;
    schemas.of<RenamedView>();
    BOOST_TEST(
        component(schemas, "Renamed") ==
        R"({"type":"object","required":["@text"],"properties":{"@text":{"type":"string"}}})"
    );
    BOOST_TEST(write_view(RenamedView{"a"}).text == R"({"@text":"a"})");
}

BOOST_AUTO_TEST_CASE(a_body_tells_that_it_must_have_some_member_whichever)
{
    Schemas schemas;
    schemas.of<ChangeBody>();
    BOOST_TEST(
        component(schemas, "ChangeRequest") ==
        R"({"type":"object","minProperties":1,"properties":{"on":{"type":"boolean"}}})"
    );
}

BOOST_AUTO_TEST_CASE(two_types_of_one_name_are_a_mistake)
{
    Schemas schemas;
    schemas.of<InnerView>();
    auto const fill = [] { return boost::json::object{}; };
    BOOST_CHECK_THROW(schemas.named("Inner", "another::Inner", fill), std::logic_error);
}

BOOST_AUTO_TEST_CASE(a_word_of_a_set_is_read_with_a_message_that_names_the_set)
{
    BOOST_TEST(refusal_of(R"({"colour":"red"})").empty());
    BOOST_TEST(refusal_of(R"({"colour":"pink"})") == "colour must be red, green or blue");
    BOOST_TEST(refusal_of(R"({"colour":""})") == "colour must be red, green or blue");
    BOOST_TEST(refusal_of(R"({"colour":1})") == "colour must be a string");
    BOOST_TEST(refusal_of("{}") == "colour is required");
}

BOOST_AUTO_TEST_CASE(an_amount_is_read_from_the_text_of_its_own_number)
{
    auto const price = [](std::string_view json) {
        return rules::amount_text(read<PriceBody>(json).price.value);
    };
    BOOST_TEST(price(R"({"price":99999999999999.9999})") == "99999999999999.9999");
    BOOST_TEST(price(R"({"price":"2.5"})") == "2.5000");
    BOOST_TEST(price(R"({"price":7})") == "7.0000");
    // Those of other members and of members inside them are not taken for it.
    BOOST_TEST(price(R"({"a":1,"price":2.5,"b":3})") == "2.5000");
    BOOST_TEST(price(R"({"price":2.5,"a":{"price":1},"b":[1.5,{"price":3}]})") == "2.5000");
    BOOST_TEST(price(R"({"a":{"price":1},"b":[1.5],"price":2.5})") == "2.5000");
    BOOST_TEST(price(R"({"price":1,"pric\u0065":2.5})") == "2.5000");
    BOOST_TEST(price(R"({"price":{"price":1},"price":2.5})") == "2.5000");
    BOOST_TEST(price(R"({"price":1e1,"price":"2.5"})") == "2.5000");
    BOOST_TEST(refusal_of<PriceBody>(R"({"price":1,"price":null})") == "price is required");
    BOOST_TEST(
        refusal_of<PriceBody>(R"({"price":1,"price":{"price":1}})") ==
        "price must be a number above 0 and at most 99999999999999.9999, also as a string with up "
        "to four decimals"
    );
    BOOST_TEST(refusal_of<PriceBody>(R"({"a":{"price":1}})") == "price is required");
}

BOOST_AUTO_TEST_CASE(a_currency_is_read_in_upper_case)
{
    auto const currency = [](std::string_view text) {
        return std::string{read<PriceBody>(R"({"price":1,"currency":")" + std::string{text} + "\"}")
                               .currency.value()};
    };
    BOOST_TEST(currency("eur") == "EUR");
    BOOST_TEST(currency("UsDc2") == "USDC2");
    BOOST_TEST(currency("abcdefghij") == "ABCDEFGHIJ");
    for (auto const* const bad : {"eu", "abcdefghijk", "e-r", "EU R", "\u20ac\u20ac\u20ac"})
        BOOST_TEST(
            !refusal_of<PriceBody>(R"({"price":1,"currency":")" + std::string{bad} + "\"}").empty()
        );
}

BOOST_AUTO_TEST_CASE(an_example_has_what_is_required)
{
    Schemas schemas;
    auto const schema = schemas.of<ThingBody>();
    BOOST_TEST(
        boost::json::serialize(example_body(schema, schemas.components(), false)) ==
        R"({"colour":"red"})"
    );
    auto const priced = schemas.of<PriceBody>();
    BOOST_TEST(
        boost::json::serialize(example_body(priced, schemas.components(), false)) ==
        R"({"price":1})"
    );
    BOOST_TEST(example_path("/v1/policies/{id}/x") == "/v1/policies/ID/x");
    BOOST_TEST(example_path("/v1/agents/{agentId}").starts_with("/v1/agents/ag_"));
    BOOST_TEST(example_path("/health") == "/health");
}

BOOST_AUTO_TEST_CASE(operation_ids_are_handlers_in_camel_case)
{
    BOOST_TEST(operation_id("create_agent") == "createAgent");
    BOOST_TEST(operation_id("update_agent_via_post") == "updateAgentViaPost");
    BOOST_TEST(operation_id("signup") == "signup");
}

BOOST_AUTO_TEST_SUITE_END()
