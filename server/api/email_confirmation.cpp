#include "server/api/email_confirmation.hpp"

#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "server/rules/email_address.hpp"
#include "storage/email_tokens.hpp"
#include "storage/mails.hpp"

#include <algorithm>

namespace api {

namespace {

constexpr std::chrono::hours token_lifetime{24};
constexpr std::int64_t tokens_per_developer_max = 5;

// Links go to whatever address a developer names. More mails than this wait for their turn, so that
// nobody's mailbox is flooded in the name of this server.
constexpr std::int64_t mails_per_hour_max = 20;

// An expired link says so for this long; then it is unknown.
constexpr std::chrono::days expired_kept{30};
constexpr std::int64_t expired_per_insert_max = 4;

storage::EmailToken new_token(http::Request& request, std::string email, std::string_view secret)
{
    return {
        .id = request.next_id("emv"),
        .developer_id = request.caller().id,
        .token_hash = crypto::hex(crypto::sha256(secret)),
        .email = std::move(email),
        .created_at = request.now,
        .expires_at = request.now + token_lifetime,
        .used_at = {}};
}

storage::Timestamp due_time(http::Request const& request)
{
    auto const earlier =
        storage::find_nth_newest_mail_time(request.db, request.caller().id, mails_per_hour_max);
    return earlier ? std::max(request.now, *earlier + std::chrono::hours{1}) : request.now;
}

} // namespace

http::Created<SignupVerificationView>
send_signup_verification(http::Request& request, SignupVerificationBody const& body)
{
    auto email = rules::read_email_address(body.email);
    if (!email)
        throw http::implausible_email();
    auto& db = request.db;
    storage::expire_email_tokens(db, request.now - expired_kept, expired_per_insert_max);
    storage::expire_mails(db, request.now, expired_per_insert_max);

    auto const secret = crypto::random_token();
    auto const token = new_token(request, std::move(*email), secret);
    storage::delete_older_email_tokens(
        db, token.developer_id, request.now, tokens_per_developer_max - 1
    );
    storage::insert_email_token(db, token);
    storage::insert_mail(
        db,
        {.id = token.id,
         .developer_id = token.developer_id,
         .recipient = token.email,
         .sealed_token = request.app.keys.seal(
             db, request.app.ids, request.now, "mail", token.developer_id, token.id, "token", secret
         ),
         .attempts = 0,
         .created_at = request.now,
         .due_at = due_time(request),
         .expires_at = token.expires_at}
    );
    return {{"Verification message queued", token.expires_at}};
}

// A GET that changes something, because a link in a mail can be nothing else. Mail scanners open
// links too: harmless, since opening one again says the same.
EmailConfirmationView confirm_signup_verification(http::Request& request)
{
    auto const token =
        storage::find_email_token(request.db, crypto::hex(crypto::sha256(request.path("token"))));
    if (!token)
        throw http::not_found("Verification token");
    if (token->used_at)
        return {.message = "E-mail already verified", .email = {}};
    if (token->expires_at <= request.now)
        throw http::verification_expired();
    auto const holder = storage::find_developer_by_email(request.db, token->email);
    if (holder && holder->id != token->developer_id)
        throw http::address_taken();

    storage::update_developer_email(request.db, token->developer_id, token->email);
    storage::consume_email_token(request.db, token->id, request.now);
    storage::consume_mail(request.db, token->id); // whoever has the link needs no mail any more
    return {.message = "E-mail verified", .email = token->email};
}

} // namespace api
