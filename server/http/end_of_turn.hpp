// Work that is due once for a whole turn of the loop, however many requests the turn serves: it
// runs when everything that is ready now has run.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <functional>
#include <utility>

namespace http {

class EndOfTurn
{
public:
    EndOfTurn(boost::asio::io_context& loop, std::function<void()> work)
        : loop_(loop), work_(std::move(work))
    {}

    void want()
    {
        if (std::exchange(wanted_, true))
            return;
        boost::asio::post(loop_, [this] {
            wanted_ = false;
            work_();
        });
    }

private:
    boost::asio::io_context& loop_;
    std::function<void()> work_;
    bool wanted_ = false;
};

} // namespace http
