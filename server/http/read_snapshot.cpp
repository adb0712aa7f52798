#include "server/http/read_snapshot.hpp"

namespace http {

namespace {

// SQLite starts its log over when a checkpoint finds nobody who reads an older state. Under steady
// load there is always a snapshot; so when the log has become this long, each statement reads for
// itself, and a checkpoint soon finds the moment between two of them. 16 MB.
constexpr int log_pages_max = 4 * storage::CommitThread::checkpoint_pages;

} // namespace

void ReadSnapshot::begin()
{
    if (writes_.log_pages() > log_pages_max)
        return;
    if (!reader_.in_transaction())
        reader_.run("BEGIN"); // reads nothing yet, so that nothing can fail
    turn_.want();
}

// ROLLBACK rather than COMMIT: there is nothing to keep, and after a read that failed a COMMIT
// fails as well. The error may also have ended the transaction already.
void ReadSnapshot::end()
{
    if (reader_.in_transaction())
        reader_.run("ROLLBACK");
}

} // namespace http
