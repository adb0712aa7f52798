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
    if (reader_.in_transaction() || writes_.log_pages() > log_pages_max)
        return;
    reader_.run("BEGIN");
    turn_.want();
}

// An error of the disk can have ended the transaction already.
void ReadSnapshot::end()
{
    if (reader_.in_transaction())
        reader_.run("COMMIT");
}

} // namespace http
