// Loading a dictionary into SQLite: 1 record and 23 child rows in 8 tables, two of them with a
// lookup. The peer is the usual program: one prepared insert a table, one transaction a chunk,
// indexes at the end. Both must leave the same number of rows.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "weir/base/key_encoding.h"
#include "weir/db/sqlite.h"
#include "weir/flow/batch_builder.h"
#include "weir/target/sqlite_target.h"

namespace weir::target {
namespace {

constexpr i64 chunk_records = 20'000;
constexpr i32 child_count = 8;
constexpr i32 rows_of_child[child_count] = {3, 6, 4, 2, 2, 3, 2, 1};
constexpr i64 rows_a_record = 24;

TableColumn text_column(const char* name) { return {.name = name, .type = {TypeKind::string}}; }
TableColumn int_column(const char* name) { return {.name = name, .type = {TypeKind::int32}}; }

// Table 0 is the lookup, 1 the record; the last two child tables link.
Tables kanji_tables() {
  Tables tables;
  tables.entities.push_back(
      {.name = "kanji", .write = WriteMode::replace_record, .record_table = 1});
  TableColumn id{.name = "id", .type = {TypeKind::int64}, .source = ColumnSource::surrogate};
  tables.tables.push_back({.name = "pinyin",
                           .kind = TableKind::lookup,
                           .key = {1},
                           .columns = {id, text_column("name")}});
  tables.tables.push_back({.name = "kanji",
                           .entity = 0,
                           .key = {0},
                           .columns = {text_column("literal"), text_column("ucs"),
                                       int_column("radical"), int_column("strokes")}});
  TableColumn literal = text_column("literal");
  literal.source = ColumnSource::record_key;
  literal.index = 0;
  for (i32 i = 0; i < child_count; ++i) {
    Table child{.name = fmt::format("kanji_{}", i),
                .kind = TableKind::child,
                .entity = 0,
                .parent = 1,
                .columns = {literal, int_column("n"), text_column("kind"), text_column("text")}};
    if (i >= child_count - 2)
      child.columns[3] = {.name = "pinyin_id",
                          .type = {TypeKind::int64},
                          .source = ColumnSource::lookup_ref,
                          .table = 0};
    tables.tables.push_back(std::move(child));
  }
  return tables;
}

// The chunks of a load; keys come in no order. Each call of `fill` makes the next chunk.
class KanjiChunks {
 public:
  KanjiChunks() : arena_(256 * MiB), records_(record_schema(), arena_), tables_(kanji_tables()) {
    for (i32 i = 0; i < static_cast<i32>(tables_.tables.size()); ++i)
      rows_.emplace_back(tables_.batch_schema(i), arena_);
  }

  const Tables& tables() const { return tables_; }
  void restart() { made_ = 0; }

  ChunkBatches fill() {
    records_.clear();
    for (flow::BatchBuilder& rows : rows_) rows.clear();
    for (i32 i = 0; i < 400; ++i) check(rows_[0].column(0).append_text(fmt::format("pinyin{}", i)));
    for (i64 i = 0; i < chunk_records; ++i) add_record(static_cast<i32>(i));
    ChunkBatches part;
    part.records = records_.view();
    part.rejects.columns.resize(reject_schema().fields.size());
    for (const flow::BatchBuilder& rows : rows_) part.tables.push_back(rows.view());
    return part;
  }

 private:
  static void check(bool appended) { WEIR_ASSERT(appended); }

  void add_record(i32 ordinal) {
    // Distinct, because the modulus is a prime.
    const std::string literal = fmt::format("漢{:011}", ++made_ * 73'687'870'001 % 99'999'999'977);
    std::string key;
    encode_text(literal, key);
    check(records_.column(record_entity).append(i32{0}));
    check(records_.column(record_input).append(i32{0}));
    check(records_.column(record_row).append(i64{ordinal}));
    check(records_.column(record_key).append_text(key));
    check(records_.column(record_version).append_text(""));
    check(records_.column(record_deleted).append_bool(false));
    flow::BatchBuilder& record = rows_[1];
    check(record.column(0).append(ordinal));
    check(record.column(1).append_text(literal));
    check(record.column(2).append_text("6f22"));
    check(record.column(3).append(ordinal % 214));
    check(record.column(4).append(ordinal % 30));
    for (i32 child = 0; child < child_count; ++child) add_children(child, ordinal);
  }

  void add_children(i32 child, i32 ordinal) {
    flow::BatchBuilder& rows = rows_[static_cast<std::size_t>(child) + 2];
    for (i32 n = 1; n <= rows_of_child[child]; ++n) {
      check(rows.column(0).append(ordinal));
      check(rows.column(1).append(n));
      check(rows.column(2).append_text("ja_kun"));
      if (child >= child_count - 2) {
        check(rows.column(3).append((ordinal + n) % 400));
      } else {
        check(rows.column(3).append_text("から.meaning"));
      }
    }
  }

  flow::Arena arena_;
  flow::BatchBuilder records_;
  Tables tables_;
  std::vector<flow::BatchBuilder> rows_;
  i64 made_ = 0;
};

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "weir_bench_XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string file() const { return (path_ / "kanji.sqlite").string(); }

 private:
  std::filesystem::path path_;
};

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

template <typename T>
T must(Result<T> result) {
  if (!result.ok()) fmt::print(stderr, "{}\n", result.error().message());
  return std::move(result).value();
}
void must(const Result<void>& result) {
  if (!result.ok()) fmt::print(stderr, "{}\n", result.error().message());
  WEIR_ASSERT(result.ok());
}

// Seconds of the whole load; making the chunks does not count.
double load_by_weir(KanjiChunks& chunks, i64 chunk_count, const std::string& file) {
  chunks.restart();
  auto start = Clock::now();
  auto target = must(open_sqlite_target(file, Access::write, 64 * MiB));
  flow::RunRow run{.id = "1", .tables = to_json(chunks.tables()), .started_us = 1};
  must(target->begin(run, chunks.tables()));
  double seconds = seconds_since(start);
  for (i64 i = 0; i < chunk_count; ++i) {
    const ChunkBatches part = chunks.fill();
    start = Clock::now();
    must(target->apply(part));
    must(target->end_chunk({.run = "1", .number = i}, {}));
    seconds += seconds_since(start);
  }
  start = Clock::now();
  run.status = flow::RunStatus::done;
  must(target->finish(run));
  target.reset();
  return seconds + seconds_since(start);
}

// The peer's tables have the links as texts of the ids, which costs it no lookup.
void insert_rows(db::Statement& insert, const Batch& batch, const Column* literals) {
  for (i64 row = 0; row < batch.rows; ++row) {
    i32 parameter = 1;
    if (literals != nullptr)
      insert.bind(parameter++, literals->text_at(batch.columns[0].at<i32>(row)));
    for (std::size_t i = 1; i < batch.columns.size(); ++i) {
      const Column& column = batch.columns[i];
      if (column.type.kind == TypeKind::string) {
        insert.bind(parameter++, column.text_at(row));
      } else {
        insert.bind(parameter++, i64{column.at<i32>(row)});
      }
    }
    must(insert.run());
  }
}

double load_by_inserts(KanjiChunks& chunks, i64 chunk_count, const std::string& file) {
  chunks.restart();
  auto start = Clock::now();
  auto connection = must(db::Connection::open(file, {.cache_bytes = 16 * MiB}));
  must(
      connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                         "CREATE TABLE kanji(literal TEXT PRIMARY KEY, ucs, radical, strokes)"));
  std::vector<db::Statement> inserts;
  inserts.push_back(must(connection.prepare("INSERT INTO kanji VALUES (?, ?, ?, ?)")));
  for (i32 i = 0; i < child_count; ++i) {
    must(connection.execute(fmt::format("CREATE TABLE kanji_{}(literal TEXT, n, kind, text)", i)));
    inserts.push_back(
        must(connection.prepare(fmt::format("INSERT INTO kanji_{} VALUES (?, ?, ?, ?)", i))));
  }
  double seconds = seconds_since(start);
  for (i64 i = 0; i < chunk_count; ++i) {
    const ChunkBatches part = chunks.fill();
    start = Clock::now();
    auto transaction = must(db::Transaction::begin(connection));
    for (std::size_t table = 0; table < inserts.size(); ++table)
      insert_rows(inserts[table], part.tables[table + 1],
                  table == 0 ? nullptr : &part.tables[1].columns[1]);
    must(transaction.commit());
    seconds += seconds_since(start);
  }
  start = Clock::now();
  for (i32 i = 0; i < child_count; ++i)
    must(connection.execute(fmt::format("CREATE INDEX i{} ON kanji_{}(literal)", i, i)));
  return seconds + seconds_since(start);
}

i64 count_rows(const std::string& file) {
  auto connection = must(db::Connection::open(file, {.read_only = true}));
  i64 rows = must(connection.query_i64("SELECT count(*) FROM kanji"));
  for (i32 i = 0; i < child_count; ++i)
    rows += must(connection.query_i64(fmt::format("SELECT count(*) FROM kanji_{}", i)));
  return rows;
}

template <typename Load>
void run_load(benchmark::State& state, Load load) {
  static KanjiChunks chunks;
  for (auto _ : state) {
    const Folder folder;
    state.SetIterationTime(load(chunks, state.range(0), folder.file()));
    if (count_rows(folder.file()) != state.range(0) * chunk_records * rows_a_record)
      state.SkipWithError("rows are missing");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) * chunk_records * rows_a_record);
}

// Items are rows; 42 chunks are 840,000 records.
void BM_SqliteTarget(benchmark::State& state) { run_load(state, load_by_weir); }
BENCHMARK(BM_SqliteTarget)->Arg(5)->Arg(42)->UseManualTime()->Unit(benchmark::kMillisecond);

void BM_PreparedInserts(benchmark::State& state) { run_load(state, load_by_inserts); }
BENCHMARK(BM_PreparedInserts)->Arg(5)->Arg(42)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weir::target
