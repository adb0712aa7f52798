// What every page for people sends along, and refuses to take from elsewhere.
#pragma once

#include "server/http/request.hpp"

#include <string>

namespace api {

// Policies of the page. Chromium applies form-action to the redirect that follows a post, so an
// origin it may lead to has to be named.
http::Headers page_headers(std::string const& redirect_origin = {});

// Whether the form was not sent by another site: no foreign Origin (nor `null`, unless the browser
// vouches that it is the page's own form), and no Sec-Fetch-Site other than same-origin.
bool is_same_site(http::Request const& request);

// "auth.example.com/permissions": where people stop what they allowed.
std::string permissions_host(http::Request const& request);

} // namespace api
