// A migrated database in a directory of its own, with a writer and a reader, and rows to put in.
#pragma once

#include "storage/grants.hpp"

#include <filesystem>

namespace support {

constexpr storage::Timestamp start_time{std::chrono::milliseconds{1'772'442'000'000}};

class TemporaryFile
{
public:
    TemporaryFile();
    ~TemporaryFile();
    TemporaryFile(TemporaryFile const&) = delete;
    TemporaryFile& operator=(TemporaryFile const&) = delete;

    [[nodiscard]] std::filesystem::path path() const { return directory_ / "grantexd.db"; }

private:
    std::filesystem::path directory_;
};

struct Store
{
    Store();

    void add_developer(std::string const& id);
    void add_agent(std::string const& developer_id, std::string const& id);
    // An active grant of a day; the parent and the depth follow from `parent`.
    storage::Grant grant(
        std::string const& id, std::string const& agent_id,
        std::optional<storage::Grant> const& parent = {}
    );

    TemporaryFile file;
    storage::Database writer;
    storage::Database reader;
};

} // namespace support
