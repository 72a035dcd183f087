// Values that several documents of a record have, put together by the policy of their field.
#include <algorithm>
#include <map>

#include "weir/extract/record_writer.h"
#include "weir/extract/value_text.h"

namespace weir::extract {

namespace {

// Orders values of one type as their keys are ordered.
std::string key_of(const Type& type, const Value& value) {
  std::string key;
  encode_value(type, value, key);
  return key;
}

// Items of all lists, in the order of the lists and of their first occurrence.
Value united(const std::vector<Value>& lists, Scratch& scratch) {
  std::vector<Value::Item> items;
  for (const Value& list : lists)
    for (const Value::Item& item : list.items) {
      const auto same = [&](const Value::Item& other) {
        return other.null == item.null && other.text == item.text;
      };
      if (std::ranges::none_of(items, same)) items.push_back(item);
    }
  const std::span<Value::Item> kept = scratch.items(static_cast<i64>(items.size()));
  std::ranges::copy(items, kept.begin());
  Value value = lists.front();
  value.items = kept;
  return value;
}

// What most documents give; of several the one that the strongest document gives.
Value most_frequent(const Type& type, const std::vector<Value>& values) {
  std::map<std::string, i64> counts;
  for (const Value& value : values) ++counts[key_of(type, value)];
  return *std::ranges::max_element(values, {},
                                   [&](const Value& value) { return counts[key_of(type, value)]; });
}

}  // namespace

bool RecordWriter::merge_documents(const FieldPlan& field, const RowContext& row, bool is_key,
                                   Value& out) {
  std::vector<Value> values;
  const std::span<const Candidate> all = field.candidates;
  for (std::size_t from = 0, to = 0; from < all.size(); from = to) {
    while (to < all.size() && all[to].from == all[from].from) ++to;
    Value value;
    if (!evaluate_from(field, all.subspan(from, to - from), row, is_key, value)) continue;
    if (!value.null) values.push_back(value);
  }
  if (refused_ || values.empty()) return !refused_;
  const auto key = [&](const Value& value) { return key_of(field.type, value); };
  switch (field.policy) {
    using enum Policy;
    case min:
      out = *std::ranges::min_element(values, {}, key);
      break;
    case max:
      out = *std::ranges::max_element(values, {}, key);
      break;
    case majority:
      out = most_frequent(field.type, values);
      break;
    case merge:
      out = united(values, *scratch_);
      break;
    case priority:
    case only:
    case most_recent:  // refused by the checks
      out = values.front();
  }
  return true;
}

}  // namespace weir::extract
