// The entry of libweir_http.so.
#include <curl/curl.h>

#include "weir/store/http/curl_client.h"

namespace weir::store {
namespace {

constexpr HttpModule http_module{.create = create_curl_client};

}  // namespace
}  // namespace weir::store

extern "C" const void* weir_module(weir::i32 version) {
  using namespace weir::store;
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  return version == http_module_version && started == CURLE_OK ? &http_module : nullptr;
}
