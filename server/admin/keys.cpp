#include "server/admin/keys.hpp"

#include "server/jobs/rewrap_master_key.hpp"
#include "server/jobs/signing_keys.hpp"
#include "server/rules/time_text.hpp"

#include <boost/json/array.hpp>

namespace admin {

namespace {

boost::json::object shown(jobs::NewSigningKey const& key)
{
    boost::json::object answer;
    answer["kid"] = key.kid;
    answer["signsFrom"] = rules::time_text(key.signs_from);
    answer["made"] = key.made;
    return answer;
}

} // namespace

Answer list_keys(Call& call)
{
    auto const list = jobs::list_keys(call.host);
    boost::json::array keys;
    for (auto const& key : list.signing_keys) {
        boost::json::object row;
        row["kid"] = key.kid;
        row["state"] = rules::name_of(key.state);
        row["made"] = rules::time_text(key.made);
        row["signsFrom"] = rules::time_text(key.signs_from);
        if (key.verifies_until)
            row["verifiesUntil"] = rules::time_text(*key.verifies_until);
        else
            row["verifiesUntil"] = nullptr;
        keys.push_back(std::move(row));
    }
    boost::json::object answer;
    answer["signingKeys"] = std::move(keys);
    answer["masterKey"] = list.master_key;
    answer["dataKeysUnderOld"] = list.data_keys_under_old;
    answer["serverKeysUnderOld"] = list.server_keys_under_old;
    co_return answer;
}

Answer rotate_signing_key(Call& call)
{
    auto const when = call.find_text("when");
    if (when && *when != "now")
        throw Refused("\"when\" must be now, or left out");
    auto const takeover = when ? jobs::Takeover::immediately : jobs::Takeover::with_overlap;
    auto const key = co_await jobs::rotate_signing_key(call.host, takeover);
    co_return shown(key);
}

Answer import_signing_key(Call& call)
{
    crypto::Secret const pem{call.text("pem")};
    auto const key = co_await jobs::import_signing_key(call.host, pem);
    co_return shown(key);
}

Answer rewrap_master_key(Call& call)
{
    auto const done = co_await jobs::rewrap_master_key(call.host);
    boost::json::object answer;
    answer["serverKeys"] = done.server_keys;
    answer["dataKeys"] = done.data_keys;
    co_return answer;
}

} // namespace admin
