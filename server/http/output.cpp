#include "server/http/output.hpp"

#include "server/http/message_reader.hpp"

#include <boost/asio/buffer.hpp>

namespace http {

namespace {

constexpr std::size_t kept_capacity_max = 4096; // a quiet connection gives back larger buffers

} // namespace

Output::Outcome Output::write(Channel& channel)
{
    while (sent_ < text_.size()) {
        boost::system::error_code error;
        auto const bytes = boost::asio::buffer(text_.data() + sent_, text_.size() - sent_);
        auto const count = channel.write_some(bytes, error);
        if (error && !must_wait(error))
            return Outcome::failed;
        sent_ += count;
        if (error && !blocked_) {
            blocked_ = true;
            blocked_at_ = progress_at_ = std::chrono::steady_clock::now();
            sent_since_ = 0;
        }
        if (error)
            return Outcome::blocked;
        if (blocked_) {
            progress_at_ = std::chrono::steady_clock::now();
            sent_since_ += count;
        }
    }
    text_.clear();
    if (text_.capacity() > kept_capacity_max)
        std::string().swap(text_);
    sent_ = 0;
    blocked_ = false;
    return Outcome::done;
}

bool Output::is_late(Time now, ListenerLimits const& limits) const
{
    auto const elapsed = now - blocked_at_;
    return blocked_ && (now - progress_at_ > limits.write_timeout ||
                        (elapsed > limits.write_timeout &&
                         below_rate(sent_since_, elapsed, limits.body_bytes_per_second_min)));
}

} // namespace http
