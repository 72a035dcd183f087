// How fast rows enter DuckDB on one core, beside the ways of its own interface, and come back.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <random>

#include "weir/base/arrow_abi.h"
#include "weir/base/assert.h"
#include "weir/target/duckdb/duck_connection.h"
#include "weir/target/duckdb/duck_vectors.h"
#include "weir/target/row_columns.h"

namespace weir::target {
namespace {

namespace fs = std::filesystem;

constexpr i64 memory_bytes = 128 * MiB;
constexpr i64 rows_in_all = 1 << 20;
constexpr std::string_view definition =
    "CREATE TABLE t (id VARCHAR, name VARCHAR, filed DATE, fee VARCHAR, roles VARCHAR[], answer "
    "VARCHAR)";

fs::path bench_file() {
  return fs::temp_directory_path() / fmt::format("weir_duckdb_bench_{}.duckdb", ::getpid());
}

Schema event_schema() {
  using enum TypeKind;
  return {{{"id", {string}},
           {"name", {string}},
           {"filed", {date}},
           {"fee", {string}},
           {"roles", {list}},
           {"answer", {string}}}};
}

// Rows as events of court cases: a long key for three rows, names of few values, a list, nulls.
class Events {
 public:
  Events() {
    std::mt19937_64 random(1);
    for (i64 row = 0; row < rows; ++row) {
      const u64 number = random();
      builder_.column(0).append_text(
          fmt::format("{:064X}", static_cast<u64>(row / 3) * 0x9E3779B97F4A7C15));
      builder_.column(1).append_text(fmt::format("Notice of event {}", number % 40));
      builder_.column(2).append(static_cast<i32>(19'000 + number % 700));
      number % 4 == 0 ? builder_.column(3).append_null()
                      : builder_.column(3).append_text(number % 3 == 0 ? "Fee Due" : "No Fee");
      for (u64 i = 0; i < number % 3; ++i) builder_.column(4).items().append_text("Petitioner");
      builder_.column(4).append_list_end();
      builder_.column(5).append_null();
    }
    whole_ = builder_.view();
  }
  // A part of them that begins at `first`, a multiple of 8.
  Batch part(i64 first, i64 count) const {
    Batch batch{.rows = count};
    for (const Column& column : whole_.columns)
      batch.columns.push_back(slice(column, first, count));
    return batch;
  }

  static constexpr i64 rows = 1 << 16;

 private:
  flow::Arena arena_{256 * MiB};
  flow::BatchBuilder builder_{event_schema(), arena_};
  Batch whole_;
};

const Events& events() {
  static const Events made;
  return made;
}

// Calls `add` with batches of `batch_rows` rows until there were a million.
void add_all(i64 batch_rows, const std::function<void(const Batch&)>& add) {
  for (i64 done = 0; done < rows_in_all; done += batch_rows)
    add(events().part(done % Events::rows, batch_rows));
}

void remove_file() {
  for (const char* end : {"", ".wal"}) fs::remove(bench_file().string() + end);
}

// A million rows in one transaction, as a promotion gives them; the argument is the rows of a
// batch.
void BM_InsertFromBatches(benchmark::State& state) {
  const Schema schema = event_schema();
  for (auto _ : state) {
    remove_file();
    auto db = *DuckConnection::open(bench_file(), {.memory_bytes = memory_bytes});
    WEIR_ASSERT(db->execute("USE db; " + std::string(definition) + "; BEGIN").ok());
    add_all(state.range(0), [&](const Batch& batch) {
      WEIR_ASSERT(db->execute("INSERT INTO t SELECT * FROM weir_rows()", schema, batch).ok());
    });
    WEIR_ASSERT(db->execute("COMMIT; CHECKPOINT").ok());
    WEIR_ASSERT(*db->query_number("SELECT count(*) FROM t") == rows_in_all);
  }
  remove_file();
  state.SetItemsProcessed(state.iterations() * rows_in_all);
}
BENCHMARK(BM_InsertFromBatches)
    ->Arg(1024)
    ->Arg(8192)
    ->Arg(65536)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

// DuckDB by its own interface, with the settings that DuckConnection has.
class PlainDuckDb {
 public:
  PlainDuckDb() {
    remove_file();
    duckdb_config config;
    duckdb_create_config(&config);
    duckdb_set_config(config, "memory_limit", fmt::format("{}B", memory_bytes).c_str());
    duckdb_set_config(config, "threads", "1");
    WEIR_ASSERT(duckdb_open_ext(bench_file().c_str(), &database_, config, nullptr) ==
                DuckDBSuccess);
    duckdb_destroy_config(&config);
    WEIR_ASSERT(duckdb_connect(database_, &connection) == DuckDBSuccess);
    run(std::string(definition) + "; BEGIN");
    WEIR_ASSERT(duckdb_appender_create(connection, nullptr, "t", &appender) == DuckDBSuccess);
  }
  ~PlainDuckDb() {
    WEIR_ASSERT(duckdb_appender_destroy(&appender) == DuckDBSuccess);
    run("COMMIT; CHECKPOINT");
    duckdb_disconnect(&connection);
    duckdb_close(&database_);
    remove_file();
  }

  duckdb_connection connection = nullptr;
  duckdb_appender appender = nullptr;

 private:
  void run(const std::string& sql) {
    WEIR_ASSERT(duckdb_query(connection, sql.c_str(), nullptr) == DuckDBSuccess);
  }
  duckdb_database database_ = nullptr;
};

// The same rows by an appender, from chunks that are filled as weir_rows() fills them.
void BM_AppendChunks(benchmark::State& state) {
  const Schema schema = event_schema();
  std::vector<duckdb_logical_type> types;
  for (const Field& field : schema.fields) types.push_back(make_duck_type(field.type));
  for (auto _ : state) {
    PlainDuckDb db;
    duckdb_data_chunk chunk = duckdb_create_data_chunk(types.data(), types.size());
    add_all(state.range(0), [&](const Batch& batch) {
      for (i64 first = 0; first < batch.rows; first += 2048) {
        const i64 rows = std::min<i64>(batch.rows - first, 2048);
        duckdb_data_chunk_reset(chunk);
        for (std::size_t i = 0; i < batch.columns.size(); ++i)
          write_vector(batch.columns[i], first, rows, duckdb_data_chunk_get_vector(chunk, i));
        duckdb_data_chunk_set_size(chunk, static_cast<idx_t>(rows));
        WEIR_ASSERT(duckdb_append_data_chunk(db.appender, chunk) == DuckDBSuccess);
      }
    });
    duckdb_destroy_data_chunk(&chunk);
  }
  for (duckdb_logical_type& type : types) duckdb_destroy_logical_type(&type);
  state.SetItemsProcessed(state.iterations() * rows_in_all);
}
BENCHMARK(BM_AppendChunks)->Arg(8192)->Unit(benchmark::kMillisecond)->UseRealTime();

// The same rows by an appender, from chunks that DuckDB makes of Arrow's layout.
void BM_AppendArrow(benchmark::State& state) {
  ArrowSchema exported;
  export_schema(event_schema(), &exported);
  for (auto _ : state) {
    PlainDuckDb db;
    duckdb_arrow_converted_schema converted;
    duckdb_error_data error = duckdb_schema_from_arrow(db.connection, &exported, &converted);
    WEIR_ASSERT(!duckdb_error_data_has_error(error));
    add_all(state.range(0), [&](const Batch& batch) {
      for (i64 first = 0; first < batch.rows; first += 2048) {
        Batch part{.rows = std::min<i64>(batch.rows - first, 2048)};
        for (const Column& column : batch.columns)
          part.columns.push_back(slice(column, first, part.rows));
        ArrowArray array;
        export_batch(part, &array);
        duckdb_data_chunk chunk = nullptr;
        error = duckdb_data_chunk_from_arrow(db.connection, &array, converted, &chunk);
        WEIR_ASSERT(!duckdb_error_data_has_error(error));
        WEIR_ASSERT(duckdb_append_data_chunk(db.appender, chunk) == DuckDBSuccess);
        duckdb_destroy_data_chunk(&chunk);
      }
    });
    duckdb_destroy_arrow_converted_schema(&converted);
  }
  exported.release(&exported);
  state.SetItemsProcessed(state.iterations() * rows_in_all);
}
BENCHMARK(BM_AppendArrow)->Arg(8192)->Unit(benchmark::kMillisecond)->UseRealTime();

// The million rows read back as batches.
void BM_Scan(benchmark::State& state) {
  remove_file();
  const Schema schema = event_schema();
  auto db = *DuckConnection::open(bench_file(), {.memory_bytes = memory_bytes});
  WEIR_ASSERT(db->execute("USE db; " + std::string(definition)).ok());
  add_all(Events::rows, [&](const Batch& batch) {
    WEIR_ASSERT(db->execute("INSERT INTO t SELECT * FROM weir_rows()", schema, batch).ok());
  });
  for (auto _ : state) {
    flow::Arena arena(64 * MiB);
    i64 rows = 0;
    auto found = *db->query("SELECT * FROM t");
    WEIR_ASSERT(collect_rows(found, schema, 8192, arena, [&](const Batch& batch) {
                  rows += batch.rows;
                  return Result<void>();
                }).ok());
    WEIR_ASSERT(rows == rows_in_all);
  }
  db.reset();
  remove_file();
  state.SetItemsProcessed(state.iterations() * rows_in_all);
}
BENCHMARK(BM_Scan)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace weir::target
