// Small readings of strings that several resources share.
#pragma once

#include <string>
#include <string_view>

namespace api {

std::string trimmed(std::string_view text); // without spaces and tabs at both ends

} // namespace api
