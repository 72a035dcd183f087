#include "weir/target/csv_format.h"

#include <algorithm>
#include <mutex>
#include <numeric>

#include "weir/base/byte_stream.h"
#include "weir/format/csv_reader.h"
#include "weir/format/csv_writer.h"
#include "weir/target/file_output.h"

namespace weir::target {
namespace {

// Rows are turned into text outside of the lock, this many at a time.
constexpr i64 block_rows = 1024;
// Texts of this size are written at once; memory is this, and the rows of a block, for each thread.
constexpr std::size_t write_bytes = static_cast<std::size_t>(256 * KiB);
// What a batch that is read may occupy: the reader stops a batch that reaches it.
constexpr i64 read_bytes = 32 * MiB;

class CsvTableWriter : public TableWriter {
 public:
  CsvTableWriter(std::unique_ptr<OutputFile> file, const Schema& schema)
      : file_(std::move(file)), csv_(schema) {}

  Result<void> write_header() {
    std::string header;
    csv_.write_header(header);
    return file_->write(header);
  }

  Result<void> append(const Batch& batch) override {
    std::string text;
    for (i64 first = 0; first < batch.rows; first += block_rows) {
      const i64 last = std::min(first + block_rows, batch.rows);
      csv_.write_rows(batch, first, last, text);
      if (text.size() < write_bytes && last < batch.rows) continue;
      WEIR_TRY(write(text));
      text.clear();
    }
    const std::scoped_lock lock(mutex_);
    rows_ += batch.rows;
    return {};
  }

  i64 buffered_bytes() const override { return 0; }
  void end_group() override {}

  Result<FileStats> finish() override {
    WEIR_TRY(file_->finish());
    return FileStats{.rows = rows_, .bytes = file_->bytes()};
  }

 private:
  // Whole rows.
  Result<void> write(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    return file_->write(text);
  }

  std::mutex mutex_;  // of the file and the number of rows
  const std::unique_ptr<OutputFile> file_;
  i64 rows_ = 0;
  const format::CsvWriter csv_;
};

class FileBytes : public ByteStream {
 public:
  explicit FileBytes(store::SharedFile file) : file_(std::move(file)) {}

  std::string name() const { return file_->path().string(); }

  Result<i64> read(std::span<std::byte> out) override {
    WEIR_ASSIGN(const i64 count, file_->read_at(offset_, out));
    offset_ += count;
    return count;
  }

 private:
  store::SharedFile file_;
  i64 offset_ = 0;
};

class CsvTableReader : public TableReader {
 public:
  CsvTableReader(FileBytes bytes, const Schema& schema, std::vector<i32> columns, i64 batch_rows)
      : bytes_(std::move(bytes)),
        reader_(schema, bytes_),
        arena_(read_bytes),
        rows_(schema, arena_),
        columns_(std::move(columns)),
        batch_rows_(batch_rows) {}

  Result<bool> next(Batch& batch) override {
    rows_.clear();
    arena_.clear_exhausted();
    auto count = reader_.read(batch_rows_, rows_);
    if (!count) return std::move(count).error().context(bytes_.name());
    const Batch all = rows_.view();
    batch = {.rows = *count};
    for (i32 column : columns_)
      batch.columns.push_back(all.columns[static_cast<std::size_t>(column)]);
    return *count > 0;
  }

 private:
  FileBytes bytes_;
  format::CsvReader reader_;
  flow::Arena arena_;
  flow::BatchBuilder rows_;
  std::vector<i32> columns_;
  i64 batch_rows_;
};

class CsvFormat : public FileFormat {
 public:
  std::string_view name() const override { return "csv"; }
  bool one_file_a_table() const override { return true; }

  store::ReadPattern read_pattern() const override { return store::ReadPattern::front_to_back; }

  Result<std::unique_ptr<TableWriter>> write(std::unique_ptr<OutputFile> file,
                                             const Schema& schema) const override {
    auto writer = std::make_unique<CsvTableWriter>(std::move(file), schema);
    WEIR_TRY(writer->write_header());
    return writer;
  }

  Result<std::unique_ptr<TableReader>> read(store::SharedFile file, const Schema& schema,
                                            const std::vector<i32>& columns,
                                            i64 batch_rows) const override {
    return std::make_unique<CsvTableReader>(FileBytes(std::move(file)), schema, columns,
                                            batch_rows);
  }
};

}  // namespace

std::unique_ptr<FileFormat> make_csv_format() { return std::make_unique<CsvFormat>(); }

}  // namespace weir::target
