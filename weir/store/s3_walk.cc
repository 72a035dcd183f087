#include "weir/store/s3_walk.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/base/bytes.h"
#include "weir/store/location.h"
#include "weir/store/name_pattern.h"

namespace weir::store {

namespace {

Input input_of(const S3Place& place, const S3Object& object) {
  const std::string url = S3Place{place.bucket, object.key}.url();
  return {.location = location_of(url),
          .file = url,
          .member = "",
          .size = object.size,
          .mtime_us = object.mtime_us,
          .position = -1};
}

// Appends the objects whose keys begin with `prefix` and, behind `skipped` bytes, meet `pattern`.
Result<void> append_objects(S3Client& client, const S3Place& prefix, std::size_t skipped,
                            const NamePattern& pattern, std::vector<Input>& found) {
  return client.list(prefix, [&](const S3Object& object) -> Result<void> {
    const bool is_folder = object.key.empty() || object.key.ends_with('/');
    if (!is_folder && pattern.is_met_by(std::string_view(object.key).substr(skipped)))
      found.push_back(input_of(prefix, object));
    return {};
  });
}

// Without the last wildcards: keys that meet the pattern begin with it.
std::string_view plain_front(std::string_view pattern) {
  return pattern.substr(0, pattern.find_first_of("*?[\\"));
}

}  // namespace

Result<std::vector<Input>> list_objects(S3Client& client, const std::string& pattern) {
  WEIR_ASSIGN(const S3Place place, parse_s3_url(pattern));
  std::vector<Input> found;
  if (!place.key.empty() && !place.key.ends_with('/')) {
    auto object = client.head(place);
    if (object) return std::vector<Input>{input_of(place, *object)};
    // What cannot be told of a single object may be told of all: a listing says why it is refused.
  }
  const S3Place folder = place.key.empty() ? place : place.below("");
  const NamePattern everything({"**"}, LetterCase::counts);
  WEIR_TRY(append_objects(client, folder, folder.key.size(), everything, found));
  if (found.empty() && !has_wildcards(place.key))
    return Error(ErrorCode::not_found,
                 fmt::format("cannot find {}: there is no object of this name, and none below it",
                             printable(pattern, 1 * KiB)));
  if (found.empty()) {
    WEIR_ASSIGN(const auto patterns, expand_braces(place.key));
    for (const std::string& one : patterns)
      WEIR_TRY(append_objects(client, {place.bucket, std::string(plain_front(one))}, 0,
                              NamePattern(parts_of(one), LetterCase::counts), found));
  }
  std::ranges::sort(found, {}, &Input::location);
  const auto same_location = [](const Input& a, const Input& b) {
    return a.location == b.location;
  };
  found.erase(std::unique(found.begin(), found.end(), same_location), found.end());
  return found;
}

}  // namespace weir::store
