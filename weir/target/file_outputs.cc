#include "weir/target/file_outputs.h"

#include <fmt/format.h>

namespace weir::target {

namespace {

// A writer keeps what its file's last bytes say of each group until then; with many columns that
// is a megabyte a group, so a file has this many at most.
constexpr i64 groups_a_file = 8;

}  // namespace

TableOutputs::TableOutputs(const FileFormat& format, const Tables& tables, FileFolder& folder,
                           std::string run, i64 lanes, i64 lane_bytes)
    : format_(format),
      tables_(tables),
      folder_(folder),
      run_(std::move(run)),
      lane_bytes_(lane_bytes),
      lanes_(static_cast<std::size_t>(format.one_file_a_table() ? 1 : lanes)) {
  for (Lane& lane : lanes_) lane.resize(tables.tables.size());
}

std::string TableOutputs::file_name(i64 lane, i32 table) const {
  const std::string& name = tables_.tables[static_cast<std::size_t>(table)].name;
  if (format_.one_file_a_table()) return fmt::format("{}.{}", name, format_.name());
  const auto& output = lanes_[static_cast<std::size_t>(lane)][static_cast<std::size_t>(table)];
  if (output.ended.empty()) return fmt::format("{}/part-{:05}.{}", name, lane, format_.name());
  return fmt::format("{}/part-{:05}-{}.{}", name, lane, output.ended.size() + 1, format_.name());
}

Result<TableWriter*> TableOutputs::writer(i64 lane, i32 table) {
  const std::scoped_lock lock(mutex_);
  Output& output = lanes_[static_cast<std::size_t>(lane)][static_cast<std::size_t>(table)];
  if (output.writer == nullptr) {
    output.name = file_name(lane, table);
    const std::string file = folder_.store().tables_of(run_) + "/" + output.name;
    WEIR_ASSIGN(output.writer, folder_.write(format_, file, tables_.stored_schema(table)));
  }
  return output.writer.get();
}

Result<void> TableOutputs::append(i64 lane, i32 table, const Batch& rows) {
  if (format_.one_file_a_table()) lane = 0;
  WEIR_ASSIGN(TableWriter * writer, this->writer(lane, table));
  Lane& outputs = lanes_[static_cast<std::size_t>(lane)];
  if (!format_.one_file_a_table() && is_full(outputs, *writer)) {
    Output& output = outputs[static_cast<std::size_t>(table)];
    if (++output.groups < groups_a_file) {
      writer->end_group();
    } else {
      WEIR_TRY(end_file(output));
      WEIR_ASSIGN(writer, this->writer(lane, table));
    }
  }
  return writer->append(rows);
}

Result<void> TableOutputs::end_file(Output& output) {
  WEIR_ASSIGN(const FileStats stats, output.writer->finish());
  output.ended.push_back({run_ + "/" + output.name, stats.rows, stats.bytes});
  output.writer.reset();
  output.groups = 0;
  return {};
}

// Tables with little in memory wait on: together they hold at most half of what is allowed.
bool TableOutputs::is_full(const Lane& lane, const TableWriter& next) const {
  i64 buffered = 0;
  i64 open = 0;
  for (const Output& output : lane) {
    if (output.writer == nullptr) continue;
    buffered += output.writer->buffered_bytes();
    ++open;
  }
  return buffered > lane_bytes_ && next.buffered_bytes() > lane_bytes_ / (2 * open);
}

Result<void> TableOutputs::make_empty(i32 table) {
  for (const Lane& lane : lanes_)
    if (const Output& output = lane[static_cast<std::size_t>(table)];
        output.writer != nullptr || !output.ended.empty())
      return {};
  auto made = writer(0, table);
  if (!made) return std::move(made).error();
  return {};
}

Result<void> TableOutputs::end_lane(i64 lane) {
  for (Output& output : lanes_[static_cast<std::size_t>(lane)])
    if (output.writer != nullptr) WEIR_TRY(end_file(output));
  return {};
}

Result<std::vector<std::vector<TableFile>>> TableOutputs::finish() {
  std::vector<std::vector<TableFile>> files(tables_.tables.size());
  for (i64 i = 0; i < lanes(); ++i) {
    WEIR_TRY(end_lane(i));
    Lane& lane = lanes_[static_cast<std::size_t>(i)];
    for (std::size_t table = 0; table < lane.size(); ++table) {
      Output& output = lane[table];
      if (output.ended.empty()) continue;
      for (TableFile& file : output.ended) files[table].push_back(std::move(file));
    }
  }
  return files;
}

}  // namespace weir::target
