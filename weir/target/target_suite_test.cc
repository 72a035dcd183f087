// How the suite loads and reads; the tests are in target_suite_*_test.cc.
#include "weir/target/target_suite_test.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "weir/base/bytes.h"
#include "weir/base/key_encoding.h"
#include "weir/target/value_text.h"

namespace weir::target {
namespace {

constexpr i64 test_arena_bytes = 64 * MiB;

template <typename... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

bool append_list(flow::ColumnBuilder& column, const std::vector<std::string>& items) {
  for (const std::string& item : items)
    if (!column.items().append_text(item)) return false;
  return column.append_list_end();
}

void append_cell(flow::ColumnBuilder& column, const Cell& cell) {
  const bool appended = std::visit(
      Overloaded{[&](std::nullptr_t) { return column.append_null(); },
                 [&](bool value) { return column.append_bool(value); },
                 [&](const std::string& value) { return column.append_text(value); },
                 [&](const std::vector<std::string>& items) { return append_list(column, items); },
                 [&](auto value) { return column.append(value); }},
      cell);
  WEIR_ASSERT(appended);
}

std::string text_of(const Column& column, i64 row) {
  if (column.is_null(row)) return "NULL";
  switch (column.type.kind) {
    using enum TypeKind;
    case boolean:
      return column.bool_at(row) ? "true" : "false";
    case int32:
      return fmt::format("{}", column.at<i32>(row));
    case int64:
      return fmt::format("{}", column.at<i64>(row));
    case float32:
      return fmt::format("{}", column.at<float>(row));
    case float64:
      return fmt::format("{}", column.at<double>(row));
    case string:
    case json:
      return std::string(column.text_at(row));
    case binary:
    case point:
      return to_hex(column.text_at(row));
    default:
      std::string text;
      append_text_form(column, row, text);
      return text;
  }
}

template <typename T>
T expect_ok(Result<T> result) {
  EXPECT_TRUE(result.ok()) << result.error().message();
  return std::move(result).value();
}
void expect_ok(const Result<void>& result) { EXPECT_TRUE(result.ok()) << result.error().message(); }

}  // namespace

PartBuilder::PartBuilder(const Tables& tables)
    : tables_(tables),
      arena_(std::make_unique<flow::Arena>(test_arena_bytes)),
      records_(record_schema(), *arena_),
      rejects_(reject_schema(), *arena_) {
  for (i32 i = 0; i < static_cast<i32>(tables.tables.size()); ++i)
    rows_.emplace_back(tables.batch_schema(i), *arena_);
}

i32 PartBuilder::record(const RecordSpec& spec, i32 entity) {
  std::string key;
  std::string version;
  encode_text(spec.key, key);
  encode_int(spec.version, version);
  const i64 ordinal = records_.rows();
  append_cell(records_.column(record_entity), entity);
  append_cell(records_.column(record_input), i32{0});
  append_cell(records_.column(record_row), ordinal + 1);
  append_cell(records_.column(record_key), key);
  append_cell(records_.column(record_version), version);
  append_cell(records_.column(record_deleted), spec.deleted);
  return static_cast<i32>(ordinal);
}

i32 PartBuilder::row(std::string_view table, const std::vector<Cell>& cells) {
  flow::BatchBuilder& rows = rows_[static_cast<std::size_t>(tables_.find(table))];
  WEIR_ASSERT(std::ssize(cells) == rows.column_count());
  for (std::size_t i = 0; i < cells.size(); ++i)
    append_cell(rows.column(static_cast<i64>(i)), cells[i]);
  return static_cast<i32>(rows.rows()) - 1;
}

void PartBuilder::reject(i64 row, std::string_view key, std::string_view reason,
                         std::string_view raw) {
  append_cell(rejects_.column(reject_input), i32{0});
  append_cell(rejects_.column(reject_row), row);
  append_cell(rejects_.column(reject_offset), row * 100);
  append_cell(rejects_.column(reject_key), std::string(key));
  append_cell(rejects_.column(reject_reason), std::string(reason));
  append_cell(rejects_.column(reject_detail), fmt::format("{} it is", reason));
  append_cell(rejects_.column(reject_raw), std::string(raw));
}

ChunkBatches PartBuilder::batches() const {
  ChunkBatches made;
  made.records = records_.view();
  made.rejects = rejects_.view();
  for (const flow::BatchBuilder& rows : rows_) made.tables.push_back(rows.view());
  return made;
}

TargetSuite::TargetSuite() {
  std::string name = (std::filesystem::temp_directory_path() / "weir_target_XXXXXX").string();
  folder_ = ::mkdtemp(name.data());
}

TargetSuite::~TargetSuite() {
  remove_target();
  std::filesystem::remove_all(folder_);
}

std::string TargetSuite::url() const { return GetParam().url(folder_ / GetParam().place); }

void TargetSuite::remove_target() {
  const std::filesystem::path path = folder_ / GetParam().place;
  if (GetParam().remove != nullptr) return GetParam().remove(path);
  std::filesystem::remove_all(path);
}

std::unique_ptr<Target> TargetSuite::open(Access access) {
  return expect_ok(open_target(url(), access));
}

flow::RunRow TargetSuite::next_run(const Tables& tables) {
  ++runs_;
  return {.id = fmt::format("20260314T1022{:02}-0000000{}", runs_, runs_ % 10),
          .command_line = "weir run items.toml",
          .version = "0.1.0",
          .declaration_hash = "00112233445566778899aabbccddeeff",
          .tables = to_json(tables),
          .started_us = 1'773'483'753'000'000 + runs_ * 1'000'000};
}

flow::ChunkRow chunk_row(const flow::RunRow& run, i64 number) {
  return {.run = run.id,
          .number = number,
          .first_record = number * 10 + 1,
          .last_record = number * 10 + 10,
          .rows = 10,
          .seconds = 0.5};
}

flow::InputRow input_row(const flow::RunRow& run) {
  return {.run = run.id,
          .source = "feed",
          .location = "data/items.xml",
          .size = 4711,
          .mtime_us = 1'700'000'000'000'000,
          .records = 10};
}

flow::RunCounts TargetSuite::load(const Tables& tables, const std::vector<Parts>& chunks) {
  auto target = open(Access::write);
  flow::RunRow run = next_run(tables);
  run.counts = load_into(*target, run, tables, chunks);
  run.status = flow::RunStatus::done;
  run.finished_us = run.started_us + 1'000'000;
  expect_ok(target->finish(run));
  return run.counts;
}

flow::RunCounts TargetSuite::load_into(Target& target, const flow::RunRow& run,
                                       const Tables& tables, const std::vector<Parts>& chunks) {
  expect_ok(target.begin(run, tables));
  return target.commit_by() == CommitBy::run || GetParam().through_spool
             ? load_by_spool(target, run, tables, chunks)
             : load_by_chunk(target, run, chunks);
}

flow::RunCounts TargetSuite::load_by_chunk(Target& target, const flow::RunRow& run,
                                           const std::vector<Parts>& chunks) {
  flow::InputRow input = input_row(run);
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    for (const PartBuilder& part : chunks[i]) expect_ok(target.apply(part.batches()));
    const flow::ChunkRow chunk = chunk_row(run, static_cast<i64>(i));
    input.records = chunk.last_record;
    if (i + 1 == chunks.size()) input.status = flow::InputStatus::loaded;
    expect_ok(target.end_chunk(chunk, {input}));
  }
  return expect_ok(target.count_changes());
}

flow::RunCounts TargetSuite::load_by_spool(Target& target, const flow::RunRow& run,
                                           const Tables& tables, const std::vector<Parts>& chunks) {
  auto spool =
      expect_ok(spool::Spool::create(folder_ / "spool", {.run_id = run.id,
                                                         .declaration_hash = run.declaration_hash,
                                                         .inputs_hash = "1",
                                                         .tables = tables}));
  flow::InputRow input = input_row(run);
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    auto writer = expect_ok(spool->write_chunk(static_cast<i64>(i)));
    for (const PartBuilder& part : chunks[i]) expect_ok(writer->add(part.batches()));
    const auto sealed = expect_ok(writer->seal());
    const flow::ChunkRow chunk = chunk_row(run, static_cast<i64>(i));
    input.records = chunk.last_record;
    if (i + 1 == chunks.size()) input.status = flow::InputStatus::loaded;
    expect_ok(spool->record(sealed, chunk, {input}));
  }
  expect_ok(spool->complete());
  flow::MemoryBudget budget(256 * MiB);
  const auto counts = expect_ok(target.promote({spool.get()}, run, {.budget = &budget}));
  expect_ok(spool->remove());
  return counts;
}

Rows TargetSuite::read(std::string_view table, const std::vector<std::string>& columns) {
  return scan(table, {.columns = columns});
}

Rows TargetSuite::scan(std::string_view table, const ScanOptions& options) {
  Rows rows;
  auto target = open(Access::read);
  expect_ok(target->scan(table, options, [&](const Batch& batch) -> Result<void> {
    append_rows(batch, rows);
    return {};
  }));
  std::ranges::sort(rows);
  return rows;
}

void append_rows(const Batch& batch, Rows& out) {
  for (i64 row = 0; row < batch.rows; ++row) {
    out.emplace_back();
    for (const Column& column : batch.columns) out.back().push_back(text_of(column, row));
  }
}

TableColumn stored_column(std::string name, TypeKind kind) {
  return {.name = std::move(name), .type = {kind}};
}

Tables item_tables(WriteMode mode) {
  Tables tables;
  tables.entities.push_back({.name = "item", .write = mode, .record_table = 0});
  tables.tables.push_back(
      {.name = "item",
       .kind = TableKind::record,
       .entity = 0,
       .key = {0},
       .columns = {stored_column("id", TypeKind::string), stored_column("n", TypeKind::int32)}});
  TableColumn id = stored_column("id", TypeKind::string);
  id.source = ColumnSource::record_key;
  id.index = 0;
  tables.tables.push_back({.name = "item_part",
                           .kind = TableKind::child,
                           .entity = 0,
                           .parent = 0,
                           .columns = {id, stored_column("name", TypeKind::string)}});
  return tables;
}

Item::Item(RecordSpec record_spec, i32 number, std::vector<std::string> part_names)
    : record(std::move(record_spec)), n(number), parts(std::move(part_names)) {}

void add_item(PartBuilder& part, const Item& item) {
  const i32 record = part.record(item.record);
  if (item.record.deleted) return;
  part.row("item", {record, item.record.key, item.n});
  for (const std::string& name : item.parts) part.row("item_part", {record, name});
}

std::vector<Parts> item_chunks(const Tables& tables, const std::vector<Item>& items,
                               i64 per_chunk) {
  std::vector<Parts> chunks;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i % static_cast<std::size_t>(per_chunk) == 0) {
      chunks.emplace_back();
      chunks.back().emplace_back(tables);
    }
    add_item(chunks.back().back(), items[i]);
  }
  return chunks;
}

}  // namespace weir::target
