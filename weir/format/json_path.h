// JsonPath: a path of member names from the top of a JSON document, followed while it is read.
//
// The steps are those of docs/guide/declaration.md, "Paths": names, `*`, `**`, `{A,B}`, digits. A
// set of steps that may come next is a bit mask; a name or the item of a list leads from one set to
// the next. A list is gone into without a step, so the set of an item is that of its list, and
// digits add the steps behind them.
//
// Threads: immutable.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/types.h"

namespace weir::format {

struct JsonStep {
  enum class Kind {
    name,       // one of `names`
    any,        // *
    any_depth,  // **, also no member at all
    item,       // item `item` of a list, or a member called names[0]
  };
  Kind kind = Kind::name;
  std::vector<std::string> names;
  i64 item = 0;
};

class JsonPath {
 public:
  // Bit i: the steps before i are done; bit `steps`: all of them are.
  using Set = u64;
  static constexpr std::size_t max_steps = 62;

  // Errors: declaration  more steps than max_steps.
  static Result<JsonPath> make(std::vector<JsonStep> steps, bool ignore_case);

  Set start() const { return close(1); }
  // From an object: into its member `name`.
  Set member(Set from, std::string_view name) const;
  // From a list: into its item `index`.
  Set item(Set from, i64 index) const;
  bool ends(Set set) const { return (set >> steps_.size() & 1) != 0; }

 private:
  JsonPath(std::vector<JsonStep> steps, bool ignore_case)
      : steps_(std::move(steps)), ignore_case_(ignore_case) {}
  Set close(Set set) const;
  bool matches(const JsonStep& step, std::string_view name) const;

  std::vector<JsonStep> steps_;
  bool ignore_case_ = false;
};

}  // namespace weir::format
