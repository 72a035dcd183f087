#include "weir/extract/infer_members.h"

#include <algorithm>

#include "weir/base/bytes.h"
#include "weir/base/hash.h"
#include "weir/base/time.h"

namespace weir::extract {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view without_sign(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return text;
}

// An integer as numbers are written; a code such as "007" is none. `digits` is a safe number.
bool is_integer(std::string_view text, std::size_t digits) {
  text = without_sign(text);
  if (text.empty() || text.size() > digits || !std::ranges::all_of(text, is_digit)) return false;
  return text.size() == 1 || text.front() != '0';
}

bool is_real(std::string_view text) {
  text = without_sign(text);
  if (text.starts_with('0') && text.size() > 1 && is_digit(text[1])) return false;
  bool point = false;
  bool exponent = false;
  bool digits = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_digit(text[i])) {
      digits = true;
    } else if (text[i] == '.' && !point && !exponent) {
      point = true;
    } else if ((text[i] == 'e' || text[i] == 'E') && digits && !exponent) {
      exponent = true;
      digits = false;
      if (i + 1 < text.size() && (text[i + 1] == '-' || text[i + 1] == '+')) ++i;
    } else {
      return false;
    }
  }
  return digits;
}

// A date and time with an offset.
bool is_timestamp(std::string_view text) {
  constexpr std::size_t offset_size = 6;  // "+05:00"
  if (text.ends_with('Z')) return parse_iso_datetime(text.substr(0, text.size() - 1)).has_value();
  if (text.size() <= offset_size) return false;
  const std::string_view offset = text.substr(text.size() - offset_size);
  return (offset[0] == '+' || offset[0] == '-') && is_digit(offset[1]) && is_digit(offset[2]) &&
         offset[3] == ':' && is_digit(offset[4]) && is_digit(offset[5]) &&
         parse_iso_datetime(text.substr(0, text.size() - offset_size)).has_value();
}

}  // namespace

void ValueSummary::add(std::string_view text) {
  text = trim(text);
  if (text.empty()) return;
  ++count_;
  boolean_ = boolean_ && (text == "true" || text == "false");
  int32_ = int32_ && is_integer(text, 9);
  int64_ = int64_ && is_integer(text, 18);
  real_ = real_ && is_real(text);
  date_ = date_ && parse_iso_date(text).has_value();
  datetime_ = datetime_ && parse_iso_datetime(text).has_value();
  timestamp_ = timestamp_ && is_timestamp(text);
  if (repeats_ || seen_.size() >= max_distinct) return;
  repeats_ = !seen_.insert(hash64(text)).second;
  if (repeats_) seen_ = {};
}

Type ValueSummary::type() const {
  if (count_ == 0) return {TypeKind::string};
  if (boolean_) return {TypeKind::boolean};
  if (int32_) return {TypeKind::int32};
  if (int64_) return {TypeKind::int64};
  if (real_) return {TypeKind::float64};
  if (date_) return {TypeKind::date};
  if (datetime_) return {TypeKind::datetime};
  if (timestamp_) return {TypeKind::timestamp};
  return {TypeKind::string};
}

i64 InferredMember::weight() const {
  i64 weight = value.count();
  for (const auto& child : children) weight += child->weight();
  return weight;
}

MemberCollector::MemberCollector() { frames_.push_back({&root_, 0, {}}); }

void MemberCollector::begin_document() {
  frames_.resize(1);
  frames_.front() = {&root_, ++serial_, {}};
  ++root_.count;
}

void MemberCollector::end_document() {
  for (std::size_t i = 1; i < frames_.size(); ++i) {  // cut off by the limit of the sample
    if (frames_[i].member != nullptr) --frames_[i].member->count;
  }
  root_.value.add(frames_.front().text);
  frames_.resize(1);
}

void MemberCollector::enter(std::string_view name) { open(name, false); }

void MemberCollector::attribute(std::string_view name, std::string_view value) {
  open(name, true);
  text(value);
  leave();
}

void MemberCollector::text(std::string_view text) {
  std::string& own = frames_.back().text;
  own.append(text.substr(0, max_text - std::min(max_text, own.size())));
}

void MemberCollector::leave() {
  Frame& frame = frames_.back();
  if (frame.member != nullptr) frame.member->value.add(frame.text);
  frames_.pop_back();
}

void MemberCollector::open(std::string_view name, bool is_attribute) {
  const Frame& parent = frames_.back();
  InferredMember* member =
      parent.member == nullptr ? nullptr : child_of(*parent.member, name, is_attribute);
  if (member != nullptr) {
    if (member->last_parent != parent.serial) member->in_last_parent = 0;
    member->last_parent = parent.serial;
    member->most = std::max(member->most, ++member->in_last_parent);
    ++member->count;
  }
  frames_.push_back({member, ++serial_, {}});
}

InferredMember* MemberCollector::child_of(InferredMember& parent, std::string_view name,
                                          bool is_attribute) {
  for (const auto& child : parent.children) {
    if (child->name == name && child->is_attribute == is_attribute) return child.get();
  }
  if (parent.children.size() >= max_children || members_ >= max_members) return nullptr;
  ++members_;
  auto& child = parent.children.emplace_back(std::make_unique<InferredMember>());
  child->name = name;
  child->is_attribute = is_attribute;
  return child.get();
}

}  // namespace weir::extract
