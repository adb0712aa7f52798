#include "server/backup/checksum.hpp"

#include "crypto/hash_stream.hpp"
#include "storage/durable_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <system_error>
#include <vector>

namespace backup {

namespace {

constexpr std::size_t piece_bytes = 1024 * 1024;
constexpr std::size_t hex_digits = 64;

class Descriptor
{
public:
    Descriptor(std::filesystem::path path, int flags)
        : path_(std::move(path)), descriptor_(::open(path_.c_str(), flags | O_CLOEXEC))
    {
        if (descriptor_ < 0)
            fail();
    }
    ~Descriptor() { ::close(descriptor_); }
    Descriptor(Descriptor const&) = delete;
    Descriptor& operator=(Descriptor const&) = delete;

    std::string_view read(std::vector<char>& buffer)
    {
        auto const size = ::read(descriptor_, buffer.data(), buffer.size());
        if (size < 0)
            fail();
        return {buffer.data(), static_cast<std::size_t>(size)};
    }
    void write(std::string_view piece)
    {
        while (!piece.empty()) {
            auto const size = ::write(descriptor_, piece.data(), piece.size());
            if (size < 0)
                fail();
            piece.remove_prefix(static_cast<std::size_t>(size));
        }
    }

private:
    [[noreturn]] void fail() const
    {
        throw std::system_error(errno, std::generic_category(), path_.string());
    }

    std::filesystem::path path_;
    int descriptor_;
};

} // namespace

std::string sha256_of(std::filesystem::path const& file)
{
    Descriptor source{file, O_RDONLY};
    std::vector<char> buffer(piece_bytes);
    crypto::Sha256 hash;
    for (auto piece = source.read(buffer); !piece.empty(); piece = source.read(buffer))
        hash.add(piece);
    return crypto::hex(hash.finish());
}

std::string copy_and_hash(std::filesystem::path const& from, std::filesystem::path const& to)
{
    Descriptor source{from, O_RDONLY};
    if (!storage::create_private_file(to))
        throw std::system_error(EEXIST, std::generic_category(), to.string());
    Descriptor target{to, O_WRONLY};
    std::vector<char> buffer(piece_bytes);
    crypto::Sha256 hash;
    for (auto piece = source.read(buffer); !piece.empty(); piece = source.read(buffer)) {
        hash.add(piece);
        target.write(piece);
    }
    return crypto::hex(hash.finish());
}

std::filesystem::path checksum_file(std::filesystem::path const& file)
{
    return storage::with_suffix(file, ".sha256");
}

void write_checksum(std::filesystem::path const& target, std::string const& sha256)
{
    auto const partial = storage::with_suffix(checksum_file(target), ".partial");
    std::filesystem::remove(partial);
    storage::create_private_file(partial);
    {
        Descriptor file{partial, O_WRONLY};
        file.write(sha256 + "  " + target.filename().string() + "\n");
    }
    storage::rename_durably(partial, checksum_file(target));
}

std::optional<std::string> read_checksum(std::filesystem::path const& file)
{
    std::ifstream stream{checksum_file(file)};
    if (!stream)
        return {};
    std::string word;
    stream >> word;
    auto const is_hex = word.size() == hex_digits &&
                        word.find_first_not_of("0123456789abcdef") == std::string::npos;
    return is_hex ? word : std::string{};
}

} // namespace backup
