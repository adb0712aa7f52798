// How many event streams a developer has open, of each kind. A slot is a lease: it is free again
// when its holder goes, however that happens. Belongs to the loop.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace server {

enum class StreamKind : unsigned char
{
    sse,
    websocket
};

class StreamSlots
{
public:
    using Lease = std::shared_ptr<void>;

    // Nothing when the developer holds `max` slots of this kind. This outlives the lease.
    Lease take(StreamKind kind, std::string const& developer_id, int max)
    {
        auto& held = held_[{kind, developer_id}];
        if (held >= max)
            return nullptr;
        ++held;
        ++open_.at(static_cast<std::size_t>(kind));
        return {this, [this, kind, developer_id](void*) { release(kind, developer_id); }};
    }

    [[nodiscard]] int open(StreamKind kind) const
    {
        return open_.at(static_cast<std::size_t>(kind));
    }

private:
    void release(StreamKind kind, std::string const& developer_id)
    {
        --open_.at(static_cast<std::size_t>(kind));
        auto const found = held_.find({kind, developer_id});
        if (--found->second == 0)
            held_.erase(found);
    }

    std::map<std::pair<StreamKind, std::string>, int> held_;
    std::array<int, 2> open_{};
};

} // namespace server
