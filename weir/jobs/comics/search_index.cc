#include "weir/jobs/comics/search_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "weir/flow/pipeline.h"
#include "weir/jobs/comics/search_schema.h"
#include "weir/jobs/comics/search_texts.h"

namespace weir::comics {
namespace {

constexpr i64 block_comics = 1'000;
// Pages of the index that are merged after a small change, so that hundreds of nightly imports do
// not leave hundreds of segments.
constexpr i64 merge_pages = 1'000;

// How the memory is used: an entry's words wait in FTS5's hash, which takes about twice what it
// counts, until they are written as a segment; blocks of texts are on their way there.
struct Shares {
  i64 hash;
  i64 block;   // of each
  i64 reader;  // of each: its names, and as much again for its pages
  i64 blocks;
};

Shares shares_of(const IndexOptions& options) {
  const i64 memory = std::max(options.memory_bytes, 8 * MiB);
  const i64 blocks = std::clamp<i64>(options.threads, 1, 4) + 1;
  return {.hash = std::clamp(memory / 6, 1 * MiB, 16 * MiB),
          .block = std::clamp(memory / 6 / blocks, 64 * KiB, 2 * MiB),
          .reader = std::clamp(memory / 6 / blocks, 256 * KiB, 8 * MiB),
          .blocks = blocks};
}

struct Range {  // of ids: after < id <= last
  i64 after = 0;
  i64 last = 0;
};

class Update {
 public:
  Update(db::Connection& connection, const IndexOptions& options)
      : connection_(connection), options_(options), shares_(shares_of(options)) {}

  Result<i64> run();

 private:
  struct Slot {
    std::unique_ptr<db::Connection> connection;  // null: the writer's own
    std::unique_ptr<TextReader> reader;
    TextBlock block;
    Range range;
  };

  Result<void> prepare();
  Result<std::unique_ptr<Slot>> make_slot(bool of_writer);
  Result<void> index_pending();
  Result<void> index_new();
  Result<bool> index_next();
  Result<void> insert_range(i64 after, i64 last);
  Result<void> read_texts(Slot& slot, const std::function<Result<void>()>& full);
  Result<void> insert(TextBlock& block);
  Result<void> merge_a_little();
  Result<void> committed(i64 comics);

  db::Connection& connection_;
  const IndexOptions& options_;
  const Shares shares_;
  db::Statement insert_;
  std::unique_ptr<Slot> own_;
  std::vector<std::unique_ptr<Slot>> slots_;  // empty: the writer reads by itself
  std::unique_ptr<flow::ThreadPool> pool_;
  i64 inserted_ = 0;  // in the transaction at hand
  i64 done_ = 0;
};

std::string insert_sql() {
  std::string values = "?1";
  for (std::size_t i = 0; i < search_columns().size(); ++i) values += fmt::format(", ?{}", i + 2);
  return fmt::format("INSERT INTO comic_fts(rowid, {}) VALUES ({})", search_column_list(), values);
}

std::string configure_sql(std::string_view name, i64 value) {
  return fmt::format("INSERT INTO comic_fts(comic_fts, rank) VALUES ('{}', {});", name, value);
}

Result<i64> watermark_of(db::Connection& connection) {
  return connection.query_i64("SELECT watermark FROM comic_index");
}

Result<std::unique_ptr<Update::Slot>> Update::make_slot(bool of_writer) {
  auto slot = std::make_unique<Slot>();
  if (!of_writer) {
    WEIR_ASSIGN(auto opened,
                db::Connection::open(
                    connection_.file(),
                    {.read_only = true, .create = false, .cache_bytes = shares_.reader / 2}));
    slot->connection = std::make_unique<db::Connection>(std::move(opened));
  }
  db::Connection& connection = of_writer ? connection_ : *slot->connection;
  WEIR_ASSIGN(auto reader, TextReader::open(connection, shares_.reader / 2));
  slot->reader = std::make_unique<TextReader>(std::move(reader));
  return slot;
}

// In a rollback journal a reader would hold up the writer, and in memory there is one connection.
Result<void> Update::prepare() {
  WEIR_ASSIGN(insert_, connection_.prepare(insert_sql()));
  WEIR_ASSIGN(own_, make_slot(true));
  WEIR_ASSIGN(const std::string journal, connection_.query_text("PRAGMA journal_mode"));
  if (journal != "wal") return {};
  for (i64 i = 0; i < shares_.blocks; ++i) {
    WEIR_ASSIGN(auto slot, make_slot(false));
    slots_.push_back(std::move(slot));
  }
  pool_ = std::make_unique<flow::ThreadPool>(shares_.blocks - 1);
  return {};
}

Result<i64> Update::run() {
  WEIR_ASSIGN(const bool finished, is_index_finished(connection_));
  if (finished) return 0;
  WEIR_ASSIGN(const i64 before, watermark_of(connection_));
  WEIR_TRY(connection_.execute(configure_sql("hashsize", shares_.hash)));
  WEIR_TRY(prepare());
  WEIR_TRY(index_pending());
  WEIR_TRY(index_new());
  if (before > 0) WEIR_TRY(merge_a_little());
  return done_;
}

Result<void> Update::committed(i64 comics) {
  done_ += comics;
  if (options_.progress && comics > 0) options_.progress(comics);
  if (options_.stop.stop_requested())
    return Error(ErrorCode::cancelled, "stopped while the comics were indexed");
  return {};
}

Result<void> Update::index_pending() {
  const std::string ids = fmt::format("SELECT id FROM comic_index_pending ORDER BY id LIMIT {}",
                                      options_.transaction_comics);
  for (;;) {
    WEIR_ASSIGN(auto transaction, db::Transaction::begin(connection_));
    WEIR_TRY(connection_.execute(
        fmt::format("INSERT INTO comic_fts(rowid, {0}) SELECT id, {0} FROM comic_search "
                    "WHERE id IN ({1})",
                    search_column_list(), ids)));
    WEIR_TRY(
        connection_.execute(fmt::format("DELETE FROM comic_index_pending WHERE id IN ({})", ids)));
    const i64 comics = connection_.changes();
    WEIR_TRY(transaction.commit());
    WEIR_TRY(committed(comics));
    if (comics < options_.transaction_comics) return {};
  }
}

Result<void> Update::index_new() {
  for (;;) {
    WEIR_ASSIGN(const bool any, index_next());
    if (!any) return {};
  }
}

// Nobody else writes while the transaction is open, so what other connections read is what the
// triggers will see.
Result<bool> Update::index_next() {
  WEIR_ASSIGN(auto transaction, db::Transaction::begin(connection_));
  WEIR_ASSIGN(const i64 watermark, watermark_of(connection_));
  WEIR_ASSIGN(const i64 last, own_->reader->last_of(watermark, options_.transaction_comics));
  if (last == watermark) return false;
  inserted_ = 0;
  WEIR_TRY(insert_range(watermark, last));
  if (watermark == 0) WEIR_TRY(connection_.execute(create_triggers_sql()));
  WEIR_TRY(connection_.execute(fmt::format("UPDATE comic_index SET watermark = {}", last)));
  WEIR_TRY(transaction.commit());
  WEIR_TRY(committed(inserted_));
  return true;
}

Result<void> Update::insert_range(i64 after, i64 last) {
  std::vector<Range> ranges;
  while (after < last) {
    WEIR_ASSIGN(const i64 end, own_->reader->last_of(after, block_comics));
    ranges.push_back({after, std::min(end, last)});
    after = ranges.back().last;
  }
  const auto insert_all = [this](Slot& slot) { return insert(slot.block); };
  if (slots_.empty()) {
    for (const Range& range : ranges) {
      own_->range = range;
      WEIR_TRY(read_texts(*own_, [&] { return insert_all(*own_); }));
      WEIR_TRY(insert_all(*own_));
    }
    return {};
  }
  const flow::PipelineSteps<Slot> steps{
      .read = [&, next = ranges.begin()](Slot& slot) mutable -> Result<bool> {
        if (next == ranges.end()) return false;
        slot.range = *next++;
        return true;
      },
      .work = [&](Slot& slot, flow::Turn& turn) -> Result<void> {
        return read_texts(slot, [&] { return turn.emit([&] { return insert_all(slot); }); });
      },
      .commit = insert_all};
  return flow::run_pipeline<Slot>(slots_, steps, *pool_, options_.stop);
}

Result<void> Update::read_texts(Slot& slot, const std::function<Result<void>()>& full) {
  return slot.reader->read(slot.range.after, slot.range.last, shares_.block, slot.block, full);
}

Result<void> Update::insert(TextBlock& block) {
  const i64 columns = static_cast<i64>(search_columns().size());
  for (i64 comic = 0; comic < block.comics(); ++comic) {
    insert_.bind(1, block.id(comic));
    for (i64 column = 0; column < columns; ++column)
      insert_.bind(static_cast<i32>(column + 2), block.text(comic, column));
    WEIR_TRY(insert_.run());
  }
  inserted_ += block.comics();
  block.clear();
  return {};
}

// FTS5 merges by itself in proportion to what is written, which after a few comics is nothing.
Result<void> Update::merge_a_little() {
  return connection_.execute(configure_sql("merge", merge_pages));
}

}  // namespace

Result<void> make_index(db::Connection& connection) {
  WEIR_ASSIGN(const i64 there, connection.query_i64("SELECT count(*) FROM sqlite_schema WHERE name "
                                                    "= 'comic_index_pending'"));
  if (there != 0) return {};
  WEIR_TRY(connection.execute(create_index_sql()));
  // Nothing is merged while a library is indexed for the first time, and later a little at a time.
  return connection.execute(configure_sql("automerge", 0) + configure_sql("crisismerge", 64));
}

Result<void> reset_index(db::Connection& connection) {
  return connection.execute(
      drop_triggers_sql() +
      "INSERT INTO comic_fts(comic_fts) VALUES ('delete-all');"
      "DELETE FROM comic_index_pending; UPDATE comic_index SET watermark = 0");
}

Result<i64> update_index(db::Connection& connection, const IndexOptions& options) {
  return Update(connection, options).run();
}

Result<bool> is_index_finished(db::Connection& connection) {
  WEIR_ASSIGN(const i64 there, connection.query_i64("SELECT count(*) FROM sqlite_schema WHERE name "
                                                    "= 'comic_index_pending'"));
  if (there == 0)
    return Error(ErrorCode::not_found,
                 fmt::format("{}: has no full-text index of comics; run weir comics import",
                             connection.file()));
  WEIR_ASSIGN(
      const i64 left,
      connection.query_i64(
          "SELECT EXISTS (SELECT 1 FROM comic_index_pending) OR EXISTS (SELECT 1 FROM comic "
          "WHERE id > (SELECT watermark FROM comic_index))"));
  return left == 0;
}

}  // namespace weir::comics
