// Text files of the source tree that are compiled into the program (CMakeLists.txt, embed()).
#pragma once

#include <span>
#include <string_view>

namespace web {

struct EmbeddedFile
{
    std::string_view name; // file name without its folder, e.g. "0001_core.sql"
    std::string_view text;
};

std::span<EmbeddedFile const> files();

} // namespace web
