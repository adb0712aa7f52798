#include "server/http/channel.hpp"

#include <boost/asio/error.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>

namespace http {

namespace fault_of = boost::asio::error;

bool must_wait(boost::system::error_code const& error)
{
    return error == fault_of::would_block || error == fault_of::try_again ||
           error == fault_of::interrupted;
}

void TlsDeleter::operator()(SSL* tls) const
{
    SSL_free(tls);
}

bool Channel::is_established() const
{
    return !tls_ || SSL_is_init_finished(tls_.get()) == 1;
}

bool Channel::has_input() const
{
    ErrorCode ignored;
    return socket_.available(ignored) > 0 || (tls_ && SSL_has_pending(tls_.get()) == 1);
}

// A record that was read in part only. Of the rest the socket tells, since there is no read-ahead.
bool Channel::holds_decrypted() const
{
    return tls_ && SSL_pending(tls_.get()) > 0;
}

std::size_t Channel::decrypt(boost::asio::mutable_buffer buffer, ErrorCode& error)
{
    error = {};
    if (buffer.size() == 0)
        return 0;
    ERR_clear_error(); // what others left there would be taken for this call's
    std::size_t count = 0;
    auto const outcome = SSL_read_ex(tls_.get(), buffer.data(), buffer.size(), &count);
    reading_waits_for_ = Socket::wait_read;
    if (outcome != 1)
        error = fault(outcome, reading_waits_for_);
    return count;
}

std::size_t Channel::encrypt(boost::asio::const_buffer buffer, ErrorCode& error)
{
    error = {};
    if (buffer.size() == 0)
        return 0;
    ERR_clear_error();
    std::size_t count = 0;
    auto const outcome = SSL_write_ex(tls_.get(), buffer.data(), buffer.size(), &count);
    writing_waits_for_ = Socket::wait_write;
    if (outcome != 1)
        error = fault(outcome, writing_waits_for_);
    return count;
}

Channel::ErrorCode Channel::fault(int outcome, Socket::wait_type& waits_for)
{
    auto const system_error = errno;
    switch (SSL_get_error(tls_.get(), outcome)) {
    case SSL_ERROR_WANT_READ:
        waits_for = Socket::wait_read;
        return fault_of::would_block;
    case SSL_ERROR_WANT_WRITE:
        waits_for = Socket::wait_write;
        return fault_of::would_block;
    case SSL_ERROR_ZERO_RETURN:
        return fault_of::eof;
    case SSL_ERROR_SYSCALL:
        failed_ = true;
        if (system_error != 0)
            return {system_error, boost::system::system_category()};
        return fault_of::connection_reset;
    default: // the other side speaks no TLS, or none that is spoken here
        failed_ = true;
        return fault_of::connection_aborted;
    }
}

void Channel::cancel()
{
    ErrorCode ignored;
    socket_.cancel(ignored);
}

// RFC 8446 section 6.1: the other side tells an end from a cut by it. It is not waited for: one
// that does not fit into the socket's buffer is lost with a connection that is stuck anyway.
void Channel::say_goodbye()
{
    if (!tls_ || failed_ || !is_established() ||
        (SSL_get_shutdown(tls_.get()) & SSL_SENT_SHUTDOWN) != 0)
        return;
    ERR_clear_error();
    SSL_shutdown(tls_.get());
}

void Channel::finish_sending()
{
    say_goodbye();
    ErrorCode ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
}

void Channel::drop_unsent()
{
    ErrorCode ignored;
    socket_.set_option(boost::asio::socket_base::linger(true, 0), ignored);
}

void Channel::close()
{
    say_goodbye();
    // It knows the descriptor only as a number, which may soon be that of another connection.
    tls_.reset();
    ErrorCode ignored;
    socket_.close(ignored);
}

} // namespace http
