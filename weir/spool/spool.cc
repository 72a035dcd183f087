// The folder of a spool and its ledger.
//
// The ledger is an SQLite file. A row in it is the moment at which a chunk exists, so that every
// commit is synced. It has a write-ahead log, which costs one sync a chunk where a rollback journal
// costs three, and is opened for exclusive use, which needs no memory shared between processes: the
// folder's lock lets no second one near.
#include "weir/spool/spool.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>

#include "weir/db/sqlite.h"
#include "weir/spool/chunk_file.h"
#include "weir/spool/folder_lock.h"

namespace weir::spool {

namespace {

namespace fs = std::filesystem;

constexpr const char* ledger_name = "ledger.db";
constexpr const char* ledger_schema =
    "CREATE TABLE spool (version INTEGER, run_id TEXT, declaration_hash TEXT, inputs_hash TEXT,"
    " part INTEGER, parts INTEGER, tables TEXT, complete INTEGER);"
    "CREATE TABLE chunk (number INTEGER PRIMARY KEY, file TEXT, bytes INTEGER, parts INTEGER,"
    " records INTEGER, rejects INTEGER, first_input INTEGER, first_record INTEGER,"
    " last_input INTEGER, last_record INTEGER, rows INTEGER, seconds REAL);"
    "CREATE TABLE input (number INTEGER PRIMARY KEY, source TEXT, location TEXT, size INTEGER,"
    " mtime_us INTEGER, hash TEXT, records INTEGER, rejected INTEGER, error TEXT,"
    " status INTEGER);";

// True for the names that a spool gives to its files, but for the lock.
bool is_own(std::string_view name) {
  return name.starts_with("chunk-") || name.starts_with("scratch-") ||
         name.starts_with(ledger_name);
}

Result<void> remove_files(const fs::path& folder,
                          const std::function<bool(const std::string& name)>& goes) {
  std::error_code error;
  std::vector<fs::path> going;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (goes(entry.path().filename())) going.push_back(entry.path());
  for (std::size_t i = 0; i < going.size() && !error; ++i) fs::remove(going[i], error);
  if (error) return system_error(fmt::format("cannot clean {}", folder.string()), error.value());
  return {};
}

class FolderSpool final : public Spool {
 public:
  FolderSpool(fs::path folder, FolderLock lock, db::Connection ledger)
      : folder_(std::move(folder)), lock_(std::move(lock)), ledger_(std::move(ledger)) {}

  Result<void> write_identity(const SpoolIdentity& identity);
  Result<void> load();

  const SpoolIdentity& identity() const override { return identity_; }
  const fs::path& folder() const override { return folder_; }
  Result<std::unique_ptr<ChunkWriter>> write_chunk(i64 number) override {
    return ChunkFileWriter::create(folder_, number, *layout_);
  }
  Result<void> record(const SealedChunk& sealed, const flow::ChunkRow& chunk,
                      const std::vector<flow::InputRow>& inputs) override;
  Result<void> complete() override;
  bool is_complete() const override { return complete_; }
  const std::vector<SealedChunk>& chunks() const override { return chunks_; }
  Result<std::vector<flow::ChunkRow>> chunk_rows() const override;
  Result<std::vector<flow::InputRow>> inputs() const override;
  Result<std::unique_ptr<BlockReader>> read(const SealedChunk& chunk,
                                            flow::Arena& arena) const override {
    return open_chunk_file(folder_ / chunk.file, *layout_, arena);
  }
  Result<void> remove() override;

 private:
  Result<void> remove_leftovers() const;

  const fs::path folder_;
  FolderLock lock_;
  mutable std::optional<db::Connection> ledger_;  // until the spool is removed
  SpoolIdentity identity_;
  std::optional<ChunkLayout> layout_;
  std::vector<SealedChunk> chunks_;
  bool complete_ = false;
};

Result<void> FolderSpool::write_identity(const SpoolIdentity& identity) {
  identity_ = identity;
  layout_.emplace(identity_.tables);
  WEIR_ASSIGN(auto transaction, db::Transaction::begin(*ledger_));
  WEIR_TRY(ledger_->execute(ledger_schema));
  WEIR_ASSIGN(auto insert, ledger_->prepare("INSERT INTO spool VALUES (1, ?, ?, ?, ?, ?, ?, 0)"));
  const std::string tables = to_json(identity.tables);
  insert.bind(1, identity.run_id);
  insert.bind(2, identity.declaration_hash);
  insert.bind(3, identity.inputs_hash);
  insert.bind(4, i64{identity.part});
  insert.bind(5, i64{identity.parts});
  insert.bind(6, tables);
  WEIR_TRY(insert.run());
  return transaction.commit();
}

Result<void> FolderSpool::load() {
  WEIR_ASSIGN(auto spool, ledger_->prepare("SELECT run_id, declaration_hash, inputs_hash, part, "
                                           "parts, tables, complete FROM spool WHERE version = 1"));
  WEIR_ASSIGN(const bool found, spool.step());
  if (!found)
    return Error(ErrorCode::corrupt,
                 fmt::format("{}: the ledger is not of this version", folder_.string()));
  identity_.run_id = spool.column_text(0);
  identity_.declaration_hash = spool.column_text(1);
  identity_.inputs_hash = spool.column_text(2);
  identity_.part = static_cast<i32>(spool.column_i64(3));
  identity_.parts = static_cast<i32>(spool.column_i64(4));
  WEIR_ASSIGN(identity_.tables, tables_from_json(spool.column_text(5)));
  layout_.emplace(identity_.tables);
  complete_ = spool.column_i64(6) != 0;

  WEIR_ASSIGN(auto chunk, ledger_->prepare("SELECT number, file, bytes, parts, records, rejects "
                                           "FROM chunk ORDER BY number"));
  for (;;) {
    WEIR_ASSIGN(const bool more, chunk.step());
    if (!more) break;
    chunks_.push_back({.number = chunk.column_i64(0),
                       .file = std::string(chunk.column_text(1)),
                       .bytes = chunk.column_i64(2),
                       .parts = chunk.column_i64(3),
                       .records = chunk.column_i64(4),
                       .rejects = chunk.column_i64(5)});
  }
  return remove_leftovers();
}

// What the ledger does not name does not exist.
Result<void> FolderSpool::remove_leftovers() const {
  return remove_files(folder_, [&](const std::string& name) {
    const bool is_named = std::ranges::find(chunks_, name, &SealedChunk::file) != chunks_.end();
    return is_own(name) && !is_named && !name.starts_with(ledger_name);
  });
}

Result<void> FolderSpool::record(const SealedChunk& sealed, const flow::ChunkRow& chunk,
                                 const std::vector<flow::InputRow>& inputs) {
  WEIR_ASSIGN(auto transaction, db::Transaction::begin(*ledger_));
  WEIR_ASSIGN(auto insert,
              ledger_->prepare("INSERT INTO chunk VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  insert.bind(1, sealed.number);
  insert.bind(2, sealed.file);
  insert.bind(3, sealed.bytes);
  insert.bind(4, sealed.parts);
  insert.bind(5, sealed.records);
  insert.bind(6, sealed.rejects);
  insert.bind(7, i64{chunk.first_input});
  insert.bind(8, chunk.first_record);
  insert.bind(9, i64{chunk.last_input});
  insert.bind(10, chunk.last_record);
  insert.bind(11, chunk.rows);
  insert.bind(12, chunk.seconds);
  WEIR_TRY(insert.run());
  WEIR_ASSIGN(auto put, ledger_->prepare(
                            "INSERT OR REPLACE INTO input VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  for (const flow::InputRow& row : inputs) {
    put.bind(1, i64{row.number});
    put.bind(2, row.source);
    put.bind(3, row.location);
    put.bind(4, row.size);
    put.bind(5, row.mtime_us);
    put.bind(6, row.hash);
    put.bind(7, row.records);
    put.bind(8, row.rejected);
    put.bind(9, row.error);
    put.bind(10, static_cast<i64>(row.status));
    WEIR_TRY(put.run());
  }
  WEIR_TRY(transaction.commit());
  chunks_.push_back(sealed);
  return {};
}

Result<void> FolderSpool::complete() {
  WEIR_TRY(ledger_->execute("UPDATE spool SET complete = 1"));
  complete_ = true;
  return {};
}

Result<std::vector<flow::ChunkRow>> FolderSpool::chunk_rows() const {
  WEIR_ASSIGN(auto chunk,
              ledger_->prepare("SELECT number, first_input, first_record, last_input, "
                               "last_record, rows, seconds FROM chunk ORDER BY number"));
  std::vector<flow::ChunkRow> rows;
  for (;;) {
    WEIR_ASSIGN(const bool more, chunk.step());
    if (!more) return rows;
    rows.push_back({.run = identity_.run_id,
                    .number = chunk.column_i64(0),
                    .first_input = static_cast<i32>(chunk.column_i64(1)),
                    .first_record = chunk.column_i64(2),
                    .last_input = static_cast<i32>(chunk.column_i64(3)),
                    .last_record = chunk.column_i64(4),
                    .rows = chunk.column_i64(5),
                    .seconds = chunk.column_double(6)});
  }
}

Result<std::vector<flow::InputRow>> FolderSpool::inputs() const {
  WEIR_ASSIGN(auto input, ledger_->prepare("SELECT number, source, location, size, mtime_us, hash, "
                                           "records, rejected, error, status FROM input "
                                           "ORDER BY number"));
  std::vector<flow::InputRow> rows;
  for (;;) {
    WEIR_ASSIGN(const bool more, input.step());
    if (!more) return rows;
    const i64 status = input.column_i64(9);
    if (status < 0 || status > static_cast<i64>(flow::InputStatus::skipped))
      return Error(ErrorCode::corrupt, fmt::format("{}: the ledger names an input status {}",
                                                   folder_.string(), status));
    rows.push_back({.run = identity_.run_id,
                    .number = static_cast<i32>(input.column_i64(0)),
                    .source = std::string(input.column_text(1)),
                    .location = std::string(input.column_text(2)),
                    .size = input.column_i64(3),
                    .mtime_us = input.column_i64(4),
                    .hash = std::string(input.column_text(5)),
                    .records = input.column_i64(6),
                    .rejected = input.column_i64(7),
                    .error = std::string(input.column_text(8)),
                    .status = static_cast<flow::InputStatus>(status)});
  }
}

// The ledger goes first: without it nothing else exists.
Result<void> FolderSpool::remove() {
  std::error_code error;
  ledger_.reset();
  fs::remove(folder_ / ledger_name, error);
  if (!error) fs::remove_all(folder_, error);
  if (error) return system_error(fmt::format("cannot remove {}", folder_.string()), error.value());
  return {};
}

Result<db::Connection> open_ledger(const fs::path& folder, bool create) {
  WEIR_ASSIGN(auto ledger, db::Connection::open((folder / ledger_name).string(),
                                                {.create = create, .cache_bytes = 256 * KiB}));
  WEIR_TRY(
      ledger.execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; "
                     "PRAGMA synchronous = FULL"));
  return ledger;
}

}  // namespace

Result<std::unique_ptr<Spool>> Spool::create(const fs::path& dir, const SpoolIdentity& identity) {
  std::error_code error;
  fs::create_directories(dir, error);
  if (error) return system_error(fmt::format("cannot make {}", dir.string()), error.value());
  WEIR_ASSIGN(FolderLock lock, FolderLock::take(dir));
  // The ledger first, as its log alone means nothing.
  WEIR_TRY(remove_files(dir, [](const std::string& name) { return name == ledger_name; }));
  WEIR_TRY(remove_files(dir, is_own));
  WEIR_ASSIGN(auto ledger, open_ledger(dir, true));
  auto spool = std::make_unique<FolderSpool>(dir, std::move(lock), std::move(ledger));
  WEIR_TRY(spool->write_identity(identity));
  return std::unique_ptr<Spool>(std::move(spool));
}

Result<std::unique_ptr<Spool>> Spool::open(const fs::path& dir) {
  std::error_code error;
  if (!fs::exists(dir / ledger_name, error))
    return Error(ErrorCode::not_found, fmt::format("{} holds no spool", dir.string()));
  WEIR_ASSIGN(FolderLock lock, FolderLock::take(dir));
  WEIR_ASSIGN(auto ledger, open_ledger(dir, false));
  auto spool = std::make_unique<FolderSpool>(dir, std::move(lock), std::move(ledger));
  auto loaded = spool->load();
  if (!loaded.ok()) return std::move(loaded).error().context(dir.string());
  return std::unique_ptr<Spool>(std::move(spool));
}

}  // namespace weir::spool
