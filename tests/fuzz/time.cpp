// Points in time, identifiers and the names of backups, which hold one.
// Few paths: a third of the time is enough.
#include "crypto/ids.hpp"
#include "server/rules/backup_names.hpp"
#include "server/rules/time_text.hpp"
#include "tests/fuzz/fuzzer.hpp"

#include <string>

namespace {

using std::chrono::milliseconds;

// An id is made of a time from 1970 on, in 48 bits.
void check_id(rules::Timestamp time)
{
    if (time.time_since_epoch() < milliseconds{0})
        return;
    auto const last = crypto::last_id_at("evt", time);
    test::must(crypto::id_time(last) == time, "an id carries its time");
    test::must(last < crypto::last_id_at("evt", time + milliseconds{1}), "ids sort as time goes");
}

} // namespace

void test::fuzz(std::string_view input)
{
    if (auto const time = rules::parse_time(input)) {
        auto const text = rules::time_text(*time);
        must(rules::parse_time(text) == time, "a time that is written is read as the same");
        must(rules::time_text(*rules::parse_time(text)) == text, "in the same spelling");
        must(rules::parse_time(rules::day_text(*time)) <= time, "its day begins before it");
        must(
            rules::whole_seconds(*time) * 1000 <= time->time_since_epoch().count(),
            "seconds are rounded down"
        );
        must(rules::time_words(*time).ends_with(" UTC"), "it has words");
        check_id(*time);
    }
    if (auto const time = rules::parse_backup_name(input))
        must(rules::backup_name(*time) == input, "a backup has one name");
    if (auto const time = crypto::id_time(input))
        must(
            crypto::last_id_at(input.substr(0, input.rfind('_')), *time) >= input, "ids are below"
        );
}
