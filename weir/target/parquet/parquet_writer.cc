#include "weir/target/parquet/parquet_writer.h"

#include <arrow/c/bridge.h>
#include <arrow/io/interfaces.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include <optional>

#include "weir/base/arrow_abi.h"
#include "weir/target/file_output.h"
#include "weir/target/parquet/parquet_status.h"

namespace weir::target {
namespace {

// Small pages and dictionaries: a table of 70 columns has as many of each open at once. Measured by
// parquet_bench on 70 columns: dictionaries of 32 KiB are a tenth faster than those of 64 KiB, as
// columns with many values give them up sooner; pages of 1 MiB hold 26 MiB instead of 10.
constexpr i64 page_bytes = 128 * KiB;
constexpr i64 dictionary_bytes = 32 * KiB;
// Level 1 takes a tenth more time than Snappy or LZ4, and files are a quarter to a half smaller.
constexpr int zstd_level = 1;

// An OutputFile as Arrow takes it; keeps the Error, as a Status has only its text.
class FileStream : public arrow::io::OutputStream {
 public:
  explicit FileStream(OutputFile& file) : file_(file) {}

  arrow::Status Write(const void* data, int64_t bytes) override {
    if (error_) return arrow::Status::IOError(error_->message());
    auto written = file_.write({static_cast<const char*>(data), static_cast<std::size_t>(bytes)});
    if (!written) return stop(std::move(written).error());
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> Tell() const override { return file_.bytes(); }
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }

  // Nothing is written from now on.
  arrow::Status stop(Error error) {
    error_ = std::move(error);
    return arrow::Status::IOError(error_->message());
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  OutputFile& file_;
  bool closed_ = false;
  std::optional<Error> error_;
};

std::shared_ptr<parquet::WriterProperties> writer_properties(arrow::MemoryPool* pool) {
  parquet::WriterProperties::Builder builder;
  builder.memory_pool(pool)
      ->version(parquet::ParquetVersion::PARQUET_2_6)
      ->compression(parquet::Compression::ZSTD)
      ->compression_level(zstd_level)
      ->data_pagesize(page_bytes)
      ->dictionary_pagesize_limit(dictionary_bytes)
      ->enable_store_decimal_as_integer()
      ->created_by("weir");
  return builder.build();
}

class ParquetWriter : public TableWriter {
 public:
  explicit ParquetWriter(std::unique_ptr<OutputFile> file)
      : file_(std::move(file)),
        name_(file_->name()),
        pool_(arrow::system_memory_pool()),
        stream_(std::make_shared<FileStream>(*file_)) {}

  // A writer that was not finished writes nothing more when it goes.
  ~ParquetWriter() override {
    if (writer_ && !stream_->error())
      static_cast<void>(stream_->stop(Error(ErrorCode::cancelled, "not finished")));
  }

  Result<void> open(const Schema& schema) {
    return guarded([&] {
      ArrowSchema exported;
      export_schema(schema, &exported);
      ARROW_ASSIGN_OR_RAISE(schema_, arrow::ImportSchema(&exported));
      ARROW_ASSIGN_OR_RAISE(writer_, parquet::arrow::FileWriter::Open(
                                         *schema_, &pool_, stream_, writer_properties(&pool_),
                                         parquet::default_arrow_writer_properties()));
      return arrow::Status::OK();
    });
  }

  Result<void> append(const Batch& batch) override {
    if (batch.rows == 0) return {};
    WEIR_TRY(guarded([&] {
      if (!in_row_group_) ARROW_RETURN_NOT_OK(writer_->NewBufferedRowGroup());
      in_row_group_ = true;
      ArrowArray exported;
      export_batch(batch, &exported);
      ARROW_ASSIGN_OR_RAISE(auto rows, arrow::ImportRecordBatch(&exported, schema_));
      return writer_->WriteRecordBatch(*rows);
    }));
    rows_ += batch.rows;
    return {};
  }

  i64 buffered_bytes() const override { return pool_.bytes_allocated(); }
  // A row group is begun by rows only, so that none is empty.
  void end_group() override { in_row_group_ = false; }

  Result<FileStats> finish() override {
    WEIR_TRY(guarded([&] { return writer_->Close(); }));
    WEIR_TRY(file_->finish());
    return FileStats{.rows = rows_, .bytes = file_->bytes()};
  }

 private:
  template <typename Work>
  Result<void> guarded(Work&& work) {
    auto done = guard_arrow(name_, std::forward<Work>(work));
    if (!done && stream_->error()) return *stream_->error();
    return done;
  }

  const std::unique_ptr<OutputFile> file_;
  const std::string name_;
  arrow::ProxyMemoryPool pool_;
  std::shared_ptr<FileStream> stream_;
  std::shared_ptr<arrow::Schema> schema_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
  bool in_row_group_ = false;
  i64 rows_ = 0;
};

}  // namespace

Result<std::unique_ptr<TableWriter>> write_parquet(std::unique_ptr<OutputFile> file,
                                                   const Schema& schema) {
  auto writer = std::make_unique<ParquetWriter>(std::move(file));
  WEIR_TRY(writer->open(schema));
  return writer;
}

}  // namespace weir::target
