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

    // A token was verified from a country. Many are one signal: only their number waits.
    void add_location(storage::AnomalySignal signal)
    {
        auto const found = locations_.find(signal.developer_id);
        auto const place = LocationPlace{signal.agent_id.value_or(""), signal.detail};
        if (found != locations_.end())
            if (auto const waiting = found->second.find(place); waiting != found->second.end()) {
                waiting->second.amount += signal.amount;
                return;
            }
        mark(signal.developer_id);
        auto const full = found != locations_.end() && found->second.size() >= waiting_of_one_max;
        if (full || count_ >= waiting_max) {
            ++forgotten_;
            return;
        }
        auto& of_one = locations_[signal.developer_id];
        of_one.emplace(place, std::move(signal));
        ++count_;
    }

    // Those of one developer; they wait no longer.
    std::vector<storage::AnomalySignal> take(std::string const& developer_id)
    {
        std::vector<storage::AnomalySignal> taken;
        if (auto found = waiting_.extract(developer_id))
            taken = std::move(found.mapped());
        if (auto found = locations_.extract(developer_id))
            for (auto& [place, signal] : found.mapped())
                taken.push_back(std::move(signal));
        count_ -= taken.size();
        return taken;
    }

    // There is something new for detection. Only a hint: after a start everybody is looked at.
    void mark(std::string const& developer_id) { active_.insert(developer_id); }
    std::set<std::string> take_active() { return std::exchange(active_, {}); }

    // How many were forgotten since the last question.
    std::uint64_t take_forgotten() { return std::exchange(forgotten_, 0); }

    static constexpr std::size_t waiting_max = 10'000;
    static constexpr std::size_t waiting_of_one_max = 500;

private:
    using LocationPlace = std::pair<std::string, std::string>; // agent and country

    std::map<std::string, std::vector<storage::AnomalySignal>> waiting_;
    std::map<std::string, std::map<LocationPlace, storage::AnomalySignal>> locations_;
    std::set<std::string> active_;
    std::size_t count_ = 0;
    std::uint64_t forgotten_ = 0;
};

} // namespace server
