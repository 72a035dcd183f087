// What samples hold: a tree of members, with counts and the types of their values.
//
// Threads: one at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "weir/base/batch.h"
#include "weir/format/record_cutter.h"

namespace weir::extract {

// The values of one member: which types fit all of them.
class ValueSummary {
 public:
  void add(std::string_view text);

  i64 count() const { return count_; }
  // The narrowest type that fits all values; string where there are none.
  Type type() const;
  // No two values seen are equal. Looks at the first 20,000.
  bool all_differ() const { return count_ > 0 && !repeats_; }

 private:
  static constexpr std::size_t max_distinct = 20'000;

  i64 count_ = 0;  // without empty ones
  bool boolean_ = true, int32_ = true, int64_ = true, real_ = true;
  bool date_ = true, datetime_ = true, timestamp_ = true;
  bool repeats_ = false;
  std::unordered_set<u64> seen_;  // hashes
};

struct InferredMember {
  std::string name;
  bool is_attribute = false;
  i64 count = 0;                                          // how often it was met
  i64 most = 0;                                           // the most in one parent
  ValueSummary value;                                     // its own text
  std::vector<std::unique_ptr<InferredMember>> children;  // in the order first met

  bool repeats() const { return most > 1; }
  // Values in it and below.
  i64 weight() const;

  i64 last_parent = -1;  // while reading: the parent it was met in last, and how often there
  i64 in_last_parent = 0;
};

// Builds the tree from the events of documents.
class MemberCollector : public format::DocumentEvents {
 public:
  MemberCollector();

  void begin_document();
  void end_document();

  void enter(std::string_view name) override;
  void attribute(std::string_view name, std::string_view value) override;
  void text(std::string_view text) override;
  void leave() override;
  void record() override {}

  const InferredMember& root() const { return root_; }

 private:
  // Beyond these, members are passed over: names that are data must not fill the memory.
  static constexpr std::size_t max_children = 1'000;
  static constexpr i64 max_members = 20'000;
  static constexpr std::size_t max_text = 256;

  struct Frame {
    InferredMember* member = nullptr;  // null: passed over
    i64 serial = 0;
    std::string text;
  };

  InferredMember* child_of(InferredMember& parent, std::string_view name, bool is_attribute);
  void open(std::string_view name, bool is_attribute);

  InferredMember root_;
  i64 members_ = 0;
  i64 serial_ = 0;
  std::vector<Frame> frames_;
};

}  // namespace weir::extract
