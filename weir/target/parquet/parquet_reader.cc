#include "weir/target/parquet/parquet_reader.h"

#include <arrow/array/array_base.h>
#include <arrow/array/concatenate.h>
#include <arrow/array/data.h>
#include <arrow/array/util.h>
#include <arrow/c/bridge.h>
#include <arrow/io/file.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/file_reader.h>
#include <parquet/properties.h>

#include <numeric>

#include "weir/base/arrow_abi.h"
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

class ParquetReader : public TableReader {
 public:
  ParquetReader(const std::filesystem::path& file, Schema schema)
      : name_(file.string()), schema_(std::move(schema)), pool_(arrow::system_memory_pool()) {}

  ~ParquetReader() override {
    held_.release();
    imported_ = {};
  }

  Result<void> open(const std::vector<i32>& columns, i64 batch_rows) {
    return guard_arrow(name_, [&] {
      parquet::ReaderProperties properties(&pool_);
      properties.enable_buffered_stream();
      parquet::ArrowReaderProperties arrow_properties(false);
      arrow_properties.set_batch_size(batch_rows);
      arrow_properties.set_pre_buffer(false);
      ARROW_ASSIGN_OR_RAISE(auto input, arrow::io::ReadableFile::Open(name_, &pool_));
      ARROW_ASSIGN_OR_RAISE(
          reader_,
          parquet::arrow::FileReader::Make(
              &pool_, parquet::ParquetFileReader::Open(input, properties), arrow_properties));
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
    WEIR_TRY(guard_arrow(name_, [&] {
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
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::shared_ptr<arrow::RecordBatchReader> rows_;
  std::vector<int> order_;
  HeldArray held_;
  ImportedBatch imported_;
};

}  // namespace

Result<std::unique_ptr<TableReader>> read_parquet(const std::filesystem::path& file,
                                                  const Schema& schema,
                                                  const std::vector<i32>& columns, i64 batch_rows) {
  Schema wanted;
  for (i32 column : columns)
    wanted.fields.push_back(schema.fields[static_cast<std::size_t>(column)]);
  auto reader = std::make_unique<ParquetReader>(file, std::move(wanted));
  WEIR_TRY(reader->open(columns, batch_rows));
  return reader;
}

}  // namespace weir::target
