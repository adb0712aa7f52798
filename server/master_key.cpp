#include "server/master_key.hpp"

#include "server/keys.hpp"
#include "server/secret_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace server {

namespace {

crypto::SealingKey parse(std::string_view text, std::string const& origin)
{
    auto key = crypto::parse_master_key(text);
    if (!key)
        throw KeyError(
            origin + " must hold 32 bytes as 64 hexadecimal or 44 base64 characters. "
                     "Try: openssl rand -hex 32"
        );
    return std::move(*key);
}

crypto::SealingKey read_key_file(std::filesystem::path const& file)
{
    if (is_open_to_others(file))
        throw KeyError(file.string() + " can be read by others. Try: chmod 600 " + file.string());
    std::ifstream stream{file, std::ios::binary};
    if (!stream)
        throw KeyError("cannot read " + file.string());
    std::string text{std::istreambuf_iterator<char>{stream}, {}};
    auto key = parse(text, file.string());
    crypto::wipe(text);
    return key;
}

// Written, synced, and only then given its name, so that no crash leaves half a key.
void write_key_file(std::filesystem::path const& file, std::string_view text)
{
    auto const temporary = file.string() + ".new";
    auto const descriptor =
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    auto const written = descriptor < 0 ? -1 : ::write(descriptor, text.data(), text.size());
    auto const synced = descriptor < 0 ? -1 : ::fsync(descriptor);
    if (descriptor >= 0)
        ::close(descriptor);
    if (written != static_cast<ssize_t>(text.size()) || synced != 0 ||
        ::rename(temporary.c_str(), file.c_str()) != 0)
        throw KeyError("cannot write " + file.string() + ". Try: check the disk and its owner");
    auto const directory = ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) {
        ::fsync(directory);
        ::close(directory);
    }
}

} // namespace

crypto::SealingKey read_master_key(Config const& config, bool may_create)
{
    if (!config.master_key.empty())
        return parse(config.master_key, "GRANTEXD_MASTER_KEY");
    // systemd.exec(5), LoadCredential=: the directory is private to the service.
    if (auto const* const directory = std::getenv("CREDENTIALS_DIRECTORY")) {
        auto const credential = std::filesystem::path{directory} / "master-key";
        if (std::filesystem::exists(credential))
            return read_key_file(credential);
    }
    auto const file = config.data_dir / "master.key";
    if (!std::filesystem::exists(file)) {
        if (!may_create)
            throw KeyError(
                file.string() + " is missing, but the database holds keys sealed with it. "
                                "Try: restore that file, or set GRANTEXD_MASTER_KEY_FILE"
            );
        auto const text = crypto::make_master_key_text();
        write_key_file(file, text.view());
    }
    return read_key_file(file);
}

} // namespace server
