#include "server/http/session.hpp"

#include "server/http/taken_connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace http {

namespace {

using ErrorCode = boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::size_t unsent_bytes_max = 64 * 1024;       // above, no further request is started
constexpr std::size_t linger_bytes_max = 2 * 1024 * 1024; // a body refused unread fits
constexpr std::chrono::seconds linger_time{2};

} // namespace

Session::Session(Channel channel, std::string peer_address, std::shared_ptr<SessionHost> host)
    : channel_(std::move(channel)), peer_address_(std::move(peer_address)), host_(std::move(host)),
      reader_(host_->handler, host_->limits), held_(host_->held),
      last_activity_(steady_clock::now())
{}

void Session::start()
{
    wait_readable();
}

void Session::wait_readable()
{
    bool const wanted = phase_ == Phase::open || phase_ == Phase::lingering;
    if (!wanted || stalled_ || waiting_readable_)
        return;
    waiting_readable_ = true;
    channel_.async_wait_readable([self = shared_from_this()](ErrorCode const& error) {
        self->waiting_readable_ = false;
        if (error)
            self->close();
        else
            self->readable();
    });
}

void Session::wait_writable()
{
    if (waiting_writable_)
        return;
    waiting_writable_ = true;
    channel_.async_wait_writable([self = shared_from_this()](ErrorCode const& error) {
        self->waiting_writable_ = false;
        if (error)
            self->close();
        else
            self->settle();
    });
}

void Session::readable()
{
    if (phase_ == Phase::closing || phase_ == Phase::closed || stalled_)
        return;
    ErrorCode error;
    auto const count = channel_.read_some(boost::asio::buffer(host_->scratch), error);
    if (must_wait(error))
        return wait_readable();
    if (error == boost::asio::error::eof)
        return input_ended();
    if (error)
        return close();
    if (phase_ == Phase::lingering)
        return discard(count);

    std::string_view rest(host_->scratch.data(), count);
    if (input_.empty()) {
        interpret(rest);
        input_.assign(rest);
    } else {
        input_.append(rest);
        interpret_kept_input();
    }
    if (phase_ == Phase::open && reader_.is_in_body() && holds_too_much())
        refuse({503, "Too many requests have not arrived as a whole. Retry in 1 second."});
    settle();
}

void Session::input_ended()
{
    peer_finished_ = true;
    if (phase_ == Phase::lingering)
        return close();
    // RFC 9112 section 8: a request that ends early is not processed.
    if (!reader_.is_between())
        refuse({400, "The connection ended before the request did."});
    phase_ = Phase::closing;
    settle();
}

void Session::discard(std::size_t bytes)
{
    discarded_ += bytes;
    if (discarded_ > linger_bytes_max)
        close();
    else
        wait_readable();
}

void Session::interpret(std::string_view& rest)
{
    interpreting_ = true;
    stalled_ = false;
    last_activity_ = steady_clock::now();
    // Answers are written after this loop, so one pipeline is all that a connection gets a turn.
    while (phase_ == Phase::open) {
        stalled_ = !reader_.is_in_body() && !rest.empty() && !has_room();
        if (stalled_)
            break;
        auto const outcome = reader_.read(rest, last_activity_);
        if (outcome == MessageReader::Outcome::more)
            break;
        if (outcome == MessageReader::Outcome::complete)
            hand_over();
        else
            refuse(reader_.refusal());
    }
    // What follows a refusal or a last request is never taken for a request, so it goes.
    if (phase_ != Phase::open)
        rest = {};
    interpreting_ = false;
}

void Session::interpret_kept_input()
{
    std::string_view rest = input_;
    interpret(rest);
    if (rest.empty())
        std::string().swap(input_); // a quiet connection keeps no buffer
    else
        input_.erase(0, input_.size() - rest.size());
}

void Session::hand_over()
{
    auto const framing = reader_.framing();
    exchanges_.push_back(
        {{.head_only = reader_.is_head_request(),
          .close = !framing.keep_alive,
          .keep_alive = framing.http_1_0},
         reader_.is_safe_request(),
         {}}
    );
    if (!framing.keep_alive)
        phase_ = Phase::closing;
    auto const number = first_number_ + exchanges_.size() - 1;
    auto respond = [weak = weak_from_this(), number](Response response) {
        if (auto const self = weak.lock())
            self->answer(number, std::move(response));
    };
    auto message = reader_.take(last_activity_);
    message.peer_address = peer_address_;
    try {
        host_->handler.handle(std::move(message), std::move(respond));
    } catch (...) {
        if (phase_ == Phase::closed)
            return;
        auto const form = exchanges_.back().form;
        exchanges_.pop_back();
        refuse({500, "Internal server error."});
        exchanges_.back().form.head_only = form.head_only;
    }
}

// The handler may be anywhere in its own work here, so it is never called back from below this.
void Session::answer(std::uint64_t number, Response response)
{
    if (number < first_number_ || number - first_number_ >= exchanges_.size())
        return; // the connection went its own way meanwhile
    auto const index = static_cast<std::size_t>(number - first_number_);
    auto& exchange = exchanges_[index];
    if (exchange.response)
        return;
    if (response.close && phase_ == Phase::open)
        phase_ = Phase::closing;
    exchange.response = std::move(response);
    if (interpreting_)
        return;
    if (index > 0) {
        if (stalled_) // what waited for this one need not wait for those before it
            post_turn();
        return;
    }
    // Of several waiting requests more may be answered in this turn; one write takes them all.
    if (exchanges_.size() == 1)
        settle();
    else
        post_turn();
}

void Session::refuse(Refusal refusal)
{
    phase_ = Phase::closing;
    reader_.forget_body();
    Response response;
    try {
        response = host_->handler.refuse(refusal.status, refusal.message);
    } catch (...) {
        response.status = refusal.status;
    }
    exchanges_.push_back(
        {{.head_only = reader_.is_head_request(), .close = true}, true, std::move(response)}
    );
}

// Brings the session to rest after anything happened: writes what can be written, then decides
// what to wait for.
void Session::settle()
{
    if (phase_ == Phase::closed || phase_ == Phase::lingering)
        return;
    render();
    if (last_)
        return hand_channel_over();
    write();
    if (phase_ == Phase::closed)
        return;
    if (holds_too_much() && !output_.empty())
        return reset();
    if (host_->draining && is_idle())
        return close();
    if (phase_ == Phase::closing) {
        if (exchanges_.empty() && output_.empty())
            linger();
        return;
    }
    if (!stalled_)
        wait_readable();
    else if (has_room())
        post_turn();
}

void Session::post_turn()
{
    if (std::exchange(turn_posted_, true))
        return;
    boost::asio::post(channel_.get_executor(), [self = shared_from_this()] {
        self->turn_posted_ = false;
        if (self->stalled_ && self->has_room())
            self->interpret_kept_input();
        self->settle();
    });
}

void Session::render()
{
    while (!exchanges_.empty() && exchanges_.front().response) {
        auto& [form, safe, response] = exchanges_.front();
        if (response->take_over && !form.head_only) {
            form.close = form.endless = true;
            if (response->status != 101)
                append_answer(output_.text(), *response, form, host_->date.now());
            last_ = std::move(response);
            return;
        }
        bool const last = exchanges_.size() == 1 &&
                          (phase_ == Phase::closing || (host_->draining && !reader_.is_in_body()));
        bool const close = form.close || response->close || last;
        form.close = close;
        append_answer(output_.text(), *response, form, host_->date.now());
        exchanges_.erase(exchanges_.begin());
        ++first_number_;
        if (close) {
            first_number_ += exchanges_.size(); // their answers have no place any more
            exchanges_.clear();
            phase_ = Phase::closing;
        }
    }
    // Only now, since an interim answer must not overtake the answers before it.
    if (reader_.continue_due() && exchanges_.empty() && phase_ == Phase::open) {
        output_.text().append("HTTP/1.1 100 Continue\r\n\r\n");
        reader_.continue_told(steady_clock::now());
    }
}

void Session::write()
{
    if (waiting_writable_ || output_.empty())
        return;
    auto const outcome = output_.write(channel_);
    if (outcome == Output::Outcome::failed)
        close();
    else if (outcome == Output::Outcome::blocked)
        wait_writable();
    else
        last_activity_ = steady_clock::now();
}

// To whoever turns the connection into a stream; this session ends without closing it.
void Session::hand_channel_over()
{
    auto const self = shared_from_this();
    phase_ = Phase::closed;
    first_number_ += exchanges_.size();
    exchanges_.clear();
    channel_.cancel();
    TakenConnection taken{
        .channel = std::move(channel_),
        .unsent = output_.take(),
        .headers = std::move(last_->headers)};
    auto const take_over = std::move(last_->take_over);
    host_->ended(*this);
    take_over(taken);
}

// RFC 9112 section 9.6: closing at once could reset the connection under the answer.
void Session::linger()
{
    if (peer_finished_)
        return close();
    phase_ = Phase::lingering;
    stalled_ = false;
    last_activity_ = steady_clock::now();
    channel_.finish_sending();
    wait_readable();
}

void Session::sweep(Time now)
{
    if (!channel_.is_established() && now - last_activity_ > host_->limits.handshake_timeout)
        return close();
    if (output_.is_late(now, host_->limits))
        return reset(); // or the kernel would go on trying to send, and keep it all
    if (phase_ == Phase::lingering && now - last_activity_ > linger_time)
        return close();
    if (phase_ == Phase::open && !stalled_ && reader_.is_late(now)) {
        refuse({408, "The request took too long to arrive."});
        return settle();
    }
    if (is_idle() && now - last_activity_ > host_->limits.idle_timeout)
        close();
}

void Session::drain()
{
    // A request that is already in the receive buffer is still served.
    if (is_idle() && !channel_.has_input())
        close();
}

void Session::close()
{
    if (phase_ == Phase::closed)
        return;
    auto const self = shared_from_this();
    phase_ = Phase::closed;
    first_number_ += exchanges_.size();
    exchanges_.clear();
    channel_.close();
    host_->ended(*this);
}

void Session::reset()
{
    channel_.drop_unsent();
    close();
}

bool Session::holds_too_much()
{
    held_.set(reader_.held() + input_.capacity() + output_.held());
    return held_.is_too_much();
}

bool Session::has_room() const
{
    auto bytes = output_.unsent();
    for (auto const& exchange : exchanges_) {
        if (exchange.response)
            bytes += exchange.response->body.size();
        // RFC 9112 section 9.3.2: what follows a change must see it, so it waits for its answer.
        else if (!exchange.safe)
            return false;
    }
    return exchanges_.size() < host_->limits.pipeline_max && bytes < unsent_bytes_max;
}

bool Session::is_idle() const
{
    return phase_ == Phase::open && reader_.is_between() && exchanges_.empty() && output_.empty() &&
           input_.empty();
}

} // namespace http
