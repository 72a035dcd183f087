#include "weir/store/input.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/store/archive.h"
#include "weir/store/file.h"
#include "weir/store/file_walk.h"
#include "weir/store/member_inputs.h"

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

}  // namespace

Result<std::vector<Input>> list_inputs(const std::filesystem::path& folder,
                                       const std::string& pattern,
                                       const std::vector<std::string>& members,
                                       const InputLimits& limits) {
  WEIR_ASSIGN(auto files, list_files(folder, pattern));
  if (members.empty()) return files;
  WEIR_ASSIGN(const MemberPatterns wanted, MemberPatterns::parse(members));
  std::vector<Input> found;
  for (const Input& file : files) append_members(file, wanted, limits, found);
  std::ranges::sort(found, {}, &Input::location);
  return found;
}

Result<std::unique_ptr<ByteStream>> open_input(const Input& input, const InputLimits& limits) {
  if (input.member.empty()) return open_file_stream(input.file);
  if (input.position < 0) return read_by_name(input, limits);
  return read_member(input.file, input.member, input.position, limits);
}

}  // namespace weir::store
