// RecordWriter: a captured record becomes rows of the chunk's batches, or a reject.
//
// Fields are coerced in the order of the declaration, then computed fields, links and keys; rows go
// to the columns as they are made. A record that fails, or for which the arena has no room, is
// taken back to where the columns stood before it.
//
// Threads: one at a time.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/tables.h"
#include "weir/extract/coerce_text.h"
#include "weir/extract/lookup_rows.h"
#include "weir/extract/plan.h"
#include "weir/extract/record_capture.h"
#include "weir/extract/row_keys.h"
#include "weir/flow/batch_builder.h"

namespace weir::extract {

// What all records of one input share. Its texts outlive the records.
struct InputContext {
  i32 number = 0;                           // in the run's sorted list
  std::string file;                         // its file's name; of a member the archive's
  std::string member;                       // its own name there, without folders
  std::string run_date;                     // of the run, where one was given
  std::vector<Value> document;              // coerced, as Plan::document
  std::vector<std::string> document_texts;  // as they were found
  Scratch scratch;                          // what `document` points to
};

// Why a record was not taken, in the order in which reasons are looked for.
enum class Reason : u8 {
  utf8,
  json_syntax,
  xml_syntax,
  csv_width,
  not_object,
  oversize,
  document,  // of an archive, that is broken
  missing_key,
  key_format,
  coerce,
  range,
  required,
};
std::string_view to_string(Reason reason);

struct Refusal {
  Reason reason = Reason::coerce;
  std::string detail;
};

struct RecordPlace {
  i64 row = 0;
  i64 offset = 0;
  std::string_view raw;
  std::string_view warning = {};  // why a document of the record was left out
};

// `--partition K/N`: only the records whose key falls to this part.
struct PartFilter {
  u64 part = 0;  // from 0
  u64 parts = 1;
};

// The columns of a chunk: a builder for each table, and for records and rejects.
class ChunkColumns {
 public:
  ChunkColumns(const Tables& tables, flow::Arena& arena);

  flow::BatchBuilder& records() { return records_; }
  flow::BatchBuilder& rejects() { return rejects_; }
  flow::BatchBuilder& table(i32 index) { return *tables_[static_cast<std::size_t>(index)]; }
  LookupRows& lookup(i32 index) { return *lookups_[static_cast<std::size_t>(index)]; }

  bool empty() const;
  // Remembers where all columns stand, and goes back there.
  void mark();
  void back_to_mark();
  void clear();
  ChunkBatches view() const;

 private:
  void truncate(i64 records, i64 rejects);

  flow::BatchBuilder records_;
  flow::BatchBuilder rejects_;
  std::vector<std::unique_ptr<flow::BatchBuilder>> tables_;  // null for lookups
  std::vector<std::unique_ptr<LookupRows>> lookups_;         // null for the others
  std::vector<i64> marks_;
  i64 record_mark_ = 0;
  i64 reject_mark_ = 0;
};

enum class Written : u8 { written, left_out, rejected, full };

class RecordWriter {
 public:
  RecordWriter(const Plan& plan, ChunkColumns& columns, PartFilter filter);

  // Writes the captured record. Scratch of the record is the caller's, cleared between records.
  Written write(const RecordCapture& capture, const InputContext& input, const RecordPlace& place,
                Scratch& scratch);
  // Whether the captured document is one that its `where` asks for.
  bool takes(const DocumentPlan& document, const RecordCapture& capture, Scratch& scratch);
  // Whether a record without a good key, the one at `row` of its input, falls to this part.
  bool takes_row(i64 row) const;
  // Writes a reject. False: the arena is full.
  bool reject(const InputContext& input, const RecordPlace& place, const Refusal& refusal);

 private:
  // The row that fields are read from.
  struct RowContext {
    i32 row = 0;     // of the capture
    i32 parent = 0;  // the captured row that it is nested in
    std::string_view name;
    i64 n = 0;
    i64 parent_n = 0;
    std::string_view part;
    std::span<const std::string_view> beside;
  };
  struct TableState {
    std::vector<Value> values;           // of the row's fields
    std::vector<i32> links;              // of the row's fields; unknown_link, no_link or a row
    RowKeys keys;                        // of this record's rows
    std::vector<Value>* seen = nullptr;  // where keys go that the record sees
    i64 rows = 0;                        // of this record, before `key` leaves any out
  };
  enum class Step : u8 { done, left_out, refused, full };

  bool holds(const ConditionPlan& condition, i32 row);
  bool all_hold(const std::vector<ConditionPlan>& conditions, i32 row);
  void collect_specs();
  void collect_spec(const SpecTransform& transform);
  std::string_view with_unit(std::string_view value, std::string_view unit);

  static bool has_value(const RawValue& raw);
  RawValue raw_value(const Candidate& candidate, const RowContext& row) {
    return candidate.kind == Candidate::Kind::capture
               ? capture_->value(row.row, candidate.up, candidate.slot, *scratch_)
               : given_value(candidate, row);
  }
  RawValue given_value(const Candidate& candidate, const RowContext& row);
  std::string_view number_text(i64 number);
  bool evaluate(const FieldPlan& field, const RowContext& row, bool is_key, Value& out);
  bool evaluate_from(const FieldPlan& field, std::span<const Candidate> candidates,
                     const RowContext& row, bool is_key, Value& out);
  bool merge_documents(const FieldPlan& field, const RowContext& row, bool is_key, Value& out);
  void complete(const TablePlan& table, const RowPlan& rows, TableState& state);
  void refuse(Reason reason, std::string detail);

  void read_record_row(bool deleted);
  Step write_record_row(bool deleted);
  Step check_record_key();
  Step write_history(bool deleted);
  Step write_child_tables();
  Step write_table(std::size_t table_plan);
  Step write_place(const TablePlan& table, const RowPlan& rows, TableState& state);
  Step write_split(const TablePlan& table, const RowPlan& rows, TableState& state,
                   RowContext& context);
  Step write_row(const TablePlan& table, const RowPlan& rows, TableState& state,
                 RowContext& context);
  Step append_row(const TablePlan& table, const RowPlan& rows, TableState& state,
                  i32 stored_parent);
  bool has_new_key(const TablePlan& table, const RowPlan& rows, TableState& state);
  i32 parent_of(const RowPlan& rows, i32 row) const;
  Step append_record(bool deleted);
  bool append_reject_key(const Refusal& refusal);

  // The row of the lookup that `field` links to: a row, no_link, or full_link.
  i32 link_of(const RowPlan& rows, TableState& state, i32 field);
  i32 make_link(const LookupRef& link, const RowPlan& rows, TableState& state);
  bool encode_link(const LookupRef& link, const RowPlan& rows, const TableState& state, bool fold,
                   std::string& out);
  void fill_link_part(const LinkPart& part, const RowPlan& rows, TableState& state,
                      std::span<Value> values, bool& any, bool& full);

  static constexpr i32 unknown_link = -3;
  static constexpr i32 full_link = -2;
  static constexpr i32 no_link = -1;

  const Plan& plan_;
  ChunkColumns& columns_;
  const PartFilter filter_;
  std::vector<TableState> states_;  // of each table plan
  // Of each table plan but the record's: the keys of this record's rows, where it is seen.
  std::vector<std::vector<Value>> child_keys_;
  std::vector<i32> stored_rows_;  // for each captured row: its row in the batch, or -1
  std::vector<i64> positions_;    // for each captured row: its _n
  const NullTokens null_tokens_;  // of the entity
  std::vector<RawValue> specs_;
  RowKeys rest_names_;
  std::string rest_;
  std::vector<std::string_view> parts_;
  std::vector<std::vector<std::string_view>> beside_parts_;
  std::vector<std::string_view> beside_;
  std::string key_;
  std::vector<i32> bad_keys_;  // key fields that could not be coerced
  std::string version_;
  std::string text_;

  // The record at work.
  const RecordCapture* capture_ = nullptr;
  const InputContext* input_ = nullptr;
  const RecordPlace* place_ = nullptr;
  Scratch* scratch_ = nullptr;
  i32 record_row_ = 0;  // in the batch of records
  bool refused_ = false;
  Refusal refusal_;
};

}  // namespace weir::extract
