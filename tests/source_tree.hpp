// The project's own source files, as text, for tests that hold its structure.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

struct SourceFile
{
    std::string path; // relative to the top, e.g. "server/http/session.cpp"
    std::string text;
};

inline std::string read_source(std::filesystem::path const& file)
{
    std::ifstream stream{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

// Files below the given folders with one of the endings, node_modules left out.
inline std::vector<SourceFile>
source_files(std::vector<std::string> const& folders, std::vector<std::string> const& endings)
{
    std::filesystem::path const top{SOURCE_DIR};
    std::vector<SourceFile> files;
    for (auto const& folder : folders)
        for (auto const& entry : std::filesystem::recursive_directory_iterator{top / folder}) {
            auto const path = entry.path().lexically_relative(top).string();
            auto const ending = entry.path().extension().string();
            if (!entry.is_regular_file() || path.find("node_modules") != std::string::npos)
                continue;
            for (auto const& wanted : endings)
                if (ending == wanted)
                    files.push_back({path, read_source(entry.path())});
        }
    return files;
}

inline std::vector<std::string> lines_of(std::string_view text)
{
    std::vector<std::string> lines;
    while (!text.empty()) {
        auto const end = text.find('\n');
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return lines;
}
