#include "weir/target/stored_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "weir/base/bytes.h"

namespace weir::target {
namespace {

// The known name that is most like `name`.
std::string nearest(std::string_view name, const std::vector<std::string>& known) {
  if (known.empty()) return "there are none";
  const auto best = std::ranges::min_element(
      known, {}, [&](const std::string& other) { return edit_distance(name, other); });
  return fmt::format("did you mean \"{}\"?", *best);
}

}  // namespace

Result<i32> find_table(const Tables& tables, std::string_view name) {
  const i64 found = tables.find(name);
  if (found >= 0) return static_cast<i32>(found);
  std::vector<std::string> known;
  for (const Table& table : tables.tables) known.push_back(table.name);
  return Error(ErrorCode::not_found,
               fmt::format("there is no table \"{}\": {}", printable(name), nearest(name, known)));
}

Result<std::vector<i32>> find_columns(const Schema& schema, const std::vector<std::string>& names) {
  std::vector<i32> columns;
  if (names.empty()) {
    columns.resize(schema.fields.size());
    std::iota(columns.begin(), columns.end(), 0);
  }
  for (const std::string& name : names) {
    const i64 found = schema.find(name);
    if (found < 0) {
      std::vector<std::string> known;
      for (const Field& field : schema.fields) known.push_back(field.name);
      return Error(ErrorCode::not_found, fmt::format("there is no column \"{}\": {}",
                                                     printable(name), nearest(name, known)));
    }
    columns.push_back(static_cast<i32>(found));
  }
  return columns;
}

Schema pick_fields(const Schema& schema, const std::vector<i32>& columns) {
  Schema picked;
  for (const i32 column : columns)
    picked.fields.push_back(schema.fields[static_cast<std::size_t>(column)]);
  return picked;
}

}  // namespace weir::target
