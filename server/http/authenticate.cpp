#include "server/http/authenticate.hpp"

#include "crypto/hash.hpp"
#include "server/http/error.hpp"
#include "server/http/principal_session.hpp"

namespace http {

namespace {

constexpr std::size_t key_bytes_min = 16;
constexpr std::size_t key_bytes_max = 512;

bool is_bearer(std::string_view scheme)
{
    constexpr std::string_view expected = "bearer";
    if (scheme.size() != expected.size())
        return false;
    for (std::size_t i = 0; i < expected.size(); ++i)
        if ((scheme[i] | 0x20) != expected[i])
            return false;
    return true;
}

// The credentials of a Bearer header; empty when it is of another form.
std::string_view bearer_credentials(std::string_view header)
{
    auto const end = header.find_first_of(" \t");
    if (end == std::string_view::npos || !is_bearer(header.substr(0, end)))
        return {};
    auto const start = header.find_first_not_of(" \t", end);
    if (start == std::string_view::npos)
        return {};
    auto const token = header.substr(start);
    return token.find_first_of(" \t") == std::string_view::npos ? token : std::string_view{};
}

// By hashes, so that the time tells neither a matching start nor the length.
bool is_same_key(std::string_view presented, std::string_view expected)
{
    return crypto::equal_constant_time(
        crypto::hex(crypto::sha256(presented)), crypto::hex(crypto::sha256(expected))
    );
}

void refuse_second_header(Message const& message)
{
    if (message.count_header("authorization") > 1)
        throw bad_request("Send the Authorization header only once");
}

} // namespace

std::string_view presented_key(Message const& message)
{
    return bearer_credentials(message.header("authorization"));
}

storage::Developer authenticate(storage::Database& db, Message const& message)
{
    refuse_second_header(message);
    auto const key = presented_key(message);
    if (key.empty())
        throw missing_api_key();
    if (key.size() < key_bytes_min || key.size() > key_bytes_max)
        throw invalid_api_key();
    // Looked up by hash: the comparison inside the index tells nothing about a key that does not
    // exist, and the stored value opens nothing.
    auto developer = storage::find_developer_by_key(db, crypto::hex(crypto::sha256(key)));
    if (!developer)
        throw invalid_api_key();
    return std::move(*developer);
}

storage::PrincipalSession authenticate_principal(Request const& request)
{
    refuse_second_header(request.message);
    auto const token = presented_key(request.message);
    if (token.empty())
        throw missing_session();
    auto session = find_session(request.app, request.db, token, false, request.now);
    if (!session)
        throw invalid_session();
    return std::move(*session);
}

void authenticate_operator(server::Config const& config, Message const& message)
{
    refuse_second_header(message);
    auto const key = presented_key(message);
    if (key.empty())
        throw missing_operator_key();
    if (!is_same_key(key, config.admin_api_key))
        throw invalid_operator_key();
}

void check_metrics_open(server::Config const& config)
{
    if (!config.metrics_enabled)
        throw metrics_off();
    if (config.metrics_require_auth && config.metrics_api_key.empty())
        throw metrics_key_unset();
}

void authenticate_scraper(server::Config const& config, Message const& message)
{
    if (!config.metrics_require_auth)
        return;
    refuse_second_header(message);
    auto const key = presented_key(message);
    if (key.empty())
        throw missing_metrics_key();
    if (!is_same_key(key, config.metrics_api_key))
        throw invalid_metrics_key();
}

} // namespace http
