// Where the server may send requests that developers ask for (webhooks, notification channels):
// outbound URL policy against server-side request forgery. The URL is looked at when it is set, and
// the address again whenever it is connected to, which is what counts (S-083 to S-087).
#pragma once

#include "server/rules/network.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

struct OutboundPolicy
{
    bool plain_http = false;               // http:// URLs are taken
    std::vector<Network> private_networks; // whose addresses are allowed although they are private
};

// What is wrong with a URL that is to be set ("must be ..."); nothing when it may be. Names are not
// looked up.
std::optional<std::string> outbound_url_fault(std::string_view url, OutboundPolicy const& policy);

// Whether an address is not to be connected to: everything that is not a public unicast address, in
// whatever form it stands for one, unless it lies in the policy's private networks.
bool is_blocked(Address const& address, OutboundPolicy const& policy);

} // namespace rules
