// Hosts of URLs: which are addresses, in which spelling, and which of them lie where the public
// Internet does not (S-058; WHATWG URL, "host parsing"; RFC 6890).
#pragma once

#include <string_view>

namespace rules {

enum class HostKind
{
    invalid,  // no host a browser and a resolver read alike
    loopback, // 127.0.0.1, [::1], localhost
    internal, // other addresses and names without a place in the public Internet
    external
};

// `host` as in a URL, IPv6 literals with their brackets. Numeric hosts in any spelling but dotted
// decimal (127.1, 2130706433, 0x7f.1, 0177.0.0.1) are invalid: browsers take them for addresses,
// people do not.
HostKind host_kind(std::string_view host);

} // namespace rules
