#include "weir/extract/record_capture.h"

#include <algorithm>

namespace weir::extract {

namespace {

// A record of unusual size must not keep its memory for all the others.
template <typename T>
void empty(std::vector<T>& values) {
  constexpr std::size_t kept_bytes = 1 << 20;
  values.clear();
  if (values.capacity() * sizeof(T) > kept_bytes) values.shrink_to_fit();
}

}  // namespace

RecordCapture::RecordCapture(const Plan& plan, i64 limit_bytes)
    : plan_(plan),
      limit_bytes_(limit_bytes),
      firsts_(plan.row_nodes.size()),
      lasts_(plan.row_nodes.size()),
      open_(plan.row_nodes.size()) {}

void RecordCapture::begin() {
  empty(rows_);
  empty(slots_);
  empty(items_);
  std::ranges::fill(firsts_, -1);
  std::ranges::fill(lasts_, -1);
  std::ranges::fill(open_, -1);
  used_bytes_ = 0;
  too_large_ = false;
  open_row(0, {});
}

// Rows stay where they are, but nothing leads to them.
void RecordCapture::forget(const DocumentPlan& document) {
  const auto first = static_cast<std::size_t>(rows_.front().first_slot);
  for (const i32 slot : document.record_slots) slots_[first + static_cast<std::size_t>(slot)] = {};
  for (const i32 row_node : document.row_nodes) {
    const auto node = static_cast<std::size_t>(row_node);
    firsts_[node] = lasts_[node] = open_[node] = -1;
  }
}

// Growing a vector holds the old and the new one for a moment; hence three times the size.
bool RecordCapture::room_for(i64 bytes) {
  used_bytes_ += 3 * bytes;
  if (used_bytes_ > limit_bytes_) too_large_ = true;
  return !too_large_;
}

void RecordCapture::open_row(i32 row_node, std::string_view name) {
  const auto node = static_cast<std::size_t>(row_node);
  const RowNode& shape = plan_.row_nodes[node];
  if (!room_for(static_cast<i64>(sizeof(CapturedRow)) +
                shape.slots * static_cast<i64>(sizeof(Slot))))
    return;
  const i32 parent = shape.parent < 0 ? -1 : open_[static_cast<std::size_t>(shape.parent)];
  const auto at = static_cast<i32>(rows_.size());
  rows_.push_back({.row_node = row_node,
                   .parent = parent,
                   .first_slot = static_cast<i32>(slots_.size()),
                   .name = name});
  slots_.resize(slots_.size() + static_cast<std::size_t>(shape.slots));
  if (firsts_[node] < 0)
    firsts_[node] = at;
  else
    rows_[static_cast<std::size_t>(lasts_[node])].next = at;
  lasts_[node] = at;
  open_[node] = at;
}

void RecordCapture::open_rows(const MemberNode& node, std::string_view name) {
  for (const i32 row_node : node.opens) open_row(row_node, name);
}

void RecordCapture::close_rows(const MemberNode& node) {
  for (const i32 row_node : node.opens) open_[static_cast<std::size_t>(row_node)] = -1;
}

void RecordCapture::capture_item(const MemberNode& node, RawKind kind, std::string_view text) {
  for (const CaptureAction& action : node.captures)
    if (action.per_item) set(action, kind, text, true);
}

void RecordCapture::capture_list(const MemberNode& node, std::string_view bytes) {
  for (const CaptureAction& action : node.captures)
    if (!action.per_item) set(action, RawKind::json, bytes);
}

void RecordCapture::set(const CaptureAction& action, RawKind kind, std::string_view text,
                        bool in_list) {
  const i32 row = open_[static_cast<std::size_t>(action.row_node)];
  if (row < 0) return;  // the record was too large for its rows
  const i32 first = rows_[static_cast<std::size_t>(row)].first_slot;
  Slot& slot = slots_[static_cast<std::size_t>(first + action.slot)];
  if (action.mode != SlotMode::all) {
    if (slot.kind != RawKind::missing) return;
    slot.kind = kind;
    slot.text = text;
    return;
  }
  if (!room_for(static_cast<i64>(sizeof(Item)))) return;
  const auto at = static_cast<i32>(items_.size());
  items_.push_back({.kind = kind, .in_list = in_list, .next = -1, .text = text});
  if (slot.items++ == 0) {
    slot = {.kind = kind, .is_list = true, .first_item = at, .items = 1, .text = text};
  } else {
    items_[static_cast<std::size_t>(slot.last_item)].next = at;
  }
  slot.last_item = at;
}

RawValue RecordCapture::list_value(const Slot& from, Scratch& scratch) const {
  RawValue value{.kind = from.kind, .text = from.text, .items = {}};
  const std::span<RawValue> items = scratch.raw_items(from.items);
  i32 at = from.first_item;
  for (RawValue& item : items) {
    const Item& source = items_[static_cast<std::size_t>(at)];
    item = {.kind = source.kind, .text = source.text, .items = {}, .in_list = source.in_list};
    at = source.next;
  }
  value.items = items;
  return value;
}

}  // namespace weir::extract
