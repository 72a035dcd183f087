#include "weir/store/member_inputs.h"

#include <algorithm>
#include <map>

#include "weir/store/archive.h"
#include "weir/store/location.h"

namespace weir::store {

namespace {

Input input_of(const Input& archive, const std::string& member, i64 position) {
  Input input = archive;
  input.location += "!/" + location_of(member);
  input.member = member;
  input.position = position;
  return input;
}

// A path that leaves the archive, without what makes it do so: it is met by the same patterns, so
// that it does not go unseen.
std::string without_ways_out(std::string name) {
  std::ranges::replace(name, '\\', '/');
  std::string kept;
  for (const std::string& part : parts_of(name))
    if (part != "..") kept += "/" + part;
  return kept;
}

}  // namespace

Result<MemberPatterns> MemberPatterns::parse(const std::vector<std::string>& globs) {
  MemberPatterns wanted;
  for (const std::string& glob : globs) {
    WEIR_ASSIGN(const auto alternatives, expand_braces(glob));
    for (const std::string& one : alternatives)
      wanted.patterns_.emplace_back(parts_of(one), LetterCase::ignored);
  }
  if (!globs.empty() && std::ranges::none_of(globs, has_wildcards)) wanted.required_ = globs[0];
  return wanted;
}

bool MemberPatterns::are_met_by(std::string_view member) const {
  return std::ranges::any_of(patterns_,
                             [&](const NamePattern& one) { return one.is_met_by(member); });
}

Result<void> append_members(const Input& archive, const MemberPatterns& wanted,
                            const InputLimits& limits, std::vector<Input>& found) {
  const auto opened = Archive::open(archive.file, limits);
  if (!opened.ok()) {
    if (opened.error().code() == ErrorCode::unavailable) return opened.error();
    // It fails in the same way when it is opened as an input.
    Input failing = archive;
    failing.member = "*";
    found.push_back(std::move(failing));
    return {};
  }
  std::map<std::string, i64> positions;
  for (const Member& member : (*opened)->members()) {
    const bool is_safe = check_member_name(member.name, limits).ok();
    if (wanted.are_met_by(is_safe ? member.name : without_ways_out(member.name)))
      positions[member.name] = member.position;
  }
  for (const auto& [name, position] : positions) found.push_back(input_of(archive, name, position));
  if (positions.empty() && !wanted.required().empty())
    found.push_back(input_of(archive, wanted.required(), -1));
  return {};
}

}  // namespace weir::store
