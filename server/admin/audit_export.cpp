#include "server/admin/audit_export.hpp"

#include "server/rules/time_text.hpp"
#include "storage/audit.hpp"
#include "storage/developers.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/parse.hpp>

namespace admin {

namespace {

constexpr std::int64_t slice = 100; // then requests have their turn

boost::json::object line_of(storage::AuditEntry const& entry)
{
    boost::json::object line;
    line["id"] = entry.id;
    line["agentId"] = entry.agent_id;
    line["agentDid"] = entry.agent_did;
    line["grantId"] = entry.grant_id;
    line["principalId"] = entry.principal_id;
    line["developerId"] = entry.developer_id;
    line["action"] = entry.action;
    // As text: it is hashed byte by byte, and a reader might print its numbers in another way.
    line["metadata"] = entry.metadata;
    line["timestamp"] = rules::time_text(entry.timestamp);
    if (entry.prev_hash)
        line["prevHash"] = *entry.prev_hash;
    else
        line["prevHash"] = nullptr;
    line["status"] = entry.status;
    line["hash"] = entry.hash;
    return line;
}

} // namespace

Answer export_audit(Call& call)
{
    auto& db = call.host.app.reader;
    auto const id = call.text("developer");
    if (!storage::find_developer(db, id))
        throw Refused("there is no developer \"" + id + "\". Try: grantexd developers list");
    auto const head = storage::find_audit_head(db, id);
    std::int64_t written = 0;
    while (head && written < head->seq) {
        auto const entries = storage::list_audit_after(db, id, written, slice);
        if (entries.empty())
            throw Refused(
                "the chain of " + id + " ends at entry " + std::to_string(written) + " of " +
                std::to_string(head->seq) + ". Try: to restore a backup"
            );
        for (auto const& entry : entries) {
            if (entry.seq > head->seq)
                break;
            auto line = line_of(entry);
            auto const heard = co_await call.say(std::move(line));
            if (!heard)
                co_return boost::json::object{};
            written = entry.seq;
        }
        co_await boost::asio::post(call.host.loop, boost::asio::use_awaitable);
    }
    boost::json::object answer;
    answer["developerId"] = id;
    answer["entries"] = written;
    if (head)
        answer["lastHash"] = head->hash;
    else
        answer["lastHash"] = nullptr;
    co_return answer;
}

} // namespace admin
