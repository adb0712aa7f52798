// Makes a backup of the database of a running server. Copying and verifying happen on a thread of
// their own, in slices; requests go on.
#pragma once

#include "server/backup/report.hpp"
#include "server/jobs/host.hpp"

namespace jobs {

// Resumes on the loop when the backup is made, under the settings of now. Throws backup::Failed.
// `host` outlives it. When the loop ends before, so does the backup, soon and without a trace.
boost::asio::awaitable<backup::Report> back_up(Host& host);

} // namespace jobs
