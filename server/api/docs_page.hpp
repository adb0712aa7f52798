// What the page about the API shows, from the route table and the lines of operations.cpp.
#pragma once

#include "web/docs_page.hpp"

#include <string>

namespace api {

web::DocsPage docs_page(std::string base_url);

} // namespace api
