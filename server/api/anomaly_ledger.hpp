// How far detection has read a developer's records and what its windows hold, during one slice of a
// run: read when asked for, written back once at the end.
#pragma once

#include "server/turn.hpp"
#include "storage/anomaly_windows.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>

namespace api {

class AnomalyLedger
{
public:
    AnomalyLedger(server::Turn& turn, std::string developer_id);

    [[nodiscard]] server::Turn& turn() { return turn_; }
    [[nodiscard]] storage::Database& db() { return turn_.db; }
    [[nodiscard]] std::string const& developer_id() const { return developer_id_; }

    // A position that was reached; nothing before the first time.
    [[nodiscard]] std::optional<std::string> cursor(std::string const& name) const;
    void set_cursor(std::string const& name, std::string position);

    // To be changed in place. `subject`: an agent, a grant, or empty.
    storage::AnomalyCount& count(std::string const& window, std::string const& subject);

    // Writes what has changed.
    void save();

private:
    struct Kept
    {
        storage::AnomalyCount before;
        storage::AnomalyCount now;
    };

    server::Turn& turn_;
    std::string developer_id_;
    std::map<std::string, std::string> cursors_before_;
    std::map<std::string, std::string> cursors_;
    std::map<std::pair<std::string, std::string>, Kept> counts_;
};

} // namespace api
