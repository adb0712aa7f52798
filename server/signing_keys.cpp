#include "server/signing_keys.hpp"

#include <algorithm>

namespace server {

namespace {

// Grant tokens and principal sessions are what signing keys sign.
std::int64_t token_ttl_seconds(Config const& config)
{
    return std::max(config.token_max_ttl, config.session_max_ttl).count();
}

bool has_died(storage::SigningKeyRow const& row, rules::KeyLife const& life)
{
    return life.state == rules::KeyState::gone && !row.gone_at;
}

// Never shorter: tokens from before the change are still out there.
bool signs_longer(
    storage::SigningKeyRow const& row, rules::KeyLife const& life, Config const& config
)
{
    return (life.state == rules::KeyState::active || life.state == rules::KeyState::next) &&
           row.token_ttl_seconds < token_ttl_seconds(config);
}

} // namespace

std::vector<rules::KeyLife>
judge_keys(std::span<storage::SigningKeyRow const> rows, storage::Timestamp now)
{
    std::vector<rules::KeyTimes> times;
    for (auto const& row : rows)
        times.push_back({row.signs_from, std::chrono::seconds{row.token_ttl_seconds}, row.gone_at});
    return rules::judge_keys(times, now);
}

storage::SigningKeyRow make_signing_key_row(
    Config const& config, MasterKeys const& masters, crypto::SigningKey const& key,
    storage::Timestamp now, storage::Timestamp signs_from
)
{
    return {
        .kid = key.kid(),
        .sealed = masters.wrap(KeyPlace::of_signing_key(key.kid()), key.to_pkcs8().view()),
        .created_at = now,
        .signs_from = signs_from,
        .token_ttl_seconds = token_ttl_seconds(config),
        .gone_at = {}};
}

std::vector<std::string>
settle_signing_keys(storage::Database& db, Config const& config, storage::Timestamp now)
{
    auto const rows = storage::list_signing_keys(db);
    auto const lives = judge_keys(rows, now);
    std::vector<std::string> gone;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (has_died(rows[i], lives[i])) {
            storage::expire_signing_key(db, rows[i].kid, now);
            gone.push_back(rows[i].kid);
        }
        if (signs_longer(rows[i], lives[i], config))
            storage::update_token_ttl(db, rows[i].kid, token_ttl_seconds(config));
    }
    return gone;
}

bool are_settled(
    std::span<storage::SigningKeyRow const> rows, Config const& config, storage::Timestamp now
)
{
    auto const lives = judge_keys(rows, now);
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (has_died(rows[i], lives[i]) || signs_longer(rows[i], lives[i], config))
            return false;
    return true;
}

} // namespace server
