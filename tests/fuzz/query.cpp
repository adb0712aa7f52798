// Queries, forms and cookies: the first line is a query, the rest a Cookie header.
#include "server/http/error.hpp"
#include "server/http/operations.hpp"
#include "server/http/request.hpp"
#include "server/http/route.hpp"
#include "tests/fuzz/fuzzer.hpp"

#include <string>
#include <vector>

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string encoded(std::string_view text)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string escaped;
    for (auto const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        escaped += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
    return escaped;
}

void check_pairs(std::string_view text)
{
    auto const pairs = http::parse_pairs(text);
    std::string again;
    for (auto const& [name, value] : pairs)
        again += (again.empty() ? "" : "&") + encoded(name) + "=" + encoded(value);
    test::must(http::parse_pairs(again) == pairs, "pairs that are written again are the same");
    test::must(http::percent_decode(encoded(text), true) == text, "what is encoded is decoded");
    if (auto const decoded = http::percent_decode(text, false))
        test::must(
            decoded->size() + 2U * static_cast<std::size_t>(std::ranges::count(text, '%')) ==
                text.size(),
            "an escape is three characters for one"
        );

    auto const form = http::parse_form(text);
    for (auto const& [name, value] : pairs)
        test::must(form.contains(name), "a form has every field");
    test::must(form.size() <= pairs.size(), "and no other");
}

http::Declaration const declaration{
    .handler = "list_grants",
    .group = "grants",
    .parameters = {{"page", {}, {}}, {"pageSize", {}, {}}, {"limit", {}, {}}, {"q", {}, {}}}};

// Only what the parameters come to: no database, no server behind it.
struct Reading
{
    explicit Reading(std::string_view query, std::string_view cookies)
    {
        message.headers.emplace_back("cookie", cookies);
        request.query_parameters = http::parse_pairs(query);
        request.declaration = &declaration;
    }

    alignas(server::App) std::array<std::byte, sizeof(server::App)> app{};
    alignas(storage::Database) std::array<std::byte, sizeof(storage::Database)> database{};
    http::Message message;
    http::Request request{
        {.app = reinterpret_cast<server::App&>(app),
         .db = reinterpret_cast<storage::Database&>(database),
         .now = {}},
        message,
        {}};
};

template<class Read> void read_or_refuse(Read read)
{
    try {
        read();
    } catch (http::ApiError const& refusal) {
        test::must(refusal.status == 400, "a query is refused with 400");
    }
}

void check_page(storage::Page page, std::int64_t size_max)
{
    test::must(page.number >= 1, "pages count from 1");
    test::must(page.size >= 1 && page.size <= size_max, "a page has a size within its bounds");
    test::must(page.offset() >= 0, "the offset of a page does not overflow");
}

} // namespace

void test::fuzz(std::string_view input)
{
    auto const query = take_line(input);
    check_pairs(query);

    Reading const reading{query, input};
    auto const& request = reading.request;
    read_or_refuse([&] { check_page(request.page(1000), 1000); });
    read_or_refuse([&] { check_page(request.page(100, 20), 100); });
    read_or_refuse([&] { check_page(request.exact_page(100, 20), 100); });
    read_or_refuse([&] { check_page(request.exact_page(100, 20, http::LargeSize::reduced), 100); });
    read_or_refuse([&] {
        auto const limit = request.limit(500, 50);
        must(limit >= 1 && limit <= 500, "a limit is within its bounds");
    });
    read_or_refuse([&] { static_cast<void>(request.query("q")); });

    if (auto const cookie = request.cookie("gx_session")) {
        must(cookie->find(';') == cookie->npos, "a cookie ends at a semicolon");
        must(input.find("gx_session=" + *cookie) != input.npos, "a cookie is what was sent");
    }
}
