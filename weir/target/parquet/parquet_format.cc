#include "weir/target/parquet/parquet_format.h"

#include "weir/target/parquet/parquet_reader.h"
#include "weir/target/parquet/parquet_writer.h"

namespace weir::target {
namespace {

class ParquetFormat : public FileFormat {
 public:
  std::string_view name() const override { return "parquet"; }
  bool one_file_a_table() const override { return false; }
  store::ReadPattern read_pattern() const override { return store::ReadPattern::scattered; }
  Result<std::unique_ptr<TableWriter>> write(std::unique_ptr<OutputFile> file,
                                             const Schema& schema) const override {
    return write_parquet(std::move(file), schema);
  }
  Result<std::unique_ptr<TableReader>> read(store::SharedFile file, const Schema& schema,
                                            const std::vector<i32>& columns,
                                            i64 batch_rows) const override {
    return read_parquet(std::move(file), schema, columns, batch_rows);
  }
};

}  // namespace

std::unique_ptr<FileFormat> make_parquet_format() { return std::make_unique<ParquetFormat>(); }

}  // namespace weir::target
