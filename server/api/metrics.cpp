#include "server/api/metrics.hpp"

namespace api {

http::Document get_metrics(http::Request& request)
{
    return {
        .content_type = "text/plain; version=0.0.4; charset=utf-8",
        .body = request.app.metrics.text(server::read_process_stats())};
}

} // namespace api
