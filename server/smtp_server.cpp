#include "server/smtp_server.hpp"

#include "server/config.hpp"

#include <boost/url/parse.hpp>

#include <charconv>

namespace server {

namespace {

bool is_port(std::string_view text)
{
    unsigned port = 0;
    auto const [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
    return fault == std::errc{} && end == text.data() + text.size() && port > 0 && port <= 65535;
}

} // namespace

std::optional<SmtpServer> parse_smtp_url(std::string_view text)
{
    if (text.find('@') != std::string_view::npos)
        throw ConfigError("GRANTEXD_SMTP_URL must not hold a user or password. Try: "
                          "GRANTEXD_SMTP_USER and GRANTEXD_SMTP_PASSWORD");
    auto const url = boost::urls::parse_uri(boost::urls::string_view{text.data(), text.size()});
    if (!url || url->encoded_host().empty() || url->has_query() || url->has_fragment() ||
        (!url->encoded_path().empty() && url->encoded_path() != "/"))
        return {};
    SmtpServer smtp;
    smtp.tls = url->scheme() == "smtps";
    if (!smtp.tls && url->scheme() != "smtp")
        return {};
    smtp.host = url->host_address();
    smtp.port = std::string{url->port()};
    if (smtp.port.empty())
        smtp.port = smtp.tls ? "465" : "587"; // RFC 8314 3.3, RFC 6409 3.1
    if (!is_port(smtp.port))
        return {};
    return smtp;
}

} // namespace server
