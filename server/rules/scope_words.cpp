#include "server/rules/scope_words.hpp"

#include "server/rules/durations.hpp"
#include "server/rules/scope_texts.hpp"

#include <algorithm>
#include <array>

namespace rules {

namespace {

// A name of more words is a sentence of the developer's, and must not pass for one of ours.
constexpr std::size_t words_max = 4;
constexpr std::size_t name_bytes_max = 60;

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// How many labels at the start of a name are a domain written backwards; 0 when it is not one.
std::size_t domain_labels(std::vector<std::string_view> const& labels)
{
    constexpr std::array<std::string_view, 16> endings{
        "com", "org", "net",   "edu", "gov",  "int",    "info", "biz",
        "dev", "app", "cloud", "xyz", "tech", "online", "site", "example",
    };
    constexpr std::array<std::string_view, 9> second_levels{
        "co", "com", "org", "net", "ac", "gov", "edu", "or", "ne",
    };
    auto const top = labels.front();
    auto const country = top.size() == 2 && std::ranges::all_of(top, is_letter);
    if (!country && std::ranges::find(endings, top) == endings.end())
        return 0;
    // `uk.co.example` is example.co.uk; "at co.uk" would say nothing.
    if (country && labels.size() > 1 &&
        std::ranges::find(second_levels, labels[1]) != second_levels.end())
        return 3;
    return 2;
}

// A number with its unit, `10MB` -> "10 MB".
std::optional<std::string> quantity(std::string_view text)
{
    auto const unit = std::ranges::find_if(text, is_letter);
    std::string_view const number{text.begin(), unit};
    std::string_view const letters{unit, text.end()};
    if (!is_number(number) || letters.size() > 8 || !std::ranges::all_of(letters, is_letter))
        return std::nullopt;
    return std::string{number} + (letters.empty() ? "" : " ") + std::string{letters};
}

std::optional<std::string> after(std::string_view text, std::string_view prefix)
{
    if (!text.starts_with(prefix))
        return std::nullopt;
    return std::string{text.substr(prefix.size())};
}

} // namespace

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    for (;;) {
        auto const end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

std::string words(std::string_view text)
{
    std::string spaced;
    auto gap = false;
    for (auto c : text) {
        if (!is_letter(c) && !is_digit(c)) {
            gap = true;
            continue;
        }
        if (gap && !spaced.empty())
            spaced += ' ';
        gap = false;
        spaced += c;
    }
    return spaced;
}

std::optional<std::string> name_words(std::string_view name)
{
    auto const usual = std::ranges::all_of(name, [](char c) {
        return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.';
    });
    if (!usual || name.size() > name_bytes_max || std::ranges::none_of(name, is_letter))
        return std::nullopt;
    auto spaced = words(name);
    if (static_cast<std::size_t>(std::ranges::count(spaced, ' ')) >= words_max)
        return std::nullopt;
    return spaced;
}

std::optional<std::string> resource_words(std::string_view resource)
{
    if (auto const* family = find_family(resource))
        return std::string{family->words};
    auto const labels = split(resource, '.');
    auto const count = domain_labels(labels);
    if (labels.size() == 1 || count == 0)
        return name_words(resource);
    if (labels.size() <= count || std::ranges::any_of(labels, &std::string_view::empty))
        return std::nullopt;

    std::string domain;
    for (auto i = count; i-- > 0;) {
        auto const label = labels[i];
        auto const host_label = std::ranges::all_of(label, [](char c) {
            return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-';
        });
        if (!host_label || label.front() == '-' || label.back() == '-')
            return std::nullopt;
        domain += label;
        if (i > 0)
            domain += '.';
    }
    auto const rest = labels[count].data();
    auto spaced =
        name_words({rest, static_cast<std::size_t>(resource.data() + resource.size() - rest)});
    if (!spaced || domain.size() > name_bytes_max)
        return std::nullopt;
    return *spaced + " at " + domain;
}

bool is_number(std::string_view text)
{
    if (text.empty() || text.size() > 18 || !is_digit(text.front()) || !is_digit(text.back()))
        return false;
    return std::ranges::count(text, '.') <= 1 &&
           std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '.'; });
}

std::optional<std::string> constraint_words(std::string_view constraint)
{
    if (auto const size = after(constraint, "max_size_")) {
        auto const text = quantity(*size);
        return text ? std::optional{"files up to " + *text} : std::nullopt;
    }
    if (auto const time = after(constraint, "max_duration_")) {
        auto const duration = parse_duration(*time);
        auto const text = duration ? duration_words(*duration) : quantity(*time);
        return text ? std::optional{"for at most " + *text} : std::nullopt;
    }
    if (auto const number = after(constraint, "max_"); number && is_number(*number))
        return "up to " + *number;
    if (auto const number = after(constraint, "limit_");
        number && is_number(*number) && number->find('.') == std::string::npos)
        return "at most " + *number + (*number == "1" ? " item" : " items");
    if (auto const date = after(constraint, "since_")) {
        auto const plain = std::ranges::all_of(*date, [](char c) {
            return is_letter(c) || is_digit(c) || c == '-';
        });
        if (plain && !date->empty() && date->size() <= 24 && is_digit(date->front()))
            return "from " + *date + " on";
        return std::nullopt;
    }
    if (auto const folder = after(constraint, "folder_"))
        if (auto const text = name_words(*folder))
            return "only in folder " + *text;
    return std::nullopt;
}

} // namespace rules
