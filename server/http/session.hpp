// One connection: reads requests, hands them to the handler one by one, and writes the answers in
// the order of the requests. Works on readiness: an idle connection owns no buffer.
#pragma once

#include "server/http/answer.hpp"
#include "server/http/held_memory.hpp"
#include "server/http/listener.hpp"
#include "server/http/message_reader.hpp"
#include "server/http/output.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace http {

class Session;

// What the sessions of one listener share.
struct SessionHost
{
    SessionHost(Handler& handler_of_all, ListenerLimits limits_of_each)
        : handler(handler_of_all),
          limits(limits_of_each), held{limits.held_bytes_max, limits.held_bytes_free}
    {}
    virtual ~SessionHost() = default;

    // The session closed its channel and wants to be forgotten.
    virtual void ended(Session& session) = 0;

    Handler& handler;
    ListenerLimits const limits;
    bool draining = false;
    HeldMemory held;
    DateText date;
    std::array<char, 64 * 1024> scratch{}; // what one read brought, only until that turn ends
};

class Session : public std::enable_shared_from_this<Session>
{
public:
    using Time = std::chrono::steady_clock::time_point;

    Session(Channel channel, std::string peer_address, std::shared_ptr<SessionHost> host);

    void start();
    void sweep(Time now); // applies the time limits; called a few times a second
    void drain();         // closes now when idle; otherwise the last pending answer will close
    void close();

private:
    enum class Phase
    {
        open,
        closing,   // nothing more is interpreted; pending answers are still written
        lingering, // all is said; reads and discards so that the client sees the answer
        closed
    };

    // A request that waits for its answer, or an answer that waits for those before it.
    struct Exchange
    {
        AnswerForm form;
        bool safe = true; // RFC 9110 section 9.2.1: changes nothing
        std::optional<Response> response;
    };

    void wait_readable();
    void wait_writable();
    void readable();
    void input_ended();
    void discard(std::size_t bytes);
    void interpret(std::string_view& rest);
    void interpret_kept_input();
    void hand_over();

    void answer(std::uint64_t number, Response response);
    void refuse(Refusal refusal);
    void settle();
    void post_turn();
    void render();
    void write();
    void hand_channel_over();
    void linger();
    void reset(); // closes, and what was sent and is not taken yet goes as well

    bool holds_too_much(); // counts what is held now, for the limit that all sessions share

    [[nodiscard]] bool has_room() const;
    [[nodiscard]] bool is_idle() const;

    Channel channel_;
    std::string peer_address_;
    std::shared_ptr<SessionHost> host_;
    Phase phase_ = Phase::open;
    MessageReader reader_;
    std::string input_; // received and not yet taken by the reader
    std::vector<Exchange> exchanges_;
    std::uint64_t first_number_ = 0; // of exchanges_.front()
    Output output_;
    std::optional<Response> last_; // which takes the channel over
    std::size_t discarded_ = 0;
    HeldShare held_;
    Time last_activity_;
    bool interpreting_ = false;
    bool stalled_ = false; // input waits for room in the pipeline or for the next turn
    bool peer_finished_ = false;
    bool waiting_readable_ = false;
    bool waiting_writable_ = false;
    bool turn_posted_ = false;
};

} // namespace http
