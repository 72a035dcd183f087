#include "weir/store/s3_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <mutex>

#include "weir/base/bytes.h"

namespace weir::store {

namespace {

constexpr i64 at_once = 16;
constexpr i64 page_bytes = 16 * MiB;  // of XML; a page has at most a thousand keys
constexpr i32 conflict_attempts = 5;

std::string_view advice_for(std::string_view code, i32 status) {
  if (code == "NoSuchBucket") return "check the name of the bucket";
  if (code == "NoSuchKey" || (code.empty() && status == 404)) return "check the name";
  if (code == "InvalidAccessKeyId") return "check AWS_ACCESS_KEY_ID";
  if (code == "SignatureDoesNotMatch") return "check AWS_SECRET_ACCESS_KEY and AWS_REGION";
  if (code == "ExpiredToken" || code == "InvalidToken") return "renew AWS_SESSION_TOKEN";
  if (code == "RequestTimeTooSkewed") return "set the clock of this machine";
  if (code == "AuthorizationHeaderMalformed" || code == "PermanentRedirect" ||
      (status >= 300 && status < 400))
    return "set AWS_REGION to the region of the bucket";
  if (status == 403 || status == 404)
    return "check the credentials, what they may do there, and AWS_ENDPOINT_URL";
  if (status >= 500 || status == 429) return "the trouble is on the server: try again later";
  return "check what is asked for and AWS_ENDPOINT_URL";
}

// Whether the server refuses whoever asks, whatever it is.
bool refuses_all(std::string_view code, i32 status) {
  constexpr std::string_view codes[] = {
      "InvalidAccessKeyId",   "SignatureDoesNotMatch",        "ExpiredToken",     "InvalidToken",
      "RequestTimeTooSkewed", "AuthorizationHeaderMalformed", "PermanentRedirect"};
  if (std::ranges::find(codes, code) != std::end(codes)) return true;
  // A 404 may also say that there is no such user.
  const bool is_other_404 = status == 404 && !code.empty() && !code.starts_with("NoSuch");
  return is_other_404 || status >= 500 || status == 429;
}

ErrorCode code_for(std::string_view code, i32 status) {
  if (refuses_all(code, status)) return ErrorCode::unavailable;
  if (status == 404) return ErrorCode::not_found;
  if (status == 409 || status == 412) return ErrorCode::conflict;
  return ErrorCode::io;
}

// The error of an answer that is not good.
Error fault_of(const HttpRequest& request, const HttpResponse& response) {
  const auto fault = parse_s3_fault(response.body);
  const std::string code = fault ? printable(fault->code) : "";
  std::string said = fmt::format("status {}", response.status);
  if (!code.empty()) said = fmt::format("{} ({})", code, response.status);
  if (fault && !fault->message.empty()) said += ": " + printable(fault->message, 200);
  const std::string tries =
      response.attempts > 1 ? fmt::format(", at attempt {}", response.attempts) : "";
  return Error(code_for(code, response.status),
               fmt::format("cannot {}: the server answers {}{}; {}", shown_request(request), said,
                           tries, advice_for(code, response.status)));
}

bool has_fault(const HttpResponse& response, std::string_view code) {
  const auto fault = parse_s3_fault(response.body);
  return fault && fault->code == code;
}

// A server that does not answer is no fault of the object.
Result<HttpResponse> reached(Result<HttpResponse> answer) {
  if (answer.ok() || answer.error().code() != ErrorCode::io) return answer;
  return Error(ErrorCode::unavailable, answer.error().message());
}

i64 number_of(std::string_view text) {
  i64 number = -1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

Result<std::shared_ptr<S3Client>> S3Client::create(S3Settings settings) {
  HttpOptions options;
  options.at_once = at_once;
  options.attempts = settings.attempts;
  options.ca_file = settings.ca_file;
  WEIR_ASSIGN(auto http, HttpClient::create(options));
  return std::shared_ptr<S3Client>(new S3Client(std::move(settings), std::move(http)));
}

Result<std::shared_ptr<S3Client>> S3Client::shared() {
  static std::mutex mutex;
  static std::shared_ptr<S3Client> client;
  const std::scoped_lock lock(mutex);
  if (client != nullptr) return client;
  WEIR_ASSIGN(S3Settings settings, S3Settings::from_environment());
  WEIR_ASSIGN(client, create(std::move(settings)));
  return client;
}

// `query`: sorted by name, encoded, "=" behind each name.
HttpRequest S3Client::request(std::string method, const S3Place& place,
                              std::string_view query) const {
  HttpRequest request;
  request.method = std::move(method);
  request.url = settings_.url_of(place);
  if (!query.empty()) request.url += "?" + std::string(query);
  request.headers.push_back({"x-amz-content-sha256", "UNSIGNED-PAYLOAD"});
  if (!settings_.session_token.empty())
    request.headers.push_back({"x-amz-security-token", settings_.session_token});
  request.signing = HttpSigning{settings_.region, "s3", settings_.access_key, settings_.secret_key};
  request.shown = place.url();
  return request;
}

Result<HttpResponse> S3Client::send(const HttpRequest& request) {
  WEIR_ASSIGN(HttpResponse response, reached(http_->send(request, {})));
  if (!response.is_good()) return fault_of(request, response);
  return response;
}

Result<void> S3Client::list(const S3Place& prefix,
                            const std::function<Result<void>(const S3Object&)>& sink) {
  std::string next;
  do {
    const std::string token =
        next.empty() ? "" : "continuation-token=" + percent_encoded(next, false) + "&";
    HttpRequest page = request("GET", {prefix.bucket, ""},
                               fmt::format("{}encoding-type=url&list-type=2&prefix={}", token,
                                           percent_encoded(prefix.key, false)));
    page.shown = prefix.url();
    page.max_body_bytes = page_bytes;
    WEIR_ASSIGN(const HttpResponse response, send(page));
    auto parsed = parse_s3_page(response.body);
    if (!parsed) return std::move(parsed).error().context(prefix.url());
    for (const S3Object& object : parsed->objects) WEIR_TRY(sink(object));
    next = std::move(parsed->next);
  } while (!next.empty());
  return {};
}

Result<S3Object> S3Client::head(const S3Place& place) {
  const HttpRequest wanted = request("HEAD", place);
  WEIR_ASSIGN(const HttpResponse response, reached(http_->send(wanted, {})));
  if (!response.is_good() && response.status != 404) return reason_of(place, response);
  if (!response.is_good()) return fault_of(wanted, response);
  S3Object object{.key = place.key, .etag = std::string(response.header("etag"))};
  object.size = number_of(response.header("content-length"));
  object.mtime_us = parse_http_time(response.header("last-modified")).value_or(0);
  if (object.size >= 0 && !object.etag.empty()) return object;
  return Error(ErrorCode::corrupt,
               fmt::format("{}: the server tells no size or no ETag of it", place.url()));
}

// The answer to HEAD has no body that says why.
Error S3Client::reason_of(const S3Place& place, const HttpResponse& response) {
  HttpRequest again = request("GET", place);
  again.headers.push_back({"Range", "bytes=0-0"});
  const auto answer = reached(http_->send(again, {}));
  if (!answer) return answer.error();
  return fault_of(again, answer->is_good() ? response : *answer);
}

Result<std::optional<S3Text>> S3Client::find(const S3Place& place, i64 max_bytes) {
  HttpRequest wanted = request("GET", place);
  wanted.max_body_bytes = max_bytes;
  WEIR_ASSIGN(HttpResponse response, reached(http_->send(wanted, {})));
  if (response.status == 404 && has_fault(response, "NoSuchKey")) return std::optional<S3Text>();
  if (!response.is_good()) return fault_of(wanted, response);
  S3Text text;
  text.text = std::move(response.body);
  text.etag = response.header("etag");
  text.modified_us = parse_http_time(response.header("last-modified")).value_or(0);
  text.now_us = parse_http_time(response.header("date")).value_or(text.modified_us);
  return std::optional(std::move(text));
}

std::unique_ptr<HttpCall> S3Client::start_get(const S3Place& place, const std::string& etag,
                                              i64 offset, std::span<std::byte> out) {
  HttpRequest wanted = request("GET", place);
  wanted.headers.push_back({"If-Match", etag});
  wanted.headers.push_back(
      {"Range", fmt::format("bytes={}-{}", offset, offset + std::ssize(out) - 1)});
  wanted.into = out;
  return http_->start(std::move(wanted));
}

Result<void> S3Client::end_get(const S3Place& place, HttpCall& call, i64 bytes) {
  WEIR_ASSIGN(const HttpResponse response, reached(call.wait({})));
  if (response.status == 412)
    return Error(ErrorCode::conflict,
                 fmt::format("{} has changed since it was opened; read it again", place.url()));
  if (!response.is_good()) return fault_of(request("GET", place), response);
  if (response.body_bytes == bytes) return {};
  return Error(ErrorCode::corrupt, fmt::format("{}: the server gave {} bytes of a range of {}",
                                               place.url(), response.body_bytes, bytes));
}

Result<std::string> S3Client::put(const S3Place& place, std::string_view bytes,
                                  const S3Condition& condition) {
  HttpRequest wanted = request("PUT", place);
  if (condition.is_absent) wanted.headers.push_back({"If-None-Match", "*"});
  if (!condition.etag.empty()) wanted.headers.push_back({"If-Match", condition.etag});
  wanted.body = bytes;
  for (i32 attempt = 1;; ++attempt) {
    WEIR_ASSIGN(const HttpResponse response, reached(http_->send(wanted, {})));
    if (response.is_good()) return std::string(response.header("etag"));
    // Two puts met; which of them counts is not decided yet.
    const bool undecided =
        response.status == 409 && has_fault(response, "ConditionalRequestConflict");
    if (undecided && attempt < conflict_attempts) continue;
    Error fault = fault_of(wanted, response);
    if (fault.code() != ErrorCode::conflict) return fault;
    if (response.repeated || attempt > 1) return settle_put(place, bytes, std::move(fault));
    return fault;
  }
}

// An earlier attempt, whose answer was lost, may have been ours that counts.
Result<std::string> S3Client::settle_put(const S3Place& place, std::string_view bytes,
                                         Error conflict) {
  auto there = find(place, std::ssize(bytes));
  if (there && *there && (*there)->text == bytes) return std::move((*there)->etag);
  return conflict;
}

Result<void> S3Client::remove_all(const std::vector<S3Place>& places) {
  std::vector<HttpRequest> requests;
  for (const S3Place& place : places) requests.push_back(request("DELETE", place));
  const auto answers = http_->send_all(requests, {});
  for (std::size_t i = 0; i < answers.size(); ++i) {
    WEIR_ASSIGN(const HttpResponse response, reached(answers[i]));
    if (!response.is_good() && response.status != 404) return fault_of(requests[i], response);
  }
  return {};
}

Result<std::string> S3Client::begin_upload(const S3Place& place) {
  WEIR_ASSIGN(const HttpResponse response, send(request("POST", place, "uploads=")));
  auto id = parse_s3_upload_id(response.body);
  if (!id) return std::move(id).error().context(place.url());
  return id;
}

std::unique_ptr<HttpCall> S3Client::start_part(const S3Place& place, const std::string& id,
                                               i64 number, std::string_view bytes) {
  HttpRequest wanted = request(
      "PUT", place, fmt::format("partNumber={}&uploadId={}", number, percent_encoded(id, false)));
  wanted.body = bytes;
  return http_->start(std::move(wanted));
}

Result<std::string> S3Client::end_part(const S3Place& place, HttpCall& call) {
  WEIR_ASSIGN(const HttpResponse response, reached(call.wait({})));
  if (!response.is_good()) return fault_of(request("PUT", place), response);
  return std::string(response.header("etag"));
}

Result<void> S3Client::complete_upload(const S3Place& place, const std::string& id,
                                       const std::vector<std::string>& etags, i64 bytes) {
  std::string body = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  for (std::size_t i = 0; i < etags.size(); ++i)
    body += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", i + 1, etags[i]);
  body += "</CompleteMultipartUpload>";
  HttpRequest wanted = request("POST", place, "uploadId=" + percent_encoded(id, false));
  wanted.headers.push_back({"Content-Type", "application/xml"});
  wanted.body = body;
  WEIR_ASSIGN(const HttpResponse response, reached(http_->send(wanted, {})));
  if (response.repeated && has_fault(response, "NoSuchUpload")) {
    WEIR_ASSIGN(const bool completed, was_completed(place, bytes));
    if (completed) return {};
  }
  // A server may find out what is wrong when it has said 200 already.
  if (!response.is_good() || parse_s3_fault(response.body)) return fault_of(wanted, response);
  return {};
}

Result<bool> S3Client::was_completed(const S3Place& place, i64 bytes) {
  const auto there = head(place);
  if (there) return there->size == bytes;
  if (there.error().code() == ErrorCode::not_found) return false;
  return there.error();
}

Result<void> S3Client::abort_upload(const S3Place& place, const std::string& id) {
  const auto answer = send(request("DELETE", place, "uploadId=" + percent_encoded(id, false)));
  if (answer || answer.error().code() == ErrorCode::not_found) return {};
  return answer.error();
}

Result<std::vector<S3Upload>> S3Client::uploads(const S3Place& prefix) {
  std::vector<S3Upload> uploads;
  S3UploadPage page;
  do {
    std::string query = "encoding-type=url";
    if (!page.next_key.empty()) query += "&key-marker=" + percent_encoded(page.next_key, false);
    query += "&prefix=" + percent_encoded(prefix.key, false);
    if (!page.next_id.empty()) query += "&upload-id-marker=" + percent_encoded(page.next_id, false);
    HttpRequest wanted = request("GET", {prefix.bucket, ""}, query + "&uploads=");
    wanted.shown = prefix.url();
    wanted.max_body_bytes = page_bytes;
    WEIR_ASSIGN(const HttpResponse response, send(wanted));
    auto parsed = parse_s3_uploads(response.body);
    if (!parsed) return std::move(parsed).error().context(prefix.url());
    page = *std::move(parsed);
    for (S3Upload& upload : page.uploads) uploads.push_back(std::move(upload));
  } while (!page.next_key.empty());
  return uploads;
}

}  // namespace weir::store
