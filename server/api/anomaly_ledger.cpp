#include "server/api/anomaly_ledger.hpp"

namespace api {

AnomalyLedger::AnomalyLedger(server::Turn& turn, std::string developer_id)
    : turn_(turn), developer_id_(std::move(developer_id))
{
    for (auto& cursor : storage::list_anomaly_cursors(turn.db, developer_id_))
        cursors_.emplace(std::move(cursor.name), std::move(cursor.position));
    cursors_before_ = cursors_;
}

std::optional<std::string> AnomalyLedger::cursor(std::string const& name) const
{
    auto const found = cursors_.find(name);
    return found == cursors_.end() ? std::nullopt : std::optional{found->second};
}

void AnomalyLedger::set_cursor(std::string const& name, std::string position)
{
    cursors_[name] = std::move(position);
}

storage::AnomalyCount& AnomalyLedger::count(std::string const& window, std::string const& subject)
{
    auto const [place, is_new] = counts_.try_emplace({window, subject});
    if (is_new) {
        auto const stored = storage::find_anomaly_count(turn_.db, developer_id_, window, subject);
        place->second.before =
            stored.value_or(storage::AnomalyCount{.name = window, .subject = subject});
        place->second.now = place->second.before;
    }
    return place->second.now;
}

void AnomalyLedger::save()
{
    for (auto const& [name, position] : cursors_)
        if (auto const before = cursors_before_.find(name);
            before == cursors_before_.end() || before->second != position)
            storage::update_anomaly_cursor(turn_.db, developer_id_, {name, position});
    cursors_before_ = cursors_;
    for (auto& [key, kept] : counts_) {
        if (kept.now == kept.before)
            continue;
        storage::update_anomaly_count(turn_.db, developer_id_, kept.now);
        kept.before = kept.now;
    }
}

} // namespace api
