#include "weir/store/http/curl_transfer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "weir/base/bytes.h"
#include "weir/store/http_retry.h"

namespace weir::store {

namespace {

constexpr long curl_buffer_bytes = 128 * KiB;
constexpr i64 bad_body_bytes = 64 * KiB;    // of an answer that is not good, which tell why
constexpr i64 max_header_bytes = 64 * KiB;  // of an answer; what is beyond is not kept

// The request never left: another attempt cannot do a thing twice.
bool is_before_sending(CURLcode code) {
  return code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY ||
         code == CURLE_COULDNT_CONNECT;
}

// What the next attempt would meet again.
bool is_final(CURLcode code) {
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_WRITE_ERROR:
    case CURLE_OUT_OF_MEMORY:
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_TOO_MANY_REDIRECTS:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
      return true;
    default:
      return false;
  }
}

std::string_view advice_for(CURLcode code) {
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return "write it as http://HOST/... or https://HOST/...";
    case CURLE_COULDNT_RESOLVE_HOST:
      return "check the name of the host, and that this machine can look names up";
    case CURLE_COULDNT_CONNECT:
      return "check that the server runs and that this machine reaches it";
    case CURLE_OPERATION_TIMEDOUT:
      return "the server or the network is slow or down: try again later";
    case CURLE_PEER_FAILED_VERIFICATION:
      return "check the server's certificate, and that this machine trusts who signed it";
    default:
      return "check the server and the network, then try again";
  }
}

bool has_name(std::string_view line, std::string_view name) {
  return line.size() > name.size() && line[name.size()] == ':' &&
         equals_ignoring_ascii_case(line.substr(0, name.size()), name);
}

}  // namespace

CurlTransfer::CurlTransfer(HttpRequest request, const HttpOptions& options)
    : request_(std::move(request)), options_(options) {}

Result<CURL*> CurlTransfer::begin() {
  ++attempts_;
  response_ = {};
  header_bytes_ = 0;
  is_too_long_ = false;
  retry_after_.reset();
  message_[0] = '\0';
  handle_.reset(curl_easy_init());
  CURL* handle = handle_.get();
  if (handle == nullptr || !set_headers() ||
      curl_easy_setopt(handle, CURLOPT_URL, request_.url.c_str()) != CURLE_OK)
    return Error(ErrorCode::usage,
                 fmt::format("cannot {}: a header or the address cannot be sent as it is",
                             shown_request(request_)));
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, message_);
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers_.get());
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &on_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "weir");
  set_method();
  set_signing();
  set_limits();
  return handle;
}

bool CurlTransfer::set_headers() {
  headers_.reset();
  bool has_type = false;
  const auto append = [&](const std::string& line) {
    curl_slist* longer = curl_slist_append(headers_.get(), line.c_str());
    if (longer == nullptr) return false;
    (void)headers_.release();
    headers_.reset(longer);
    return true;
  };
  for (const HttpHeader& header : request_.headers) {
    const std::string line = fmt::format("{}: {}", header.name, header.value);
    if (line.find_first_of(std::string_view("\r\n\0", 3)) != line.npos || !append(line))
      return false;
    has_type = has_type || has_name(line, "content-type");
  }
  const bool has_body = request_.method == "PUT" || request_.method == "POST";
  if (has_body && !has_type && !append("Content-Type: application/octet-stream")) return false;
  // Without it curl waits for the server's leave before it sends a large body. With signing it
  // would be signed as an empty header that is never sent.
  return !has_body || request_.signing || append("Expect:");
}

void CurlTransfer::set_method() {
  CURL* handle = handle_.get();
  const std::string& method = request_.method;
  if (method == "HEAD") {
    curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
  } else if (method == "PUT" || method == "POST") {
    curl_easy_setopt(handle, CURLOPT_POST, 1L);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request_.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request_.body.empty() ? "" : request_.body.data());
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, method.c_str());
  } else if (method != "GET") {
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, method.c_str());
  }
}

void CurlTransfer::set_signing() {
  if (!request_.signing) return;
  const HttpSigning& signing = *request_.signing;
  const std::string kind = fmt::format("aws:amz:{}:{}", signing.region, signing.service);
  curl_easy_setopt(handle_.get(), CURLOPT_AWS_SIGV4, kind.c_str());
  curl_easy_setopt(handle_.get(), CURLOPT_USERNAME, signing.access_key.c_str());
  curl_easy_setopt(handle_.get(), CURLOPT_PASSWORD, signing.secret_key.c_str());
}

void CurlTransfer::set_limits() {
  CURL* handle = handle_.get();
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  // A request that began encrypted does not go on in the clear.
  const bool is_encrypted = equals_ignoring_ascii_case(request_.url.substr(0, 6), "https:");
  curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, is_encrypted ? "https" : "http,https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, request_.max_redirects > 0 ? 1L : 0L);
  curl_easy_setopt(handle, CURLOPT_MAXREDIRS, static_cast<long>(request_.max_redirects));
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);  // "/../" may stand in the key of an object
  curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, curl_buffer_bytes);
  curl_easy_setopt(handle, CURLOPT_UPLOAD_BUFFERSIZE, curl_buffer_bytes);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(options_.connect_timeout.count()));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.attempt_timeout.count()));
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME,
                   static_cast<long>(options_.idle_timeout.count()));
  if (!options_.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, options_.ca_file.c_str());
}

std::size_t CurlTransfer::on_header(char* bytes, std::size_t, std::size_t count, void* self) {
  const bool taken = static_cast<CurlTransfer*>(self)->take_header({bytes, count});
  return taken ? count : 0;
}

std::size_t CurlTransfer::on_body(char* bytes, std::size_t, std::size_t count, void* self) {
  const bool taken = static_cast<CurlTransfer*>(self)->take_body({bytes, count});
  return taken ? count : 0;
}

bool CurlTransfer::take_header(std::string_view line) {
  line = trim(line);
  if (line.starts_with("HTTP/")) {  // a new answer: the one before led here
    response_.headers.clear();
    header_bytes_ = 0;
    return true;
  }
  const std::size_t colon = line.find(':');
  header_bytes_ += static_cast<i64>(line.size());
  if (colon == line.npos || header_bytes_ > max_header_bytes) return true;
  HttpHeader header{std::string(line.substr(0, colon)), std::string(trim(line.substr(colon + 1)))};
  for (char& letter : header.name) letter = ascii_lower(letter);
  response_.headers.push_back(std::move(header));
  return true;
}

bool CurlTransfer::take_body(std::string_view bytes) {
  long status = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
  const bool is_good = status >= 200 && status < 300;
  const bool has_place = is_good && !request_.into.empty();
  const i64 most = !is_good    ? bad_body_bytes
                   : has_place ? std::ssize(request_.into)
                               : request_.max_body_bytes;
  const i64 room = most - response_.body_bytes;
  if (is_good && std::ssize(bytes) > room) {
    is_too_long_ = true;
    return false;
  }
  bytes = bytes.substr(0, static_cast<std::size_t>(std::max<i64>(0, room)));
  if (has_place && !bytes.empty())
    std::memcpy(request_.into.data() + response_.body_bytes, bytes.data(), bytes.size());
  else
    response_.body += bytes;
  response_.body_bytes += std::ssize(bytes);
  return true;
}

Result<HttpResponse> CurlTransfer::end(CURLcode code) {
  const bool may_repeat = request_.may_repeat || is_before_sending(code);
  response_.attempts = attempts_;
  response_.repeated = repeated_;
  if (code == CURLE_OK) {
    long status = 0;
    curl_off_t seconds = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(handle_.get(), CURLINFO_RETRY_AFTER, &seconds);
    response_.status = static_cast<i32>(status);
    if (seconds > 0) retry_after_ = std::chrono::seconds(seconds);
    // A server that asks to come back later has done nothing.
    may_try_again_ = is_passing_status(response_.status) && (may_repeat || status == 429);
  } else {
    may_try_again_ = may_repeat && !is_final(code);
  }
  repeated_ = repeated_ || !is_before_sending(code);
  Result<HttpResponse> outcome =
      code == CURLE_OK ? Result<HttpResponse>(std::move(response_)) : failure(code);
  handle_.reset();
  return outcome;
}

Error CurlTransfer::failure(CURLcode code) const {
  const std::string shown = shown_request(request_);
  if (is_too_long_)
    return Error(
        ErrorCode::too_large,
        fmt::format("cannot {}: the answer is longer than the {} bytes that were expected", shown,
                    request_.into.empty() ? request_.max_body_bytes : std::ssize(request_.into)));
  const bool is_usage = code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL;
  const std::string why = message_[0] != '\0' ? message_ : curl_easy_strerror(code);
  const std::string tries = attempts_ > 1 ? fmt::format(" (attempt {})", attempts_) : "";
  return Error(
      is_usage ? ErrorCode::usage : ErrorCode::io,
      fmt::format("cannot {}: {}{}; {}", shown, printable(why, 300), tries, advice_for(code)));
}

}  // namespace weir::store
