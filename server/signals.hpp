// What requests noticed for detection and could not write themselves: they were refused, so that
// their changes are rolled back, or they only read. Detection is advisory, so what a crash loses
// here is not missed; what may be kept in memory is bounded, for each developer and in all.
#pragma once

#include "storage/anomaly_signals.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace server {

class Signals
{
public:
    // Forgets the signal when too many wait already.
    void add(storage::AnomalySignal signal)
    {
        mark(signal.developer_id);
        auto& waiting = waiting_[signal.developer_id];
        if (waiting.size() >= waiting_of_one_max || count_ >= waiting_max) {
            ++forgotten_;
            return;
        }
        waiting.push_back(std::move(signal));
        ++count_;
    }

    // Those of one developer; they wait no longer.
    std::vector<storage::AnomalySignal> take(std::string const& developer_id)
    {
        auto const found = waiting_.extract(developer_id);
        if (found.empty())
            return {};
        count_ -= found.mapped().size();
        return std::move(found.mapped());
    }

    // There is something new for detection. Only a hint: after a start everybody is looked at.
    void mark(std::string const& developer_id) { active_.insert(developer_id); }
    std::set<std::string> take_active() { return std::exchange(active_, {}); }

    // How many were forgotten since the last question.
    std::uint64_t take_forgotten() { return std::exchange(forgotten_, 0); }

    static constexpr std::size_t waiting_max = 10'000;
    static constexpr std::size_t waiting_of_one_max = 500;

private:
    std::map<std::string, std::vector<storage::AnomalySignal>> waiting_;
    std::set<std::string> active_;
    std::size_t count_ = 0;
    std::uint64_t forgotten_ = 0;
};

} // namespace server
