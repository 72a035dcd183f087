#include "weir/store/s3_settings.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>

#include "weir/base/bytes.h"

namespace weir::store {

namespace {

constexpr std::string_view scheme = "s3://";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : std::string(trim(value));
}

std::string first_of(const char* name, const char* other) {
  std::string value = variable(name);
  return value.empty() ? variable(other) : value;
}

bool is_plain(char c) {
  return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

Result<i32> parse_attempts(const std::string& text) {
  i32 attempts = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), attempts);
  if (error == std::errc() && end == text.data() + text.size() && attempts > 0) return attempts;
  return Error(ErrorCode::usage,
               fmt::format("AWS_MAX_ATTEMPTS is \"{}\", not a number from 1 on", printable(text)));
}

}  // namespace

S3Place S3Place::below(std::string_view name) const {
  const bool needs_slash = !key.empty() && !key.ends_with('/');
  return {bucket, key + (needs_slash ? "/" : "") + std::string(name)};
}

bool is_s3_url(std::string_view text) { return text.starts_with(scheme); }

Result<S3Place> parse_s3_url(std::string_view url) {
  if (!is_s3_url(url))
    return Error(ErrorCode::usage,
                 fmt::format("\"{}\" is no place in an object store: write s3://BUCKET/KEY",
                             printable(url)));
  const std::string_view rest = url.substr(scheme.size());
  const std::size_t slash = rest.find('/');
  S3Place place{std::string(rest.substr(0, slash)), ""};
  if (slash != rest.npos) place.key = rest.substr(slash + 1);
  if (!place.bucket.empty() && place.bucket.find_first_of("@:?#%\\ ") == place.bucket.npos)
    return place;
  return Error(ErrorCode::usage,
               fmt::format("\"{}\" names no bucket: write s3://BUCKET/KEY", printable(url)));
}

Result<S3Settings> S3Settings::from_environment() {
  S3Settings settings;
  settings.access_key = variable("AWS_ACCESS_KEY_ID");
  settings.secret_key = variable("AWS_SECRET_ACCESS_KEY");
  settings.session_token = variable("AWS_SESSION_TOKEN");
  settings.ca_file = variable("AWS_CA_BUNDLE");
  if (const std::string region = first_of("AWS_REGION", "AWS_DEFAULT_REGION"); !region.empty())
    settings.region = region;
  settings.endpoint = first_of("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");
  while (settings.endpoint.ends_with('/')) settings.endpoint.pop_back();
  if (settings.access_key.empty() || settings.secret_key.empty())
    return Error(ErrorCode::usage, fmt::format("no credentials for s3://: set {}",
                                               settings.access_key.empty()
                                                   ? "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
                                                   : "AWS_SECRET_ACCESS_KEY"));
  const bool is_url =
      settings.endpoint.starts_with("http://") || settings.endpoint.starts_with("https://");
  if (!settings.endpoint.empty() && !is_url)
    return Error(ErrorCode::usage,
                 fmt::format("AWS_ENDPOINT_URL is \"{}\": write http://HOST:PORT or https://HOST",
                             printable(settings.endpoint)));
  if (const std::string attempts = variable("AWS_MAX_ATTEMPTS"); !attempts.empty()) {
    WEIR_ASSIGN(settings.attempts, parse_attempts(attempts));
  }
  return settings;
}

std::string S3Settings::url_of(const S3Place& place) const {
  const std::string key = percent_encoded(place.key, true);
  if (!endpoint.empty()) return fmt::format("{}/{}/{}", endpoint, place.bucket, key);
  // The certificate of Amazon's hosts covers one label in front of them.
  if (place.bucket.find('.') != place.bucket.npos)
    return fmt::format("https://s3.{}.amazonaws.com/{}/{}", region, place.bucket, key);
  return fmt::format("https://{}.s3.{}.amazonaws.com/{}", place.bucket, region, key);
}

std::string percent_encoded(std::string_view text, bool keep_slashes) {
  std::string encoded;
  for (const char c : text) {
    if (is_plain(c) || (keep_slashes && c == '/'))
      encoded += c;
    else
      encoded += fmt::format("%{:02X}", static_cast<u8>(c));
  }
  return encoded;
}

Result<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded += text[at] == '+' ? ' ' : text[at];
      continue;
    }
    u8 byte = 0;
    const char* digits = text.data() + at + 1;
    if (at + 2 >= text.size() || std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2)
      return Error(ErrorCode::corrupt,
                   fmt::format("\"{}\" has a \"%\" without two digits", printable(text)));
    decoded += static_cast<char>(byte);
    at += 2;
  }
  return decoded;
}

}  // namespace weir::store
