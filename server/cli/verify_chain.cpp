#include "server/cli/verify_chain.hpp"

#include "server/rules/audit_chain.hpp"

#include <boost/json/parse.hpp>

#include <istream>

namespace cli {

namespace {

std::string text(boost::json::object const& entry, std::string_view name)
{
    return std::string{entry.at(name).as_string()};
}

// What is wrong with this entry after the one with `last_hash`; nothing when it is good.
std::optional<std::string>
fault_of(boost::json::object const& entry, std::string const& last_hash, bool is_first)
{
    auto const& prev = entry.at("prevHash");
    if (is_first ? !prev.is_null() : !prev.is_string() || text(entry, "prevHash") != last_hash)
        return is_first ? "it says that an entry came before it, which is not in the file"
                        : "it does not follow the entry before it: one is missing, was put in, or "
                          "was changed";
    auto const id = text(entry, "id");
    auto const agent_id = text(entry, "agentId");
    auto const agent_did = text(entry, "agentDid");
    auto const grant_id = text(entry, "grantId");
    auto const principal_id = text(entry, "principalId");
    auto const developer_id = text(entry, "developerId");
    auto const action = text(entry, "action");
    auto const metadata = text(entry, "metadata");
    auto const timestamp = text(entry, "timestamp");
    auto const status = text(entry, "status");
    auto const hash = rules::audit_hash(
        {.id = id,
         .agent_id = agent_id,
         .agent_did = agent_did,
         .grant_id = grant_id,
         .principal_id = principal_id,
         .developer_id = developer_id,
         .action = action,
         .metadata_text = metadata,
         .timestamp = timestamp,
         .prev_hash = is_first ? std::nullopt : std::optional<std::string_view>{last_hash},
         .status = status}
    );
    if (hash != text(entry, "hash"))
        return "its hash does not fit what it says: it was changed";
    return {};
}

} // namespace

VerifiedChain verify_chain(std::istream& lines)
{
    VerifiedChain chain;
    std::string line;
    while (std::getline(lines, line)) {
        ++chain.line;
        chain.entry_id.clear();
        try {
            auto const entry = boost::json::parse(line).as_object();
            chain.entry_id = text(entry, "id");
            chain.fault = fault_of(entry, chain.last_hash, chain.entries == 0);
            if (!chain.fault)
                chain.last_hash = text(entry, "hash");
        } catch (std::exception const&) { // no JSON, a member missing or of another type
            chain.fault = "it is not an entry as `grantexd audit export` writes it";
        }
        if (chain.fault)
            return chain;
        ++chain.entries;
    }
    return chain;
}

} // namespace cli
