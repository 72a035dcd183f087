// CSV: rows that the writer makes of any values are read back as they were, in any pieces; and any
// text is cut into the rows that a plain loop over its bytes finds.
//
// Input: two bytes that pick the columns and the pieces, then values, or the text.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "weir/flow/batch_builder.h"
#include "weir/format/csv_cutter.h"
#include "weir/format/csv_reader.h"
#include "weir/format/csv_splitter.h"
#include "weir/format/csv_writer.h"
#include "weir/format/json_index.h"
#include "weir/format/record_cutter_testing.h"

namespace weir::format {
namespace {

void check(bool claim) {
  if (!claim) std::abort();
}

// Values out of the input; zeros when it is used up.
class Source {
 public:
  explicit Source(std::string_view bytes) : bytes_(bytes) {}
  bool empty() const { return bytes_.empty(); }
  template <typename T>
  T take() {
    T value{};
    const std::size_t size = std::min(sizeof value, bytes_.size());
    std::memcpy(&value, bytes_.data(), size);
    bytes_.remove_prefix(size);
    return value;
  }
  // A text of up to 20 bytes, or nothing that is UTF-8.
  std::string_view text() {
    const std::size_t size = take<u8>() % 21;
    const std::string_view text = bytes_.substr(0, size);
    bytes_.remove_prefix(text.size());
    return is_utf8(text) ? text : "";
  }

 private:
  std::string_view bytes_;
};

bool append(Source& source, flow::ColumnBuilder& column) {
  constexpr i64 us_per_day = 86'400'000'000;
  switch (column.type().kind) {
    case TypeKind::boolean:
      return column.append_bool(source.take<u8>() % 2 == 0);
    case TypeKind::int32:
      return column.append(source.take<i32>());
    case TypeKind::date:  // years 1 to 9999
      return column.append(static_cast<i32>(source.take<u32>() % 3'652'059) - 719'162);
    case TypeKind::int64:
      return column.append(source.take<i64>());
    case TypeKind::timestamp:
    case TypeKind::datetime:
      return column.append(source.take<i64>() % (700'000 * us_per_day));
    case TypeKind::float32:
      return column.append(source.take<float>());
    case TypeKind::float64:
      return column.append(source.take<double>());
    case TypeKind::decimal:
      return column.append(source.take<i128>());
    case TypeKind::point:
      return column.append_text(std::string("\x01\x01\x00\x00\x00", 5) +
                                std::string(source.text()));
    case TypeKind::string:
    case TypeKind::json:
    case TypeKind::binary:
      return column.append_text(source.text());
    case TypeKind::list:
      for (int items = source.take<u8>() % 4; items > 0; --items)
        if (!(source.take<u8>() % 4 == 0 ? column.items().append_null()
                                         : column.items().append_text(source.text())))
          return false;
      return column.append_list_end();
  }
  return false;
}

class Pieces : public ByteStream {
 public:
  Pieces(std::string_view text, std::size_t step) : text_(text), step_(step) {}
  Result<i64> read(std::span<std::byte> out) override {
    const std::size_t bytes = std::min({step_, out.size(), text_.size()});
    std::memcpy(out.data(), text_.data(), bytes);
    text_.remove_prefix(bytes);
    return static_cast<i64>(bytes);
  }

 private:
  std::string_view text_;
  std::size_t step_;
};

std::string csv_of(const Schema& schema, const Batch& batch) {
  std::string out;
  const CsvWriter writer(schema);
  writer.write_header(out);
  writer.write_rows(batch, 0, batch.rows, out);
  return out;
}

void check_equal(const Column& a, const Column& b) {
  check(a.length == b.length);
  for (i64 row = 0; row < a.length; ++row) {
    check(a.is_null(row) == b.is_null(row));
    if (a.is_null(row)) continue;
    if (is_text(a.type)) check(a.text_at(row) == b.text_at(row));
    if (a.type.kind == TypeKind::list) check(a.offsets[row + 1] == b.offsets[row + 1]);
  }
  if (a.type.kind == TypeKind::list) check_equal(*a.child, *b.child);
}

void round_trip(std::string_view bytes, unsigned columns, std::size_t step) {
  const Type types[] = {{TypeKind::boolean}, {TypeKind::int32},     {TypeKind::int64},
                        {TypeKind::float32}, {TypeKind::float64},   {TypeKind::decimal, 38, 3},
                        {TypeKind::date},    {TypeKind::timestamp}, {TypeKind::datetime},
                        {TypeKind::string},  {TypeKind::json},      {TypeKind::binary},
                        {TypeKind::point},   {TypeKind::list}};
  Schema schema;
  for (unsigned i = 0; i <= columns % 5; ++i)
    schema.fields.push_back({"c" + std::to_string(i), types[(columns / 5 + i) % 14]});
  flow::Arena arena(16 * MiB);
  flow::BatchBuilder table(schema, arena);
  for (Source source(bytes); !source.empty();)
    for (i64 c = 0; c < table.column_count(); ++c)
      check(source.take<u8>() % 5 == 0 ? table.column(c).append_null()
                                       : append(source, table.column(c)));

  const std::string csv = csv_of(schema, table.view());
  Pieces stream(csv, step);
  CsvReader reader(schema, stream);
  flow::BatchBuilder read(schema, arena);
  for (;;) {
    const auto rows = reader.read(7, read);
    check(rows.ok());
    if (*rows == 0) break;
  }
  const Batch before = table.view();
  const Batch after = read.view();
  for (std::size_t c = 0; c < before.columns.size(); ++c)
    check_equal(before.columns[c], after.columns[c]);
  check(csv_of(schema, after) == csv);
}

// The rows of `text`, byte by byte; the last one may be empty or not end.
std::vector<std::string> plain_rows(std::string_view text) {
  std::vector<std::string> rows(1);
  bool quoted = false;
  bool field_start = true;
  bool closed = false;
  for (const char c : text) {
    if (c == '\n' && !quoted) {
      rows.emplace_back();
      field_start = true;
      closed = false;
      continue;
    }
    rows.back() += c;
    if (c == '"' && (quoted || field_start || closed)) {
      closed = quoted;
      quoted = !quoted;
    } else if (!quoted) {
      closed = false;
    }
    field_start = c == ',' && !quoted;
  }
  if (quoted) rows.pop_back();
  return rows;
}

void cut_text(std::string_view text, const std::vector<std::size_t>& ends) {
  CsvCutter cutter({.header = false});
  CsvCutter again({.header = false});
  const CutResult whole = cut_in_pieces(cutter, text, {});
  check(cut_in_pieces(again, text, ends) == whole);

  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<std::string> expected = plain_rows(text);
  for (std::string& row : expected)
    if (row.ends_with('\r')) row.pop_back();
  std::erase(expected, "");
  check(whole.records.size() == expected.size());
  CsvSplitter splitter(',');
  for (std::size_t i = 0; i < expected.size(); ++i) {
    check(whole.records[i].text == expected[i]);
    check((splitter.split(expected[i], -1) == CsvFault::utf8) == !is_utf8(expected[i]));
  }
}

}  // namespace
}  // namespace weir::format

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace weir::format;
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t step = data[1] % 97 + 1u;
  std::vector<std::size_t> ends;
  for (std::size_t end = step; end < text.size(); end += step) ends.push_back(end);
  round_trip(text, data[0], step);
  cut_text(text, ends);
  return 0;
}
