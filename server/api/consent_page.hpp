// The consent page: what a person sees of an authorization request, and the form that decides it.
#pragma once

#include "server/http/route.hpp"

#include <boost/describe/class.hpp>

namespace api {

struct ConsentForm
{
    static constexpr bool is_form = true;
    std::optional<http::Text<0, 512>> req;
    std::optional<http::Text<0, 128>> csrf;
    std::optional<http::Line<0, 16>> decision; // approve, deny
    std::optional<http::Text<0, 8192>>
        session; // a consent session's token, or the link that has it
};
BOOST_DESCRIBE_STRUCT(ConsentForm, (), (req, csrf, decision, session))

http::HtmlPage get_consent_page(http::Request& request);

// The page's own form, for browsers with and without script: the same checks and effects as the
// JSON endpoints, answered with a page or a redirect.
http::PageOrRedirect submit_consent_page(http::Request& request, ConsentForm const& form);

} // namespace api
