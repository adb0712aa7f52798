// The numbers of the server, for Prometheus.
#pragma once

#include "server/http/route.hpp"

namespace api {

http::Document get_metrics(http::Request& request);

} // namespace api
