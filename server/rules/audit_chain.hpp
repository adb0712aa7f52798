// The hash chain of the audit log (core-notes section 2): one chain per developer, each entry's
// SHA-256 covers its content and the hash before it. The text that is hashed is JSON exactly as
// ECMAScript's JSON.stringify would write it, so that any client can recompute it.
#pragma once

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace rules {

struct AuditFacts
{
    std::string_view id, agent_id, agent_did, grant_id, principal_id, developer_id, action;
    std::string_view metadata_text; // canonical_metadata() of the metadata
    std::string_view timestamp;     // as answered, `2026-03-02T09:15:30.000Z`
    std::optional<std::string_view> prev_hash;
    std::string_view status;
};

// Objects recursively sorted by key in UTF-16 code unit order, numbers as ECMAScript prints the
// IEEE double, no whitespace. Nothing when a number is not finite.
std::optional<std::string> canonical_metadata(boost::json::object const& metadata);

// A string or a double as ECMAScript's JSON.stringify writes them.
std::string ecmascript_string(std::string_view text);
std::string ecmascript_number(double value);

// The bytes that are hashed, and their lower-case hex SHA-256.
std::string audit_text(AuditFacts const& facts);
std::string audit_hash(AuditFacts const& facts);

} // namespace rules
