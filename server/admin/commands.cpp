#include "server/admin/commands.hpp"

#include "server/admin/audit_export.hpp"
#include "server/admin/back_up.hpp"
#include "server/admin/developers.hpp"
#include "server/admin/explain.hpp"
#include "server/admin/keys.hpp"
#include "server/admin/live_events.hpp"
#include "server/admin/status.hpp"
#include "server/backup/report.hpp"

#include <algorithm>

namespace admin {

namespace {

constexpr Command table[] = {
    {"status", status},
    {"developers.list", list_developers},
    {"developers.create", create_developer},
    {"developers.rotate", rotate_developer_key},
    {"developers.disable", disable_developer},
    {"keys.list", list_keys},
    {"keys.rotate", rotate_signing_key},
    {"keys.import", import_signing_key},
    {"keys.rewrap", rewrap_master_key},
    {"backup", back_up},
    {"audit.export", export_audit},
    {"explain", explain},
    {"tail", tail_events},
};

} // namespace

std::string Call::text(std::string_view name) const
{
    auto found = find_text(name);
    if (!found || found->empty())
        throw Refused("\"" + std::string{name} + "\" is missing");
    return std::move(*found);
}

std::optional<std::string> Call::find_text(std::string_view name) const
{
    auto const* const value = arguments.if_contains({name.data(), name.size()});
    if (value == nullptr)
        return {};
    if (!value->is_string())
        throw Refused("\"" + std::string{name} + "\" must be a string");
    return std::string{value->get_string()};
}

std::span<Command const> commands()
{
    return table;
}

Answer run(std::string name, Call& call)
{
    auto const* const command = std::ranges::find(table, std::string_view{name}, &Command::name);
    if (command == std::end(table))
        throw Refused(
            "this server knows no command \"" + name +
            "\". Try: the grantexd of the same version as the server"
        );
    try {
        co_return co_await command->run(call);
    } catch (server::KeyError const& error) {
        throw Refused(error.what());
    } catch (backup::Failed const& failure) {
        throw Refused(failure.what());
    }
}

boost::asio::awaitable<void> change(Call& call, Change const& work)
{
    std::optional<std::string> refused;
    auto& app = call.host.app;
    // A refusal leaves nothing behind: it is found out before anything is written.
    jobs::Work const in_batch = [&](storage::Database& db) {
        server::Turn turn{app, db, app.clock.now()};
        try {
            work(turn);
        } catch (Refused const& refusal) {
            refused = refusal.what();
        }
    };
    auto const stored = co_await jobs::write(call.host, in_batch);
    if (refused)
        throw Refused(*refused);
    if (!stored)
        throw Refused("the database did not take the change. Try: grantexd doctor");
}

} // namespace admin
