// Every refusal an operation can give: those that follow from its line of the route table, and its
// own (operations.hpp).
#pragma once

#include "server/http/route.hpp"

#include <string>
#include <vector>

namespace http {

struct DeclaredRefusal
{
    unsigned status;
    std::string code;
    std::string message; // empty: depends on the request
    std::string when;
    bool own; // the operation's own; one that answers pages shows it as a page
};

// By status, the general one of a status first.
std::vector<DeclaredRefusal> refusals_of(Route const& route);

} // namespace http
