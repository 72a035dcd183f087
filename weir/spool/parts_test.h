// What the tests of the spool are written with: a folder that goes at the end, and parts of chunks
// that are filled row by row.
//
// Threads: one at a time.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "weir/base/key_encoding.h"
#include "weir/flow/batch_builder.h"
#include "weir/spool/spool.h"

namespace weir::spool {

class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "weir-spool-XXXXXX").string();
    WEIR_ASSERT(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TestFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A value by the C++ type of its column's layout; nullptr is null.
using Cell = std::variant<std::nullptr_t, bool, i32, i64, float, double, i128, std::string,
                          std::vector<std::string>>;

inline bool append_value(flow::ColumnBuilder& to, std::nullptr_t) { return to.append_null(); }
inline bool append_value(flow::ColumnBuilder& to, bool value) { return to.append_bool(value); }
inline bool append_value(flow::ColumnBuilder& to, const std::string& value) {
  return to.append_text(value);
}
inline bool append_value(flow::ColumnBuilder& to, const std::vector<std::string>& items) {
  for (const std::string& item : items)
    if (!to.items().append_text(item)) return false;
  return to.append_list_end();
}
template <typename Number>
bool append_value(flow::ColumnBuilder& to, Number value) {
  return to.append(value);
}

inline void append_cell(flow::ColumnBuilder& to, const Cell& cell) {
  WEIR_ASSERT(std::visit([&](const auto& value) { return append_value(to, value); }, cell));
}

inline std::string encode(std::string_view text) {
  std::string out;
  encode_text(text, out);
  return out;
}
inline std::string encode(i64 value) {
  std::string out;
  encode_int(value, out);
  return out;
}

struct TestRecord {
  std::string key;      // as written; encoded as one text
  std::string version;  // encoded
  bool deleted = false;
  i32 input = 0;
  i64 row = 1;
  i32 entity = 0;
  bool has_key = true;
};

class TestPart {
 public:
  explicit TestPart(const Tables& tables)
      : tables_(tables), records_(record_schema(), *arena_), rejects_(reject_schema(), *arena_) {
    for (i32 i = 0; i < static_cast<i32>(tables.tables.size()); ++i)
      rows_.emplace_back(tables.batch_schema(i), *arena_);
  }

  i32 record(const TestRecord& record) {
    append(records_,
           {record.entity, record.input, record.row,
            record.has_key ? Cell(encode(record.key)) : Cell(nullptr),
            record.version.empty() ? Cell(nullptr) : Cell(record.version), record.deleted});
    return static_cast<i32>(records_.rows()) - 1;
  }
  // The cells of a table's batch, from `_record` on; the position of the row.
  i32 row(std::string_view table, const std::vector<Cell>& cells) {
    auto& rows = rows_[static_cast<std::size_t>(tables_.find(table))];
    append(rows, cells);
    return static_cast<i32>(rows.rows()) - 1;
  }
  void reject(i64 row, const std::string& raw) {
    append(rejects_,
           {i32{0}, row, i64{10}, nullptr, std::string("coerce"), std::string("not a date"), raw});
  }
  // Borrows from this.
  ChunkBatches batches() const {
    ChunkBatches batches{.records = records_.view(), .tables = {}, .rejects = rejects_.view()};
    for (const auto& rows : rows_) batches.tables.push_back(rows.view());
    return batches;
  }

 private:
  static void append(flow::BatchBuilder& batch, const std::vector<Cell>& cells) {
    WEIR_ASSERT(static_cast<i64>(cells.size()) == batch.column_count());
    for (std::size_t i = 0; i < cells.size(); ++i)
      append_cell(batch.column(static_cast<i64>(i)), cells[i]);
  }

  const Tables& tables_;
  std::unique_ptr<flow::Arena> arena_ = std::make_unique<flow::Arena>(256 * MiB);
  flow::BatchBuilder records_;
  flow::BatchBuilder rejects_;
  std::vector<flow::BatchBuilder> rows_;
};

// One row as text, values joined by "|": what two batches are compared by.
inline std::string row_text(const Batch& batch, i64 row) {
  std::string text;
  for (const Column& column : batch.columns) {
    std::string encoded;
    encode_key_part(column, row, encoded);
    text += std::string(text.empty() ? "" : "|") + encoded;
  }
  return text;
}

inline TableColumn test_column(std::string name, TypeKind kind,
                               MergePolicy policy = MergePolicy::none) {
  return {.name = std::move(name), .type = {kind}, .policy = policy};
}

// Writes a spool of chunks, each of parts.
inline std::unique_ptr<Spool> make_spool(const std::filesystem::path& folder, const Tables& tables,
                                         const std::vector<std::vector<const TestPart*>>& chunks,
                                         const std::vector<flow::InputRow>& inputs = {}) {
  auto spool = Spool::create(folder, {.run_id = "r", .tables = tables});
  WEIR_ASSERT(spool.ok());
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    auto writer = (*spool)->write_chunk(static_cast<i64>(i));
    WEIR_ASSERT(writer.ok());
    for (const TestPart* part : chunks[i]) WEIR_ASSERT((*writer)->add(part->batches()).ok());
    auto sealed = (*writer)->seal();
    WEIR_ASSERT(sealed.ok());
    WEIR_ASSERT((*spool)->record(*sealed, {.number = static_cast<i64>(i)}, inputs).ok());
  }
  return std::move(spool).value();
}

}  // namespace weir::spool
