#include "weir/jobs/courts/geocode_answer.h"

#include <algorithm>
#include <charconv>
#include <deque>
#include <optional>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/format/csv_cutter.h"
#include "weir/format/csv_splitter.h"
#include "weir/format/json_walker.h"
#include "weir/jobs/courts/geocode_result.h"

namespace weir::courts {

namespace {

using format::JsonNode;

std::optional<std::size_t> column_called(std::string_view name) {
  const auto* at = std::ranges::find(result_names, name);
  if (at == result_names.end()) return {};
  return static_cast<std::size_t>(at - result_names.begin());
}

// Node 1 + i is the member of column i.
class CityAnswer {
 public:
  void begin_record() {
    cells_ = {};
    is_good_ = true;
  }
  JsonNode member(JsonNode node, std::string_view name) {
    const auto column = node == 0 ? column_called(name) : std::nullopt;
    return column ? static_cast<JsonNode>(1 + *column) : format::no_node;
  }
  JsonNode item(JsonNode, i64) { return format::no_node; }
  bool begin_object(JsonNode node) {
    is_good_ = is_good_ && node == 0;
    return node == 0;
  }
  void end_object(JsonNode, std::string_view) {}
  bool begin_list(JsonNode) {
    is_good_ = false;
    return false;
  }
  void end_list(JsonNode, std::string_view) {}
  void scalar(JsonNode node, format::JsonScalar kind, std::string_view text) {
    const auto column = static_cast<std::size_t>(node - 1);
    if (kind == format::JsonScalar::null) text = {};
    is_good_ = parse_cell(column, text, cells_[column]) && is_good_;
  }
  char* room(i64 bytes) {
    return rooms_.emplace_back(static_cast<std::size_t>(bytes), '\0').data();
  }
  i64 node_count() const { return 1 + static_cast<i64>(result_count); }

  bool is_good() const { return is_good_; }
  ResultCells& cells() { return cells_; }

 private:
  ResultCells cells_;
  bool is_good_ = true;
  std::deque<std::string> rooms_;
};

class CensusAnswer {
 public:
  explicit CensusAnswer(std::span<std::string> results) : results_(results) {}

  bool read(std::string_view csv) {
    std::vector<format::CutRecord> records;
    const bool is_whole = cutter_.cut(csv, true, records).ok();
    if (!find_columns()) return false;
    for (const format::CutRecord& record : records)
      take(csv.substr(static_cast<std::size_t>(record.begin),
                      static_cast<std::size_t>(record.end - record.begin)));
    return is_whole;
  }

 private:
  bool find_columns() {
    const std::vector<std::string>& header = cutter_.header();
    const auto id = std::ranges::find(header, "id");
    if (id == header.end()) return false;
    id_ = static_cast<std::size_t>(id - header.begin());
    for (const std::string& name : header) columns_.push_back(column_called(name));
    return true;
  }

  void take(std::string_view row) {
    const auto width = static_cast<i64>(columns_.size());
    if (splitter_.split(row, width) != format::CsvFault::none) return;
    std::string* result = result_of(splitter_.cells()[id_].text);
    if (result == nullptr || !result->empty()) return;
    ResultCells cells;
    for (std::size_t i = 0; i < columns_.size(); ++i)
      if (columns_[i] && !parse_cell(*columns_[i], splitter_.cells()[i].text, cells[*columns_[i]]))
        return;
    complete_status(cells);
    encode_result(cells, *result);
  }

  std::string* result_of(std::string_view id) {
    std::size_t number = 0;
    id = trim(id);
    const auto [at, error] = std::from_chars(id.data(), id.data() + id.size(), number);
    const bool is_known =
        error == std::errc() && at == id.data() + id.size() && number < results_.size();
    return is_known ? &results_[number] : nullptr;
  }

  std::span<std::string> results_;
  format::CsvCutter cutter_{format::CsvOptions{}};
  format::CsvSplitter splitter_{','};
  std::size_t id_ = 0;
  std::vector<std::optional<std::size_t>> columns_;  // of each cell: which of a result
};

}  // namespace

bool read_city_answer(std::string_view json, std::string& result) {
  std::string padded(trim(json));
  const std::size_t bytes = padded.size();
  padded.append(static_cast<std::size_t>(format::JsonIndex::padding), ' ');
  CityAnswer answer;
  format::JsonWalker walker;
  const auto fault = walker.walk(std::string_view(padded).substr(0, bytes), answer);
  if (fault != format::JsonFault::none || !answer.is_good()) return false;
  complete_status(answer.cells());
  result.clear();
  encode_result(answer.cells(), result);
  return true;
}

bool read_census_answer(std::string_view csv, std::span<std::string> results) {
  return CensusAnswer(results).read(csv);
}

}  // namespace weir::courts
