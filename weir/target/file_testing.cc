#include "weir/target/file_testing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "weir/base/key_encoding.h"
#include "weir/format/csv_writer.h"

namespace weir::target {
namespace {

constexpr Type string_type{TypeKind::string};
constexpr Type id_type{TypeKind::int64};

Table book_table(bool numbered) {
  Table table{.name = "book", .kind = TableKind::record, .entity = 0};
  if (numbered)
    table.columns.push_back(
        {.name = "book_id", .type = id_type, .source = ColumnSource::surrogate});
  table.columns.push_back({.name = "isbn", .type = string_type, .required = true});
  table.columns.push_back({.name = "title", .type = string_type});
  table.columns.push_back({.name = "pages", .type = {TypeKind::int32}});
  table.key = {numbered ? 1 : 0};
  return table;
}

TableColumn parent_column(std::string name, i32 table) {
  return {
      .name = std::move(name), .type = id_type, .source = ColumnSource::parent_id, .table = table};
}

Table chapter_table(bool numbered) {
  Table table{.name = "chapter", .kind = TableKind::child, .entity = 0, .parent = 0};
  if (numbered) {
    table.columns.push_back(parent_column("book_id", 0));
    table.columns.push_back(
        {.name = "chapter_id", .type = id_type, .source = ColumnSource::surrogate});
  } else {
    table.columns.push_back(
        {.name = "isbn", .type = string_type, .source = ColumnSource::record_key, .index = 0});
  }
  table.columns.push_back({.name = "n", .type = {TypeKind::int32}});
  table.columns.push_back({.name = "name", .type = string_type});
  return table;
}

Table note_table() {
  return {.name = "note",
          .kind = TableKind::child,
          .entity = 0,
          .parent = 1,
          .columns = {parent_column("book_id", 0),
                      parent_column("chapter_id", 1),
                      {.name = "text", .type = string_type}}};
}

}  // namespace

Tables library_tables(WriteMode write, bool numbered) {
  Tables tables;
  tables.entities = {{.name = "book", .write = write, .versioned = true, .record_table = 0}};
  tables.tables = {book_table(numbered), chapter_table(numbered)};
  if (numbered) tables.tables.push_back(note_table());
  return tables;
}

struct MemorySpool::Part {
  explicit Part(const Tables& tables)
      : arena(64 * MiB), records(record_schema(), arena), rejects(reject_schema(), arena) {
    for (std::size_t i = 0; i < tables.tables.size(); ++i)
      rows.push_back(
          std::make_unique<flow::BatchBuilder>(tables.batch_schema(static_cast<i32>(i)), arena));
  }
  flow::Arena arena;
  flow::BatchBuilder records;
  flow::BatchBuilder rejects;
  std::vector<std::unique_ptr<flow::BatchBuilder>> rows;
};

class MemorySpool::Reader : public spool::BlockReader {
 public:
  explicit Reader(const std::vector<std::shared_ptr<Part>>& parts) : parts_(parts) {}
  i64 parts() const override { return static_cast<i64>(parts_.size()); }
  Result<Batch> records(i64 part) override { return at(part).records.view(); }
  Result<Batch> table(i64 part, i32 table) override {
    return at(part).rows[static_cast<std::size_t>(table)]->view();
  }
  Result<Batch> rejects(i64 part) override { return at(part).rejects.view(); }

 private:
  Part& at(i64 part) { return *parts_[static_cast<std::size_t>(part)]; }
  const std::vector<std::shared_ptr<Part>>& parts_;
};

MemorySpool::MemorySpool(Tables tables, std::filesystem::path folder) : folder_(std::move(folder)) {
  identity_.tables = std::move(tables);
  std::filesystem::create_directories(folder_);
}

void MemorySpool::add_chunk(const std::vector<std::vector<Book>>& parts) {
  spool::SealedChunk chunk{.number = static_cast<i64>(chunks_.size())};
  auto& made = parts_.emplace_back();
  for (const auto& books : parts) {
    made.push_back(std::make_shared<Part>(identity_.tables));
    for (const Book& book : books) add_book(*made.back(), book, ++rows_);
    chunk.records += made.back()->records.rows();
    chunk.rejects += made.back()->rejects.rows();
  }
  chunk.parts = static_cast<i64>(made.size());
  chunks_.push_back(chunk);
}

void MemorySpool::add_book(Part& part, const Book& book, i64 row) {
  if (book.title.empty() && !book.deleted) {
    part.rejects.column(reject_input).append(i32{0});
    part.rejects.column(reject_row).append(row);
    part.rejects.column(reject_offset).append(row * 100);
    part.rejects.column(reject_key).append_text(book.isbn);
    part.rejects.column(reject_reason).append_text("required");
    part.rejects.column(reject_detail).append_text("a book needs a title");
    part.rejects.column(reject_raw).append_text("<book/>");
    return;
  }
  const auto record = static_cast<i32>(part.records.rows());
  std::string key;
  encode_text(book.isbn, key);
  std::string version;
  encode_int(book.version, version);
  part.records.column(record_entity).append(i32{0});
  part.records.column(record_input).append(i32{0});
  part.records.column(record_row).append(row);
  part.records.column(record_key).append_text(key);
  part.records.column(record_version).append_text(version);
  part.records.column(record_deleted).append_bool(book.deleted);
  if (book.deleted) return;

  flow::BatchBuilder& books = *part.rows[0];
  books.column(0).append(record);
  books.column(1).append_text(book.isbn);
  books.column(2).append_text(book.title);
  books.column(3).append(static_cast<i32>(book.chapters.size() * 10));
  i32 n = 0;
  for (const Chapter& chapter : book.chapters) {
    flow::BatchBuilder& chapters = *part.rows[1];
    const auto parent = static_cast<i32>(chapters.rows());
    chapters.column(0).append(record);
    chapters.column(1).append(++n);
    chapters.column(2).append_text(chapter.name);
    for (const std::string& text : chapter.notes) {
      part.rows[2]->column(0).append(record);
      part.rows[2]->column(1).append(parent);
      part.rows[2]->column(2).append_text(text);
    }
  }
}

Result<std::unique_ptr<spool::ChunkWriter>> MemorySpool::write_chunk(i64) {
  return Error(ErrorCode::unsupported, "a spool in memory");
}
Result<void> MemorySpool::record(const spool::SealedChunk&, const flow::ChunkRow&,
                                 const std::vector<flow::InputRow>&) {
  return Error(ErrorCode::unsupported, "a spool in memory");
}

Result<std::vector<flow::ChunkRow>> MemorySpool::chunk_rows() const {
  std::vector<flow::ChunkRow> rows;
  for (const spool::SealedChunk& chunk : chunks_) rows.push_back({.number = chunk.number});
  return rows;
}

Result<std::vector<flow::InputRow>> MemorySpool::inputs() const {
  return std::vector<flow::InputRow>{{.number = 0,
                                      .source = "library",
                                      .location = "books.xml",
                                      .size = 1000,
                                      .records = rows_,
                                      .status = flow::InputStatus::loaded}};
}

Result<std::unique_ptr<spool::BlockReader>> MemorySpool::read(const spool::SealedChunk& chunk,
                                                              flow::Arena&) const {
  return std::make_unique<Reader>(parts_[static_cast<std::size_t>(chunk.number)]);
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "weir-files-XXXXXX").string();
  path_ = ::mkdtemp(name.data());
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> rows_of(const Batch& batch) {
  std::vector<std::string> rows;
  for (i64 row = 0; row < batch.rows; ++row) {
    std::string text;
    for (const Column& column : batch.columns) {
      if (!text.empty()) text += '|';
      if (column.is_null(row)) text += '-';
      if (!column.is_null(row)) format::append_csv_value(column, row, text);
    }
    rows.push_back(std::move(text));
  }
  return rows;
}

std::vector<std::string> scan_rows(Target& target, std::string_view table,
                                   const ScanOptions& options) {
  std::vector<std::string> rows;
  const auto scanned = target.scan(table, options, [&](const Batch& batch) {
    for (std::string& row : rows_of(batch)) rows.push_back(std::move(row));
    return Result<void>();
  });
  if (!scanned) rows.push_back("error: " + scanned.error().message());
  std::ranges::sort(rows);
  return rows;
}

}  // namespace weir::target
