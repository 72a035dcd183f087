// HttpClient by libcurl's multi interface.
//
// One thread drives all transfers: new calls arrive in a list, wait until one of the `at_once`
// places is free, run, and come back to wait after a failure that may pass.
//
// Threads: as HttpClient.
#pragma once

#include <memory>

#include "weir/store/http_client.h"

namespace weir::store {

Result<std::unique_ptr<HttpClient>> create_curl_client(const HttpOptions& options);

}  // namespace weir::store
