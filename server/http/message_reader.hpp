// Makes Messages of the bytes of one connection, one at a time: head, admission of the body, body.
#pragma once

#include "server/http/chunked.hpp"
#include "server/http/listener.hpp"
#include "server/http/strict.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace http {

class MessageReader
{
public:
    using Time = std::chrono::steady_clock::time_point;
    enum class Outcome
    {
        more,
        complete,
        refused
    };

    MessageReader(Handler& handler, ListenerLimits const& limits)
        : handler_(handler), limits_(limits)
    {}

    // Takes what it can from the front of `rest`; what it leaves must stand in front of the bytes
    // of the next call. After `complete` the message is taken; after `refused` nothing more is
    // read.
    Outcome read(std::string_view& rest, Time now);

    [[nodiscard]] Message take(Time now);
    [[nodiscard]] Framing const& framing() const { return framing_; }
    [[nodiscard]] Refusal refusal() const { return refusal_; }
    [[nodiscard]] bool is_head_request() const { return message_.method == "HEAD"; }
    [[nodiscard]] bool is_safe_request() const
    {
        return message_.method == "GET" || is_head_request() || message_.method == "OPTIONS";
    }

    [[nodiscard]] bool is_between() const { return part_ == Part::between; }
    [[nodiscard]] bool is_in_body() const { return part_ == Part::body; }

    // Bytes of memory that the body keeps, until it is taken or forgotten.
    [[nodiscard]] std::size_t held() const { return message_.body.capacity(); }
    void forget_body() { std::string().swap(message_.body); }

    // RFC 9110 section 10.1.1: whether the client waits for 100 Continue. The clock of the body
    // stands still until it was told.
    [[nodiscard]] bool continue_due() const { return continue_due_; }
    void continue_told(Time now);

    // Whether the request takes longer to arrive than the limits allow.
    [[nodiscard]] bool is_late(Time now) const;

private:
    enum class Part
    {
        between,
        head,
        body
    };

    Outcome read_head(std::string_view& rest, Time now);
    Outcome admit_body(bool body_has_begun, Time now);
    Outcome read_body(std::string_view& rest);
    Outcome refuse(Refusal refusal);

    Handler& handler_;
    ListenerLimits const& limits_;
    Part part_ = Part::between;
    Time began_;              // this part
    std::size_t scanned_ = 0; // bytes already searched for the end of the head
    bool empty_line_skipped_ = false;
    bool continue_due_ = false;
    Message message_;
    Framing framing_;
    ChunkedBody chunked_;
    Refusal refusal_{};
};

// Whether `bytes` in this time are fewer than `per_second` allows.
bool below_rate(
    std::size_t bytes, std::chrono::steady_clock::duration elapsed, std::size_t per_second
);

} // namespace http
