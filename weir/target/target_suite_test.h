// The suite that every target must pass, and what it is written with.
//
// A test makes small Tables and their batches by hand, loads them through TargetSuite::load, which
// goes by chunk or through a spool as the target does, and reads the rows back as texts. A target
// joins by INSTANTIATE_TEST_SUITE_P(Csv, TargetSuite, testing::Values(TargetKind{...})) in its own
// test file.
//
// Threads: one at a time.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "weir/flow/batch_builder.h"
#include "weir/spool/spool.h"
#include "weir/target/target.h"

namespace weir::target {

struct TargetKind {
  std::string name;    // of the instance
  std::string scheme;  // of the URL
  std::string place;   // name in the test's folder
  bool through_spool = false;
  // Where targets are no files: the URL that stands for a path in the test's folder, and how what
  // it names is removed.
  std::string (*url_of)(const std::filesystem::path& path) = nullptr;
  void (*remove)(const std::filesystem::path& path) = nullptr;

  std::string url(const std::filesystem::path& path) const {
    return url_of != nullptr ? url_of(path) : scheme + ":" + path.string();
  }
};
inline std::ostream& operator<<(std::ostream& out, const TargetKind& kind) {
  return out << kind.name;
}

// A value by the C++ type of its column's layout; nullptr is null.
using Cell = std::variant<std::nullptr_t, bool, i32, i64, float, double, i128, std::string,
                          std::vector<std::string>>;

// What is said of a record; the key is of one string column.
struct RecordSpec {
  std::string key;
  i64 version = 0;
  bool deleted = false;
};

// One part of a chunk, filled row by row.
class PartBuilder {
 public:
  explicit PartBuilder(const Tables& tables);

  // The ordinal of the new record.
  i32 record(const RecordSpec& spec, i32 entity = 0);
  // A row of a table's batch, from _record on; returns its position.
  i32 row(std::string_view table, const std::vector<Cell>& cells);
  void reject(i64 row, std::string_view key, std::string_view reason, std::string_view raw);
  // Borrows from this.
  ChunkBatches batches() const;

 private:
  const Tables& tables_;
  std::unique_ptr<flow::Arena> arena_;
  flow::BatchBuilder records_;
  flow::BatchBuilder rejects_;
  std::vector<flow::BatchBuilder> rows_;
};

using Parts = std::vector<PartBuilder>;  // of one chunk
using Rows = std::vector<std::vector<std::string>>;

class TargetSuite : public ::testing::TestWithParam<TargetKind> {
 protected:
  TargetSuite();
  ~TargetSuite() override;

  std::string url() const;
  std::unique_ptr<Target> open(Access access);
  // Removes the target with all that is in it.
  void remove_target();

  // A whole run, from its begin to its end, in a target that is opened and closed for it.
  flow::RunCounts load(const Tables& tables, const std::vector<Parts>& chunks);
  // The begin of a run and its chunks.
  flow::RunCounts load_into(Target& target, const flow::RunRow& run, const Tables& tables,
                            const std::vector<Parts>& chunks);
  flow::RunRow next_run(const Tables& tables);

  // All rows of a table as texts, in order; "NULL" for null.
  Rows read(std::string_view table, const std::vector<std::string>& columns = {});
  Rows scan(std::string_view table, const ScanOptions& options);

  std::filesystem::path folder_;

 private:
  flow::RunCounts load_by_chunk(Target& target, const flow::RunRow& run,
                                const std::vector<Parts>& chunks);
  flow::RunCounts load_by_spool(Target& target, const flow::RunRow& run, const Tables& tables,
                                const std::vector<Parts>& chunks);

  i32 runs_ = 0;
};

// The rows of a batch as texts.
void append_rows(const Batch& batch, Rows& out);
// The chunk that `load` says of the chunk at `number`.
flow::ChunkRow chunk_row(const flow::RunRow& run, i64 number);
flow::InputRow input_row(const flow::RunRow& run);

// --- tables of the tests

// item(id, n) and item_part(id, name): one entity with the key `id`.
Tables item_tables(WriteMode mode);
// A column that the batch holds.
TableColumn stored_column(std::string name, TypeKind kind);

// A record of item_tables and its child rows.
struct Item {
  Item(RecordSpec record_spec, i32 number, std::vector<std::string> part_names);

  RecordSpec record;
  i32 n;
  std::vector<std::string> parts;
};
void add_item(PartBuilder& part, const Item& item);
// The items in chunks of `per_chunk` records, each of one part.
std::vector<Parts> item_chunks(const Tables& tables, const std::vector<Item>& items,
                               i64 per_chunk = 100);

}  // namespace weir::target
