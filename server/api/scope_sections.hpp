// Scopes as people read them: sentences under the headings See, Change, Send, Spend and Other.
#pragma once

#include "web/pages.hpp"

#include <span>
#include <string>
#include <vector>

namespace api {

// `declared`: what the agent says of itself; scopes outside of it are marked.
std::vector<web::ScopeSection>
scope_sections(std::span<std::string const> scopes, std::span<std::string const> declared);

} // namespace api
