#include "tests/bench/disk_limits.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <system_error>
#include <vector>

namespace bench {

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(char const* what)
{
    throw std::system_error{errno, std::generic_category(), what};
}

class AppendedFile
{
public:
    explicit AppendedFile(std::filesystem::path path) : path_(std::move(path))
    {
        file_ = ::open(path_.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
        if (file_ < 0)
            fail("open");
    }
    ~AppendedFile()
    {
        ::close(file_);
        std::error_code error; // left behind at worst
        std::filesystem::remove(path_, error);
    }
    AppendedFile(AppendedFile const&) = delete;
    AppendedFile& operator=(AppendedFile const&) = delete;

    void append_durably()
    {
        static constexpr std::array<char, 4096> block{};
        if (::write(file_, block.data(), block.size()) != static_cast<ssize_t>(block.size()))
            fail("write");
        if (::fdatasync(file_) != 0)
            fail("fdatasync");
    }

private:
    std::filesystem::path path_;
    int file_ = -1;
};

} // namespace

std::chrono::nanoseconds
measure_fdatasync(std::filesystem::path const& folder, std::chrono::milliseconds duration)
{
    AppendedFile file{folder / "fdatasync"};
    std::vector<std::chrono::nanoseconds> times;
    for (auto const end = Clock::now() + duration; Clock::now() < end;) {
        auto const start = Clock::now();
        file.append_durably();
        times.emplace_back(Clock::now() - start);
    }
    std::ranges::nth_element(times, times.begin() + std::ssize(times) / 2);
    return times[times.size() / 2];
}

double measure_commits(
    std::filesystem::path const& folder, int rows_of_commit, std::chrono::milliseconds duration
)
{
    auto const path = folder / "commits.db";
    auto const remove = [&] {
        for (auto const* ending : {"", "-wal", "-shm"})
            std::filesystem::remove(path.string() + ending);
    };
    remove();
    std::int64_t rows = 0;
    auto const start = Clock::now();
    {
        SQLite::Database db{path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
        db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                "CREATE TABLE rows (id TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID"
        );
        SQLite::Statement insert{db, "INSERT INTO rows VALUES (printf('%026d', ?1), ?2)"};
        std::string const text(200, 'x');
        while (Clock::now() < start + duration) {
            db.exec("BEGIN IMMEDIATE");
            for (int i = 0; i < rows_of_commit; ++i) {
                insert.bind(1, ++rows);
                insert.bindNoCopy(2, text);
                insert.exec();
                insert.reset();
            }
            db.exec("COMMIT");
        }
    }
    auto const seconds = std::chrono::duration<double>(Clock::now() - start).count();
    remove();
    return static_cast<double>(rows) / seconds;
}

} // namespace bench
