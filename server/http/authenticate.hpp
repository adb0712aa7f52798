// Who asks: the developer behind an API key, a person behind a session, the operator, a scraper.
#pragma once

#include "server/http/request.hpp"

namespace http {

// The key of `Authorization: Bearer <key>`; empty when the header has another form.
std::string_view presented_key(Message const& message);

// Reads `Authorization: Bearer <key>` (RFC 6750 2.1; the scheme in any case, then spaces or tabs).
// Throws ApiError 401 when it is missing, malformed or unknown, 400 when it is given twice.
storage::Developer authenticate(storage::Database& db, Message const& message);

// The same header with a principal's session token instead. Throws as above.
storage::PrincipalSession authenticate_principal(Request const& request);

// The same header with the operator's key instead. Throws as above.
void authenticate_operator(server::Config const& config, Message const& message);

// Whether the metrics answer at all. Throws ApiError 404 when they are switched off, 503 when they
// need a key and none is set.
void check_metrics_open(server::Config const& config);

// The same header with the key of the metrics, if they need one. Throws as above.
void authenticate_scraper(server::Config const& config, Message const& message);

} // namespace http
