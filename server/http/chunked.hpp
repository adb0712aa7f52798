// Decodes a body in the chunked transfer coding (RFC 9112 section 7.1), bounding what does not
// become body: chunk extensions and trailers.
#pragma once

#include "server/http/strict.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace http {

class ChunkedBody
{
public:
    explicit ChunkedBody(std::size_t body_bytes_max = 0) : body_bytes_max_(body_bytes_max) {}

    // Takes what it can from the front of `input` and appends the data to `body`. What it leaves
    // must stand in front of the bytes of the next call. Extensions and trailers are dropped.
    std::optional<Refusal> read(std::string_view& input, std::string& body);

    [[nodiscard]] bool done() const { return part_ == Part::done; }

private:
    enum class Part
    {
        size,
        data,
        data_end,
        trailer,
        done
    };

    std::optional<Refusal> read_data(std::string_view& input, std::string& body);
    std::optional<Refusal> read_data_end(std::string_view& input);
    std::optional<Refusal> start_chunk(std::string_view line, std::size_t body_bytes);
    std::optional<Refusal> count_extra(std::size_t bytes);

    std::size_t body_bytes_max_;
    Part part_ = Part::size;
    std::size_t remaining_ = 0; // of this chunk's data
    std::size_t extra_ = 0;     // bytes of extensions and trailers so far
};

} // namespace http
