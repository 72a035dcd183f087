#include "weir/store/http_client.h"

#include <fmt/format.h>

#include "weir/base/bytes.h"
#include "weir/base/module.h"

namespace weir::store {

namespace {

// Without user, password, query and fragment, any of which may hold a secret.
std::string without_secrets(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t scheme = url.find("://");
  const std::size_t host = scheme == url.npos ? 0 : scheme + 3;
  const std::size_t user_end = url.substr(0, url.find('/', host)).rfind('@');
  if (user_end == url.npos || user_end < host) return std::string(url);
  return std::string(url.substr(0, host)) + std::string(url.substr(user_end + 1));
}

std::string_view name_of(i32 status) {
  switch (status) {
    case 301:
    case 302:
    case 307:
    case 308:
      return " (moved)";
    case 400:
      return " Bad Request";
    case 401:
      return " Unauthorized";
    case 403:
      return " Forbidden";
    case 404:
      return " Not Found";
    case 409:
      return " Conflict";
    case 412:
      return " Precondition Failed";
    case 429:
      return " Too Many Requests";
    case 500:
      return " Internal Server Error";
    case 503:
      return " Service Unavailable";
    default:
      return "";
  }
}

std::string_view advice_for(i32 status) {
  if (status >= 300 && status < 400) return "give the address that it has moved to";
  if (status == 401 || status == 403) return "check the credentials and what they may do";
  if (status == 404 || status == 410) return "check the address";
  if (status == 429) return "ask less often, or ask the server's owner for more";
  if (status >= 500) return "the trouble is on the server: try again later";
  return "check what is asked for";
}

ErrorCode code_for(i32 status) {
  if (status == 404 || status == 410) return ErrorCode::not_found;
  if (status == 409 || status == 412) return ErrorCode::conflict;
  return ErrorCode::io;
}

}  // namespace

std::string_view HttpResponse::header(std::string_view name) const {
  for (const HttpHeader& header : headers)
    if (header.name == name) return header.value;
  return {};
}

std::string shown_request(const HttpRequest& request) {
  return fmt::format(
      "{} {}", request.method,
      printable(request.shown.empty() ? without_secrets(request.url) : request.shown, 1 * KiB));
}

Error status_error(const HttpRequest& request, const HttpResponse& response) {
  std::string said;
  if (const std::string_view line = trim(response.body); !line.empty())
    said = ": " + printable(line.substr(0, line.find('\n')), 200);
  const std::string tries =
      response.attempts > 1 ? fmt::format(" (attempt {})", response.attempts) : "";
  return Error(code_for(response.status),
               fmt::format("cannot {}: the server answers {}{}{}{}; {}", shown_request(request),
                           response.status, name_of(response.status), said, tries,
                           advice_for(response.status)));
}

Result<std::unique_ptr<HttpClient>> HttpClient::create(const HttpOptions& options) {
  WEIR_ASSIGN(const HttpModule* module,
              open_module_as<HttpModule>("libweir_http.so", "weir-http", http_module_version));
  return module->create(options);
}

Result<HttpResponse> HttpClient::send(HttpRequest request, std::stop_token stop) {
  return start(std::move(request))->wait(std::move(stop));
}

std::vector<Result<HttpResponse>> HttpClient::send_all(std::vector<HttpRequest> requests,
                                                       std::stop_token stop) {
  std::vector<std::unique_ptr<HttpCall>> calls;
  for (HttpRequest& request : requests) calls.push_back(start(std::move(request)));
  std::vector<Result<HttpResponse>> answers;
  for (const auto& call : calls) answers.push_back(call->wait(stop));
  return answers;
}

}  // namespace weir::store
