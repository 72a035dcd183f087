#include "weir/target/parquet/parquet_reader.h"

#include <arrow/array/array_base.h>
#include <arrow/array/concatenate.h>
#include <arrow/array/data.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/c/bridge.h>
#include <arrow/io/interfaces.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/file_reader.h>
#include <parquet/properties.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "weir/base/arrow_abi.h"
#include "weir/store/s3_settings.h"
#include "weir/target/parquet/parquet_status.h"

namespace weir::target {
namespace {

// A batch as the C data interface gave it; what it points to lives until the next one.
class HeldArray {
 public:
  HeldArray() = default;
  ~HeldArray() { release(); }
  HeldArray(const HeldArray&) = delete;
  HeldArray& operator=(const HeldArray&) = delete;

  ArrowArray* get() { return &array_; }
  void release() {
    if (array_.release != nullptr) array_.release(&array_);
  }

 private:
  ArrowArray array_{};
};

// Of the pages of a column, as many bytes are asked for at once; of all together, no more than
// that.
constexpr i64 least_buffer_bytes = 16 * KiB;
constexpr i64 most_buffer_bytes = 1 * MiB;
constexpr i64 all_buffer_bytes = 12 * MiB;

// A file or object as Arrow takes it; keeps the Error, as a Status has only its text.
class InputFile : public arrow::io::RandomAccessFile {
 public:
  InputFile(store::SharedFile file, arrow::MemoryPool* pool)
      : file_(std::move(file)), pool_(pool) {}

  arrow::Result<int64_t> GetSize() override {
    auto size = file_->size();
    if (!size) return failed(std::move(size).error());
    return *size;
  }
  arrow::Result<int64_t> ReadAt(int64_t position, int64_t bytes, void* out) override {
    auto count =
        file_->read_at(position, {static_cast<std::byte*>(out), static_cast<std::size_t>(bytes)});
    if (!count) return failed(std::move(count).error());
    return *count;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t bytes) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(bytes, pool_));
    ARROW_ASSIGN_OR_RAISE(const int64_t count, ReadAt(position, bytes, buffer->mutable_data()));
    if (count < bytes) ARROW_RETURN_NOT_OK(buffer->Resize(count));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }
  arrow::Result<int64_t> Read(int64_t bytes, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t count, ReadAt(position_, bytes, out));
    position_ += count;
    return count;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t bytes) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, bytes));
    position_ += buffer->size();
    return buffer;
  }
  arrow::Status Seek(int64_t position) override {
    position_ = position;
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> Tell() const override { return position_; }
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }

  const std::optional<Error>& error() const { return error_; }

 private:
  arrow::Status failed(Error error) {
    error_ = std::move(error);
    return arrow::Status::IOError(error_->message());
  }

  const store::SharedFile file_;
  arrow::MemoryPool* const pool_;
  int64_t position_ = 0;
  bool closed_ = false;
  std::optional<Error> error_;
};

class ParquetReader : public TableReader {
 public:
  ParquetReader(store::SharedFile file, Schema schema)
      : name_(file->path().string()),
        schema_(std::move(schema)),
        pool_(arrow::system_memory_pool()),
        input_(std::make_shared<InputFile>(std::move(file), &pool_)) {}

  ~ParquetReader() override {
    held_.release();
    imported_ = {};
  }

  Result<void> open(const std::vector<i32>& columns, i64 batch_rows) {
    return guarded([&] {
      parquet::ReaderProperties properties(&pool_);
      properties.enable_buffered_stream();
      if (store::is_s3_url(name_)) properties.set_buffer_size(buffer_bytes(columns));
      parquet::ArrowReaderProperties arrow_properties(false);
      arrow_properties.set_batch_size(batch_rows);
      arrow_properties.set_pre_buffer(false);
      ARROW_ASSIGN_OR_RAISE(
          reader_,
          parquet::arrow::FileReader::Make(
              &pool_, parquet::ParquetFileReader::Open(input_, properties), arrow_properties));
      std::vector<int> groups(static_cast<std::size_t>(reader_->num_row_groups()));
      std::iota(groups.begin(), groups.end(), 0);
      ARROW_ASSIGN_OR_RAISE(rows_, reader_->GetRecordBatchReader(groups, leaves(columns)));
      return rows_->schema()->num_fields() == static_cast<int>(columns.size())
                 ? order_columns(columns)
                 : arrow::Status::Invalid("the file lacks columns of its table");
    });
  }

  Result<bool> next(Batch& batch) override {
    std::shared_ptr<arrow::RecordBatch> rows;
    held_.release();
    WEIR_TRY(guarded([&] {
      do ARROW_RETURN_NOT_OK(rows_->ReadNext(&rows));
      while (rows != nullptr && rows->num_rows() == 0);
      if (rows == nullptr) return arrow::Status::OK();
      ARROW_ASSIGN_OR_RAISE(rows, in_order(*rows));
      return arrow::ExportRecordBatch(*rows, held_.get());
    }));
    if (rows == nullptr) return false;
    auto imported = import_batch(schema_, *held_.get());
    if (!imported) return std::move(imported).error().context(name_);
    imported_ = *std::move(imported);
    batch = imported_.batch;
    return true;
  }

 private:
  template <typename Work>
  Result<void> guarded(Work&& work) {
    auto done = guard_arrow(name_, std::forward<Work>(work));
    if (!done && input_->error()) return *input_->error();
    return done;
  }

  // A request to an object store is dear: it asks for more than a page.
  static i64 buffer_bytes(const std::vector<i32>& columns) {
    return std::clamp(all_buffer_bytes / std::max<i64>(std::ssize(columns), 1), least_buffer_bytes,
                      most_buffer_bytes);
  }

  // The leaf columns of Parquet behind the fields at `columns`: each has one.
  static std::vector<int> leaves(const std::vector<i32>& columns) {
    std::vector<int> sorted(columns.begin(), columns.end());
    std::sort(sorted.begin(), sorted.end());
    return sorted;
  }

  // Arrow gives columns in the order of the file; remembers where each asked for stands there.
  arrow::Status order_columns(const std::vector<i32>& columns) {
    const std::vector<int> sorted = leaves(columns);
    for (i32 column : columns) {
      const auto found = std::lower_bound(sorted.begin(), sorted.end(), column);
      order_.push_back(static_cast<int>(found - sorted.begin()));
      const std::string& name = rows_->schema()->field(order_.back())->name();
      const std::string& expected = schema_.fields[order_.size() - 1].name;
      if (name != expected)
        return arrow::Status::Invalid("column ", column, " is ", name, ", expected ", expected);
    }
    return arrow::Status::OK();
  }

  // The columns as asked for; an array that is a slice of another is copied, as a Batch has none.
  arrow::Result<std::shared_ptr<arrow::RecordBatch>> in_order(const arrow::RecordBatch& rows) {
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    std::vector<std::shared_ptr<arrow::Field>> fields;
    for (int position : order_) {
      auto array = rows.column(position);
      const bool sliced = array->offset() != 0 ||
                          (array->num_fields() > 0 && array->data()->child_data[0]->offset != 0);
      if (sliced) {
        ARROW_ASSIGN_OR_RAISE(array, arrow::Concatenate({array}, &pool_));
      }
      arrays.push_back(std::move(array));
      fields.push_back(rows.schema()->field(position));
    }
    return arrow::RecordBatch::Make(arrow::schema(std::move(fields)), rows.num_rows(),
                                    std::move(arrays));
  }

  std::string name_;
  Schema schema_;  // of the columns asked for
  arrow::ProxyMemoryPool pool_;
  std::shared_ptr<InputFile> input_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::shared_ptr<arrow::RecordBatchReader> rows_;
  std::vector<int> order_;
  HeldArray held_;
  ImportedBatch imported_;
};

}  // namespace

Result<std::unique_ptr<TableReader>> read_parquet(store::SharedFile file, const Schema& schema,
                                                  const std::vector<i32>& columns, i64 batch_rows) {
  Schema wanted;
  for (i32 column : columns)
    wanted.fields.push_back(schema.fields[static_cast<std::size_t>(column)]);
  auto reader = std::make_unique<ParquetReader>(std::move(file), std::move(wanted));
  WEIR_TRY(reader->open(columns, batch_rows));
  return reader;
}

}  // namespace weir::target
