// RecordCapture: what a record holds, as spans, before anything is coerced.
//
// A front end walks the record once and tells what it meets; the capture keeps a row for each match
// of an `each` (and for each scope that `^` looks into) with a slot for each path. Coercion comes
// later, when the whole record is known, so that a path may refer to what stands after it.
//
// Memory: rows, slots and items of one record, within `limit_bytes`; a record that needs more sets
// `too_large` and keeps nothing more.
// Threads: one at a time.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "weir/extract/plan.h"
#include "weir/extract/value.h"

namespace weir::extract {

struct CapturedRow {
  i32 row_node = 0;
  i32 parent = -1;  // the row of the row node above
  i32 next = -1;    // of the same row node
  i32 first_slot = 0;
  std::string_view name;  // of the member matched, as written
};

class RecordCapture {
 public:
  RecordCapture(const Plan& plan, i64 limit_bytes);

  // Forgets the record before, and opens the row of this one.
  void begin();
  // A document of the record begins, or begins again: what it told before is forgotten. Where a
  // record has one document only, it begins with that.
  void begin(const DocumentPlan& document) {
    if (plan_.is_archive())
      forget(document);
    else
      begin();
  }
  // What `document` told is as if it were absent.
  void forget(const DocumentPlan& document);
  // Rows that begin at, and end with, a match of `node`. `name` must stay valid.
  void open_rows(const MemberNode& node, std::string_view name);
  void close_rows(const MemberNode& node);
  // A value at `node`; its text must stay valid until the next `begin`.
  void capture(const MemberNode& node, RawKind kind, std::string_view text) {
    for (const CaptureAction& action : node.captures) set(action, kind, text);
  }
  // A value that is an item of a JSON list at `node`, and the list itself as its bytes: each slot
  // takes either the one or the other.
  void capture_item(const MemberNode& node, RawKind kind, std::string_view text);
  void capture_list(const MemberNode& node, std::string_view bytes);

  bool too_large() const { return too_large_; }

  // --- what was captured
  i32 first_row(i32 row_node) const { return firsts_[static_cast<std::size_t>(row_node)]; }
  i32 row_count() const { return static_cast<i32>(rows_.size()); }
  const CapturedRow& row(i32 at) const { return rows_[static_cast<std::size_t>(at)]; }
  // The slot of `row`, or of the row `up` row nodes above it. Lists get their items from `scratch`.
  RawValue value(i32 row, i32 up, i32 slot_index, Scratch& scratch) const {
    const Slot& from = slot(row, up, slot_index);
    if (from.is_list) [[unlikely]]
      return list_value(from, scratch);
    return {.kind = from.kind, .text = from.text, .items = {}};
  }
  bool present(i32 row, i32 up, i32 slot_index) const {
    const RawKind kind = slot(row, up, slot_index).kind;
    return kind != RawKind::missing && kind != RawKind::null;
  }

 private:
  struct Slot {
    RawKind kind = RawKind::missing;
    bool is_list = false;
    i32 first_item = -1;
    i32 last_item = -1;
    i32 items = 0;
    std::string_view text;
  };
  struct Item {
    RawKind kind;
    bool in_list;  // of JSON
    i32 next;
    std::string_view text;
  };

  const Slot& slot(i32 row, i32 up, i32 slot) const {
    for (; up > 0; --up) row = rows_[static_cast<std::size_t>(row)].parent;
    const i32 first = rows_[static_cast<std::size_t>(row)].first_slot;
    return slots_[static_cast<std::size_t>(first + slot)];
  }
  RawValue list_value(const Slot& from, Scratch& scratch) const;
  void open_row(i32 row_node, std::string_view name);
  void set(const CaptureAction& action, RawKind kind, std::string_view text, bool in_list = false);
  bool room_for(i64 bytes);

  const Plan& plan_;
  const i64 limit_bytes_;
  i64 used_bytes_ = 0;
  bool too_large_ = false;
  std::vector<CapturedRow> rows_;
  std::vector<Slot> slots_;
  std::vector<Item> items_;
  std::vector<i32> firsts_;  // of each row node
  std::vector<i32> lasts_;
  std::vector<i32> open_;  // the row that is open now
};

}  // namespace weir::extract
