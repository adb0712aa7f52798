// Names to addresses and texts, asynchronously (c-ares): the system's own resolver blocks a thread,
// and one name server that hangs would hold up everybody's deliveries.
#pragma once

#include "server/rules/network.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace server {

// A name has no such record, or nobody answers for it.
class LookupFailure : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

class Resolver
{
public:
    // `servers`: "address:port,..."; empty: those of the system. Throws std::runtime_error.
    Resolver(boost::asio::io_context& loop, std::string const& servers);
    ~Resolver();
    Resolver(Resolver const&) = delete;
    Resolver& operator=(Resolver const&) = delete;

    // Every IPv4 and IPv6 address of the name, at least one. `host` may be an address itself.
    // Throws LookupFailure, at the latest after `time_max`.
    boost::asio::awaitable<std::vector<rules::Address>> addresses(std::string const& host);

    // The TXT records of the name, the strings of each joined, at most texts_max. Throws as above.
    boost::asio::awaitable<std::vector<std::string>> texts(std::string const& name);

    static constexpr std::chrono::seconds time_max{5};
    static constexpr std::size_t texts_max = 50;

private:
    class Channel;
    std::unique_ptr<Channel> channel_;
};

} // namespace server
