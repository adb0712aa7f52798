// Mails to be sent, as rows written in the transaction of their cause; a job sends them. Each
// carries the link of the e-mail token whose id it has. Once sent or given up, the row stays
// without its secret until it expires: it counts against the developer's pace.
#pragma once

#include "storage/database.hpp"

#include <boost/describe/class.hpp>

namespace storage {

struct Mail
{
    std::string id; // of its e-mail token
    std::string developer_id;
    std::string recipient;
    std::optional<std::string> sealed_token; // nothing: sent or given up
    int attempts = 0;
    Timestamp created_at;
    std::optional<Timestamp> due_at; // nothing: sent or given up
    Timestamp expires_at;            // of the link
};
BOOST_DESCRIBE_STRUCT(
    Mail, (), (id, developer_id, recipient, sealed_token, attempts, created_at, due_at, expires_at)
)

void insert_mail(Database& db, Mail const& mail);

// Up to `limit` mails that are due, the longest due first.
std::vector<Mail> list_due_mails(Database& db, Timestamp now, std::int64_t limit);
// Due later than now, the last one first.
std::vector<Mail> list_latest_due_mails(Database& db, Timestamp now, std::int64_t limit);

// When the developer's mail that is `count` mails back was made; nothing when there are fewer.
std::optional<Timestamp>
find_nth_newest_mail_time(Database& db, std::string_view developer_id, std::int64_t count);

// One more attempt failed; the next is due then.
void update_mail_attempt(Database& db, std::string_view id, Timestamp due_at);

// Sent or given up: the secret goes.
void consume_mail(Database& db, std::string_view id);

// Removes up to `limit` mails whose links expired and that are not due; returns how many.
int expire_mails(Database& db, Timestamp now, std::int64_t limit);

} // namespace storage
