// bench_fill fill FILE DEVELOPER_ID COUNT    rows for the benchmark of growth
// bench_fill limits FOLDER MILLISECONDS      what the disk and SQLite can do there, as JSON
#include "tests/bench/disk_limits.hpp"
#include "tests/bench/fill.hpp"

#include <cstdlib>
#include <exception>
#include <iostream>
#include <span>
#include <string>
#include <vector>

namespace {

void print_limits(std::filesystem::path const& folder, std::chrono::milliseconds duration)
{
    auto const sync = bench::measure_fdatasync(folder, duration);
    std::cout << R"({"fdatasync_us":)" << std::chrono::duration<double, std::micro>(sync).count()
              << R"(,"rows_per_second":{)";
    auto const* comma = "";
    for (int const rows : {1, 8, 32, 128}) {
        std::cout << comma << '"' << rows
                  << "\":" << bench::measure_commits(folder, rows, duration);
        comma = ",";
    }
    std::cout << "}}\n";
}

int run(std::vector<std::string> const& arguments)
{
    if (arguments.size() == 4 && arguments[0] == "fill") {
        bench::fill(arguments[1], arguments[2], std::stoll(arguments[3]));
        return EXIT_SUCCESS;
    }
    if (arguments.size() == 3 && arguments[0] == "limits") {
        print_limits(arguments[1], std::chrono::milliseconds{std::stoll(arguments[2])});
        return EXIT_SUCCESS;
    }
    std::cerr << "Usage: bench_fill fill FILE DEVELOPER_ID COUNT\n"
                 "       bench_fill limits FOLDER MILLISECONDS\n";
    return 2;
}

} // namespace

int main(int count, char** values)
{
    try {
        std::span const all{values, static_cast<std::size_t>(count)};
        return run({all.begin() + 1, all.end()});
    } catch (std::exception const& error) {
        std::cerr << "bench_fill: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
