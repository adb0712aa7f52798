#include "web/embedded_file.hpp"
#include "web/pages.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace web {

namespace {

// By extension; templates and languages have others and are therefore never served.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> content_types{
    {
     {".css", "text/css; charset=utf-8"},
     {".js", "text/javascript; charset=utf-8"},
     {".svg", "image/svg+xml"},
     }
};

std::string_view content_type(std::string_view name)
{
    for (auto const& [extension, type] : content_types) {
        if (name.ends_with(extension))
            return type;
    }
    return {};
}

// FNV-1a: the version tells caches apart and protects nothing, so it needs no cryptographic hash.
std::string hash_assets()
{
    std::uint64_t hash = 0xcbf29ce484222325;
    auto const add = [&](std::string_view text) {
        for (char const character : text)
            hash = (hash ^ static_cast<unsigned char>(character)) * 0x100000001b3;
    };
    for (auto const& file : files()) {
        if (content_type(file.name).empty())
            continue;
        add(file.name);
        add(file.text);
    }

    std::string text;
    for (int shift = 60; shift >= 16; shift -= 4)
        text += "0123456789abcdef"[(hash >> shift) & 0xf];
    return text;
}

} // namespace

std::optional<Asset> find_asset(std::string_view name)
{
    auto const type = content_type(name);
    auto const file = std::ranges::find(files(), name, &EmbeddedFile::name);
    if (type.empty() || file == files().end())
        return std::nullopt;
    return Asset{file->text, type};
}

std::string_view asset_version()
{
    static std::string const version = hash_assets();
    return version;
}

} // namespace web
