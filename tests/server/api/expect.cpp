#include "tests/server/api/expect.hpp"

#include "crypto/base64url.hpp"
#include "crypto/hash.hpp"
#include "server/http/error.hpp"
#include "storage/developers.hpp"

#include <SQLiteCpp/Statement.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <sstream>

namespace support {

namespace {

std::vector<std::string> sorted_words(std::string_view text)
{
    std::istringstream stream{std::string{text}};
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    std::ranges::sort(words);
    return words;
}

boost::json::object part_of(std::string_view token, std::size_t number)
{
    for (; number > 0; --number)
        token.remove_prefix(token.find('.') + 1);
    auto const text = crypto::decode_base64url(token.substr(0, token.find('.')));
    BOOST_REQUIRE(text.has_value());
    return boost::json::parse({text->data(), text->size()}).as_object();
}

bool all_of(std::string_view text, std::string_view alphabet)
{
    return text.find_first_not_of(alphabet) == std::string_view::npos;
}

} // namespace

void expect_error(
    Answer const& answer, unsigned status, std::string_view code, std::string_view message
)
{
    BOOST_TEST_CONTEXT("answer " << answer.status << " " << answer.body)
    {
        BOOST_TEST(answer.status == status);
        BOOST_TEST(answer.header("Content-Type") == "application/json; charset=utf-8");
        expect_members(answer, "message code requestId error statusCode");
        BOOST_TEST(answer.code() == code);
        BOOST_TEST(answer.text("error") == http::reason_phrase(status));
        BOOST_TEST(answer.json().at("statusCode").as_int64() == status);
        BOOST_TEST(answer.text("requestId") == answer.header("X-Request-Id"));
        BOOST_TEST(!answer.text("message").empty());
        if (!message.empty())
            BOOST_TEST(answer.text("message") == message);
    }
}

void expect_members(boost::json::object const& object, std::string_view names)
{
    std::vector<std::string> found;
    for (auto const& member : object)
        found.emplace_back(member.key());
    std::ranges::sort(found);
    auto const expected = sorted_words(names);
    BOOST_CHECK_EQUAL_COLLECTIONS(found.begin(), found.end(), expected.begin(), expected.end());
}

void expect_members(Answer const& answer, std::string_view names)
{
    expect_members(answer.json().as_object(), names);
}

bool is_uuid_v4(std::string_view text)
{
    if (text.size() != 36 || text[14] != '4' || !all_of(text.substr(19, 1), "89ab"))
        return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto const dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !all_of(text.substr(i, 1), "0123456789abcdef"))
            return false;
    }
    return true;
}

bool is_timestamp(std::string_view text)
{
    constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd.dddZ";
    return std::ranges::equal(text, form, [](char c, char expected) {
        return expected == 'd' ? c >= '0' && c <= '9' : c == expected;
    });
}

bool is_id(std::string_view text, std::string_view prefix)
{
    return text.size() == prefix.size() + 27 && text.starts_with(prefix) &&
           text[prefix.size()] == '_' &&
           all_of(text.substr(prefix.size() + 1), "0123456789ABCDEFGHJKMNPQRSTVWXYZ");
}

bool is_secret(std::string_view text)
{
    return text.size() == 43 &&
           all_of(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
}

bool is_code(std::string_view text)
{
    return text.size() == 53 && text.starts_with('0') && is_secret(text.substr(10));
}

boost::json::object token_header(std::string_view token)
{
    return part_of(token, 0);
}
boost::json::object token_claims(std::string_view token)
{
    return part_of(token, 1);
}

boost::json::object without(Answer const& answer, std::initializer_list<char const*> names)
{
    auto object = answer.json().as_object();
    for (auto const* const name : names)
        object.erase(name);
    return object;
}

std::string developer_id(ApiServer& server, std::string const& key)
{
    return storage::find_developer_by_key(server.app.reader, crypto::hex(crypto::sha256(key)))
        .value()
        .id;
}

std::vector<storage::Event> events_of(ApiServer& server, std::string const& key)
{
    return storage::list_events(server.app.reader, developer_id(server, key), "", 100'000);
}

std::string event_types(ApiServer& server, std::string const& key)
{
    std::string types;
    for (auto const& event : events_of(server, key))
        types += (types.empty() ? "" : " ") + event.type;
    return types;
}

boost::json::object event_data(storage::Event const& event)
{
    return boost::json::parse({event.data.data(), event.data.size()}).as_object();
}

std::int64_t rows_of(ApiServer& server, std::string const& table)
{
    SQLite::Statement statement{server.app.reader.connection(), "SELECT count(*) FROM " + table};
    BOOST_REQUIRE(statement.executeStep());
    return statement.getColumn(0).getInt64();
}

std::string json_text(std::string_view text)
{
    auto const json = boost::json::serialize(boost::json::string_view{text.data(), text.size()});
    return {json.data(), json.size()};
}

std::string refresh_body(Answer const& granted, std::string_view agent_id)
{
    return R"({"refreshToken":)" + json_text(granted.text("refreshToken")) + R"(,"agentId":)" +
           json_text(agent_id) + "}";
}

std::string code_body(std::string_view code, std::string_view agent_id)
{
    return R"({"code":)" + json_text(code) + R"(,"agentId":)" + json_text(agent_id) + "}";
}

std::string token_body(std::string_view token)
{
    return R"({"token":)" + json_text(token) + "}";
}

} // namespace support
