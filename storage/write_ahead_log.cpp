#include "storage/write_ahead_log.hpp"

#include "storage/durable_file.hpp"
#include "storage/file_header.hpp"
#include "storage/migrate.hpp"

#include <boost/endian/conversion.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <fstream>
#include <optional>
#include <span>
#include <vector>

// sqlite.org/fileformat2.html#walformat
namespace storage {

namespace {

using Bytes = std::span<unsigned char const>;

constexpr std::size_t header_bytes = 32;
constexpr std::size_t frame_header_bytes = 24;
constexpr std::size_t salts_at_header = 16;
constexpr std::size_t sum_at_header = 24;
constexpr std::size_t salts_at_frame = 8;
constexpr std::size_t sum_at_frame = 16;
constexpr std::uint32_t magic = 0x377f0682; // its last bit: the checksums' words are big-endian

std::uint32_t number(Bytes bytes, std::size_t at, bool is_big = true)
{
    auto const* const first = bytes.data() + at;
    return is_big ? boost::endian::load_big_u32(first) : boost::endian::load_little_u32(first);
}

struct Sum
{
    std::uint32_t first = 0;
    std::uint32_t second = 0;

    static Sum stored(Bytes bytes, std::size_t at)
    {
        return {number(bytes, at), number(bytes, at + 4)};
    }
    void add(Bytes bytes, bool is_big)
    {
        for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
            first += number(bytes, at, is_big) + second;
            second += number(bytes, at + 4, is_big) + first;
        }
    }
    bool operator==(Sum const&) const = default;
};

struct Log
{
    // As this program writes it, for when the header does not tell.
    std::uint32_t page_bytes = storage::page_bytes;
    bool is_big = std::endian::native == std::endian::big;
    bool is_sound = false; // its header says what it said when it was written
    std::array<unsigned char, 8> salts{};
    Sum sum;
};

std::optional<Log> read_header(std::istream& file)
{
    std::array<unsigned char, header_bytes> bytes{};
    if (!file.read(reinterpret_cast<char*>(bytes.data()), header_bytes))
        return {};
    Log log;
    log.is_big = (number(bytes, 0) & 1U) != 0;
    log.page_bytes = number(bytes, 8);
    std::copy_n(bytes.begin() + salts_at_header, log.salts.size(), log.salts.begin());
    log.sum.add(Bytes{bytes}.first(sum_at_header), log.is_big);
    log.is_sound =
        (number(bytes, 0) & ~1U) == magic && log.sum == Sum::stored(bytes, sum_at_header);
    return log.is_sound ? log : Log{};
}

// Reads the frames in turn. Two checksums are followed: that of a recovery, which ends at the first
// wrong frame, and from each frame to the next the stored one, by which what follows is known to
// have been written so.
class Frames
{
public:
    explicit Frames(Log log) : log_(log), frame_(frame_header_bytes + log.page_bytes) {}

    std::int64_t count_dropped(std::istream& file)
    {
        std::int64_t dropped = 0;
        auto follows = log_.is_sound;
        auto sum = log_.sum;
        while (file.read(reinterpret_cast<char*>(frame_.data()), size())) {
            auto const of_this_log = has_salts();
            auto const is_written_so = of_this_log && leads_to(stored_before_);
            follows = follows && of_this_log && leads_to(sum);
            if (follows)
                sum = stored();
            else if (is_written_so && is_commit())
                ++dropped;
            stored_before_ = stored();
            if (!log_.is_sound) // then those of the frame before are the best guess
                std::copy_n(frame_.begin() + salts_at_frame, log_.salts.size(), log_.salts.begin());
        }
        return dropped;
    }

private:
    [[nodiscard]] std::streamsize size() const
    {
        return static_cast<std::streamsize>(frame_.size());
    }
    [[nodiscard]] Sum stored() const { return Sum::stored(frame_, sum_at_frame); }
    [[nodiscard]] bool is_commit() const { return number(frame_, 4) != 0; }
    [[nodiscard]] bool has_salts() const
    {
        return std::equal(log_.salts.begin(), log_.salts.end(), frame_.begin() + salts_at_frame);
    }
    [[nodiscard]] bool leads_to(Sum sum) const
    {
        sum.add(Bytes{frame_}.first(8), log_.is_big);
        sum.add(Bytes{frame_}.subspan(frame_header_bytes), log_.is_big);
        return sum == stored();
    }

    Log log_;
    std::vector<unsigned char> frame_;
    Sum stored_before_;
};

} // namespace

std::int64_t count_dropped_transactions(std::filesystem::path const& log)
{
    std::ifstream file{log, std::ios::binary};
    auto const header = file ? read_header(file) : std::nullopt;
    return header ? Frames{*header}.count_dropped(file) : 0;
}

std::int64_t count_lost_transactions(std::filesystem::path const& database)
{
    constexpr std::int64_t torn_max = 1;
    auto const dropped = count_dropped_transactions(with_suffix(database, "-wal"));
    return dropped > torn_max ? dropped : 0;
}

void refuse_damaged_log(std::filesystem::path const& database)
{
    auto const lost = count_lost_transactions(database);
    if (lost == 0)
        return;
    throw FileRefused(
        with_suffix(database, "-wal").string() + " is damaged, and " + std::to_string(lost) +
        " transactions in it cannot be read. Try: grantexd restore with the newest backup, or "
        "grantexd recover to go on without them"
    );
}

} // namespace storage
