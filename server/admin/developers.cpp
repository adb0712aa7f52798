#include "server/admin/developers.hpp"

#include "crypto/hash.hpp"
#include "server/api/append_audit.hpp"
#include "server/rules/display_text.hpp"
#include "server/rules/email_address.hpp"
#include "server/rules/time_text.hpp"
#include "server/seeds.hpp"

#include <boost/json/array.hpp>

namespace admin {

namespace {

constexpr std::int64_t page_size = 100;

storage::Developer must_find(storage::Database& db, std::string const& id)
{
    auto developer = storage::find_developer(db, id);
    if (!developer)
        throw Refused("there is no developer \"" + id + "\". Try: grantexd developers list");
    return std::move(*developer);
}

// The developer reads in its own chain that the operator was at its keys.
void note(server::Turn& turn, std::string const& developer_id, std::string const& action)
{
    api::append_account_audit(turn, developer_id, action, R"({"source":"server"})");
}

std::string one_of(
    Call const& call, std::string_view name, std::initializer_list<std::string_view> accepted,
    std::string fallback
)
{
    auto given = call.find_text(name);
    if (!given)
        return fallback;
    std::string list;
    for (auto const word : accepted) {
        if (*given == word)
            return std::move(*given);
        list.append(list.empty() ? "" : ", ").append(word);
    }
    throw Refused("--" + std::string{name} + " must be one of " + list);
}

} // namespace

Answer list_developers(Call& call)
{
    auto& db = call.host.app.reader;
    boost::json::array list;
    for (storage::Page page{.number = 1, .size = page_size};; ++page.number) {
        auto const rows = storage::list_developers(db, page);
        for (auto const& row : rows) {
            boost::json::object shown;
            shown["id"] = row.id;
            shown["name"] = row.name;
            if (row.email)
                shown["email"] = *row.email;
            else
                shown["email"] = nullptr;
            shown["mode"] = row.mode;
            shown["plan"] = row.plan;
            shown["keys"] = storage::count_api_keys(db, row.id);
            shown["createdAt"] = rules::time_text(row.created_at);
            list.push_back(std::move(shown));
        }
        if (rows.size() < static_cast<std::size_t>(page_size))
            break;
    }
    boost::json::object answer;
    answer["developers"] = std::move(list);
    co_return answer;
}

Answer create_developer(Call& call)
{
    auto const name = call.text("name");
    if (rules::display_text(name, 1).empty() || name.size() > 200)
        throw Refused("--name must have 1 to 200 characters");
    auto email = call.find_text("email");
    if (email && !(email = rules::read_email_address(*email)))
        throw Refused("--email must be a plain address such as team@example.com");
    auto const mode = one_of(call, "mode", {"live", "sandbox"}, "live");
    auto const plan = one_of(
        call, "plan", {"free", "pro", "enterprise"}, call.host.app.config.default_plan
    );

    server::NewDeveloper made;
    Change const work = [&](server::Turn& turn) {
        if (email && storage::find_developer_by_email(turn.db, *email))
            throw Refused(
                *email + " belongs to a developer already. Try: grantexd developers list"
            );
        auto config = turn.app.config;
        config.default_plan = plan;
        made = server::make_developer(turn.db, turn.app.ids, turn.now, config, name, email, mode);
    };
    co_await change(call, work);
    boost::json::object answer;
    answer["id"] = made.developer.id;
    answer["name"] = made.developer.name;
    answer["mode"] = made.developer.mode;
    answer["plan"] = made.developer.plan;
    answer["apiKey"] = made.api_key;
    co_return answer;
}

Answer rotate_developer_key(Call& call)
{
    auto const id = call.text("id");
    std::string key;
    int removed = 0;
    Change const work = [&](server::Turn& turn) {
        auto const developer = must_find(turn.db, id);
        removed = storage::delete_api_keys(turn.db, id);
        key = server::make_api_key(developer.mode);
        storage::insert_api_key(turn.db, crypto::hex(crypto::sha256(key)), id, turn.now);
        note(turn, id, "admin.key.rotated");
    };
    co_await change(call, work);
    boost::json::object answer;
    answer["id"] = id;
    answer["apiKey"] = key;
    answer["removedKeys"] = removed;
    co_return answer;
}

Answer disable_developer(Call& call)
{
    auto const id = call.text("id");
    int removed = 0;
    Change const work = [&](server::Turn& turn) {
        static_cast<void>(must_find(turn.db, id));
        removed = storage::delete_api_keys(turn.db, id);
        note(turn, id, "admin.keys.removed");
    };
    co_await change(call, work);
    boost::json::object answer;
    answer["id"] = id;
    answer["removedKeys"] = removed;
    co_return answer;
}

} // namespace admin
