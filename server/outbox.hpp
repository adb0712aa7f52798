// What the turns of one batch have announced: filled while they run, taken once the batch is on
// disk, to wake whoever passes it on. Only a hint: the rows say what happened, and a rolled-back
// turn leaves a wake-up that finds nothing.
#pragma once

#include <set>
#include <string>

namespace server {

struct Outbox
{
    std::set<std::string> developers; // who have an event
    std::set<std::string> webhooks;   // that have a delivery to make
    std::set<std::string> channels;   // that have a notification to deliver
};

} // namespace server
