// The end of a redirect URI on this machine (RFC 8252 7.3): waits on loopback for the browser that
// comes back from the consent page, and shows it a page.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace cli {

enum class ReturnKind : std::uint8_t
{
    allowed,
    refused,     // error=access_denied
    timed_out,   // nobody decided in time
    interrupted, // SIGINT or SIGTERM
};

struct BrowserReturn
{
    ReturnKind kind;
    std::string code{}; // when allowed
};

class RedirectListener
{
public:
    // Listens at once, on 127.0.0.1 and any free port. Takes only what carries this state (RFC 6749
    // 10.12): another site could send the browser here as well. Throws boost::system::system_error.
    explicit RedirectListener(std::string state);
    ~RedirectListener();
    RedirectListener(RedirectListener const&) = delete;
    RedirectListener& operator=(RedirectListener const&) = delete;

    [[nodiscard]] std::string uri() const; // http://127.0.0.1:40123/callback

    BrowserReturn wait(std::chrono::seconds patience);

private:
    class State;
    std::unique_ptr<State> state_;
};

} // namespace cli
