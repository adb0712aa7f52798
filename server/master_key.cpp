#include "server/master_key.hpp"

#include "server/secret_file.hpp"
#include "storage/durable_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

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
    if (descriptor >= 0)
        ::close(descriptor);
    KeyError const failure{"cannot write " + file.string() + ". Try: check the disk and its owner"};
    if (written != static_cast<ssize_t>(text.size()))
        throw failure;
    try {
        storage::rename_durably(temporary, file);
    } catch (std::system_error const&) {
        throw failure;
    }
}

crypto::SealingKey read_current(Config const& config, bool may_create)
{
    if (!config.master_key.empty())
        return parse(config.master_key, "GRANTEXD_MASTER_KEY");
    // systemd.exec(5), LoadCredential=: the directory is private to the service.
    if (auto const* const directory = std::getenv("CREDENTIALS_DIRECTORY")) {
        auto const credential = std::filesystem::path{directory} / "master-key";
        std::error_code error;
        if (std::filesystem::exists(credential, error))
            return read_key_file(credential);
        if (error)
            throw KeyError(
                "cannot look for the master key in " + std::string{directory} + ": " +
                error.message() + ". Try: systemctl restart grantexd"
            );
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

std::string label_of(KeyPlace place)
{
    return crypto::sealed_for("dek", place.developer_id, place.row_id, place.field);
}

} // namespace

MasterKeys MasterKeys::read(Config const& config, bool may_create)
{
    MasterKeys keys;
    keys.current_ = read_current(config, may_create);
    for (auto const& text : config.master_keys_old)
        keys.old_.push_back(parse(text, "each key of GRANTEXD_MASTER_KEYS_OLD"));
    return keys;
}

crypto::SealingKey const* MasterKeys::find(std::string_view id) const
{
    if (id == current_.id)
        return &current_;
    auto const old = std::ranges::find(old_, id, &crypto::SealingKey::id);
    return old == old_.end() ? nullptr : &*old;
}

bool MasterKeys::knows(std::string_view id) const
{
    return find(id) != nullptr;
}

std::string MasterKeys::wrap(KeyPlace place, std::string_view clear) const
{
    return crypto::seal(current_, label_of(place), clear);
}

std::optional<crypto::Secret> MasterKeys::unwrap(KeyPlace place, std::string_view wrapped) const
{
    auto const id = crypto::sealed_key_id(wrapped);
    auto const* const key = id ? find(*id) : nullptr;
    if (key == nullptr)
        return {};
    return crypto::open_sealed(*key, label_of(place), wrapped);
}

bool MasterKeys::is_old(std::string_view wrapped) const
{
    return crypto::sealed_key_id(wrapped) != current_.id;
}

std::string MasterKeys::rewrap(KeyPlace place, std::string_view wrapped) const
{
    auto const clear = unwrap(place, wrapped);
    if (!clear)
        throw KeyError(
            "key " + std::string{place.row_id} + " is wrapped with master key " +
            std::string{crypto::sealed_key_id(wrapped).value_or("?")} +
            ", and none that is given opens it. Try: add that one to GRANTEXD_MASTER_KEYS_OLD"
        );
    return wrap(place, clear->view());
}

} // namespace server
