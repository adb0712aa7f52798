// The sentences of one language, from web/locales/<language>.txt: lines `key = sentence`, in which
// {name} stands for a value of the page. Whole sentences only, so that every language can order
// its words as it likes.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace web {

class LocaleError : public std::logic_error
{
public:
    using std::logic_error::logic_error;
};

class Locale
{
public:
    // Empty lines and lines that begin with '#' are skipped. Throws LocaleError.
    explicit Locale(std::string_view text);

    // Throws LocaleError when there is no such sentence.
    [[nodiscard]] std::string_view sentence(std::string_view key) const;

    [[nodiscard]] std::map<std::string, std::string, std::less<>> const& sentences() const
    {
        return sentences_;
    }

private:
    std::map<std::string, std::string, std::less<>> sentences_;
};

} // namespace web
