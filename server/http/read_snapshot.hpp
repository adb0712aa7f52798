// The requests of one turn of the loop read one snapshot of the database: to begin and end a read
// transaction costs as much as the statement in it. A snapshot ends with its turn, and before
// anything that was committed meanwhile is answered, so whoever was told of a change sees it.
#pragma once

#include "server/http/end_of_turn.hpp"
#include "server/http/write_batches.hpp"
#include "storage/database.hpp"

namespace http {

class ReadSnapshot
{
public:
    // `writes`: those to the same file.
    ReadSnapshot(
        boost::asio::io_context& loop, storage::Database& reader, WriteBatches const& writes
    )
        : reader_(reader), writes_(writes), turn_(loop, [this] { end(); })
    {}

    // From here on statements of the reader see one state, until end() or the end of the turn.
    void begin();
    void end();

private:
    storage::Database& reader_;
    WriteBatches const& writes_;
    EndOfTurn turn_;
};

} // namespace http
