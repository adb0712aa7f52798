// The permissions page: a person sees what agents may do in their name and stops them, with nothing
// but the session of the link. The session travels in the fragment, then in forms; never in a URL
// that is sent, a cookie or a log.
#pragma once

#include "server/http/route.hpp"

#include <boost/describe/class.hpp>

namespace api {

struct PermissionsForm
{
    static constexpr bool is_form = true;
    std::optional<http::Text<0, 8192>> session; // the token, or the whole link that carries it
    std::optional<http::Text<0, 64>> ask;       // id of the grant that may be stopped, or "all"
    std::optional<http::Text<0, 64>> stop;      // the same, when the question was answered
};
BOOST_DESCRIBE_STRUCT(PermissionsForm, (), (session, ask, stop))

http::HtmlPage get_permissions_page(http::Request& request);
http::HtmlPage submit_permissions_page(http::Request& request, PermissionsForm const& form);

// The older address. Browsers keep the fragment across the redirect.
http::Redirect get_principal_dashboard(http::Request& request);

} // namespace api
