#include "weir/store/input.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/store/archive.h"
#include "weir/store/file_walk.h"
#include "weir/store/member_inputs.h"
#include "weir/store/random_access.h"
#include "weir/store/s3_walk.h"

namespace weir::store {

namespace {

// Of several members of the name the last.
Result<std::unique_ptr<ByteStream>> read_by_name(const Input& input, const InputLimits& limits) {
  WEIR_ASSIGN(const auto archive, Archive::open(input.file, limits));
  const auto& members = archive->members();
  const auto found = std::find_if(members.rbegin(), members.rend(), [&](const Member& member) {
    return member.name == input.member;
  });
  if (found != members.rend()) return archive->read(*found);
  return Error(ErrorCode::not_found,
               fmt::format("{}: the {} archive has no member of this name among its {}",
                           input.location, archive->format(), members.size()));
}

// A URL needs no folder in front of it; below one, the pattern is a part of its keys.
Result<std::vector<Input>> list_from_s3(const std::filesystem::path& folder,
                                        const std::string& pattern) {
  WEIR_ASSIGN(const auto client, S3Client::shared());
  if (is_s3_url(pattern)) return list_objects(*client, pattern);
  WEIR_ASSIGN(const S3Place place, parse_s3_url(folder.native()));
  return list_objects(*client, place.below(pattern).url());
}

}  // namespace

Result<std::vector<Input>> list_inputs(const std::filesystem::path& folder,
                                       const std::string& pattern,
                                       const std::vector<std::string>& members,
                                       const InputLimits& limits) {
  const bool is_object = is_s3_url(pattern) || is_s3_url(folder.native());
  WEIR_ASSIGN(auto files, is_object ? list_from_s3(folder, pattern) : list_files(folder, pattern));
  if (members.empty()) return files;
  WEIR_ASSIGN(const MemberPatterns wanted, MemberPatterns::parse(members));
  std::vector<Input> found;
  for (const Input& file : files) WEIR_TRY(append_members(file, wanted, limits, found));
  std::ranges::sort(found, {}, &Input::location);
  return found;
}

Result<std::unique_ptr<ByteStream>> open_input(const Input& input, const InputLimits& limits) {
  if (input.member.empty()) return open_stream(input.file);
  if (input.position < 0) return read_by_name(input, limits);
  return read_member(input.file, input.member, input.position, limits);
}

}  // namespace weir::store
