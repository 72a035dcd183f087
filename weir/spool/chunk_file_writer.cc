#include <fmt/format.h>
#include <unistd.h>

#include <cstring>

#include "weir/base/hash.h"
#include "weir/spool/byte_planes.h"
#include "weir/spool/chunk_file.h"

namespace weir::spool {
namespace {

constexpr i64 write_bytes = 256 * KiB;
constexpr i64 rows_a_piece = piece_bytes / static_cast<i64>(sizeof(i32));

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::span<const std::byte> bytes_of(const std::byte* data, i64 bytes) {
  return {data, static_cast<std::size_t>(bytes)};
}

i64 memory_of(const Column& column) {
  if (column.length == 0) return 0;
  i64 bytes = column.null_count > 0 ? aligned((column.length + 7) / 8) : 0;
  const bool is_list = column.type.kind == TypeKind::list;
  if (!is_list && !is_text(column.type))
    return bytes + aligned(values_bytes(column.type, column.length));
  bytes += aligned((column.length + 1) * static_cast<i64>(sizeof(i32)));
  if (is_list) return bytes + memory_of(*column.child);
  return bytes + aligned(column.offsets[column.length] - column.offsets[0]);
}

}  // namespace

Result<std::unique_ptr<ChunkWriter>> ChunkFileWriter::create(const std::filesystem::path& folder,
                                                             i64 number,
                                                             const ChunkLayout& layout) {
  const std::string name = fmt::format("chunk-{:06}.weir", number);
  WEIR_ASSIGN(File file, File::create(folder / (name + ".part")));
  std::unique_ptr<ChunkFileWriter> made(
      new ChunkFileWriter(std::move(file), folder / name, number, layout));
  WEIR_TRY(made->write(&layout.header, sizeof layout.header));
  return std::unique_ptr<ChunkWriter>(std::move(made));
}

ChunkFileWriter::ChunkFileWriter(File file, std::filesystem::path final_path, i64 number,
                                 const ChunkLayout& layout)
    : file_(std::move(file)), final_path_(std::move(final_path)), layout_(layout) {
  sealed_.number = number;
  sealed_.file = final_path_.filename();
  out_.reserve(static_cast<std::size_t>(write_bytes));
  lengths_.resize(static_cast<std::size_t>(piece_bytes));
  planes_.resize(static_cast<std::size_t>(piece_bytes));
}

ChunkFileWriter::~ChunkFileWriter() {
  if (!is_sealed_) ::unlink(file_.path().c_str());
}

Result<void> ChunkFileWriter::add(const ChunkBatches& part) {
  WEIR_ASSERT(part.tables.size() + 2 == layout_.schemas.size());
  ++sealed_.parts;
  sealed_.records += part.records.rows;
  sealed_.rejects += part.rejects.rows;
  WEIR_TRY(add_batch(part.records, layout_.schemas.front()));
  for (std::size_t i = 0; i < part.tables.size(); ++i)
    WEIR_TRY(add_batch(part.tables[i], layout_.schemas[i + 1]));
  return add_batch(part.rejects, layout_.schemas.back());
}

Result<void> ChunkFileWriter::add_batch(const Batch& batch, const Schema& schema) {
  WEIR_ASSERT(batch.rows == 0 || batch.columns.size() == schema.fields.size());
  const i64 begin = written_ + static_cast<i64>(out_.size());
  block_ = {.rows = batch.rows};
  for (std::size_t i = 0; i < batch.columns.size() && batch.rows > 0; ++i) {
    WEIR_ASSERT(batch.columns[i].type == schema.fields[i].type);
    block_.memory_bytes += memory_of(batch.columns[i]);
    WEIR_TRY(add_column(batch.columns[i]));
  }
  block_.bytes = written_ + static_cast<i64>(out_.size()) - begin;
  blocks_.push_back(block_);
  return {};
}

Result<void> ChunkFileWriter::add_column(const Column& column) {
  if (column.length == 0) return {};  // items of lists that are all empty or null
  const auto null_count = static_cast<u32>(column.null_count);
  WEIR_TRY(add_unit(std::as_bytes(std::span(&null_count, 1))));
  if (null_count > 0)
    WEIR_TRY(add_values(reinterpret_cast<const std::byte*>(column.validity),
                        (column.length + 7) / 8, Planes::none));
  if (column.type.kind == TypeKind::list) {
    WEIR_ASSERT(column.offsets[0] == 0 && column.offsets[column.length] == column.child->length);
    WEIR_TRY(add_lengths(column.offsets, column.length));
    return add_column(*column.child);
  }
  if (is_text(column.type)) {
    WEIR_TRY(add_lengths(column.offsets, column.length));
    const i64 first = column.offsets[0];
    return add_values(column.values + first, column.offsets[column.length] - first, Planes::none);
  }
  return add_values(column.values, values_bytes(column.type, column.length),
                    planes_of(column.type));
}

Result<void> ChunkFileWriter::add_values(const std::byte* values, i64 bytes, Planes planes) {
  for (i64 at = 0; at < bytes; at += piece_bytes)
    WEIR_TRY(add_piece(bytes_of(values + at, std::min(bytes - at, piece_bytes)), planes));
  return {};
}

// Lengths are small numbers where offsets are large ones: they compress.
Result<void> ChunkFileWriter::add_lengths(const i32* offsets, i64 rows) {
  auto* lengths = reinterpret_cast<i32*>(lengths_.data());
  for (i64 first = 0; first < rows; first += rows_a_piece) {
    const i64 count = std::min(rows - first, rows_a_piece);
    for (i64 i = 0; i < count; ++i) lengths[i] = offsets[first + i + 1] - offsets[first + i];
    WEIR_TRY(
        add_piece(bytes_of(lengths_.data(), count * static_cast<i64>(sizeof(i32))), Planes::of_4));
  }
  return {};
}

Result<void> ChunkFileWriter::add_piece(std::span<const std::byte> raw, Planes planes) {
  const auto bytes = static_cast<i64>(raw.size());
  if (planes == Planes::of_4) to_planes<u32>(raw.data(), bytes / 4, planes_.data());
  if (planes == Planes::of_8) to_planes<u64>(raw.data(), bytes / 8, planes_.data());
  if (planes != Planes::none) raw = std::span(planes_).first(raw.size());

  // Compressed where it will stand, behind its size.
  const auto most = static_cast<i64>(sizeof(u32)) + bytes;
  if (static_cast<i64>(out_.size()) + most > write_bytes) WEIR_TRY(write_out());
  const std::size_t begin = out_.size();
  out_.resize(begin + static_cast<std::size_t>(most));
  std::byte* unit = out_.data() + begin;
  const u32 size = compressor_.compress(raw, unit + sizeof size);
  std::memcpy(unit, &size, sizeof size);
  out_.resize(begin + sizeof size + (size & ~stored_as_is));
  block_.checksum = hash64(text_of(std::span(out_).subspan(begin)), block_.checksum);
  return {};
}

Result<void> ChunkFileWriter::add_unit(std::span<const std::byte> unit) {
  block_.checksum = hash64(text_of(unit), block_.checksum);
  return write(unit.data(), static_cast<i64>(unit.size()));
}

Result<void> ChunkFileWriter::write(const void* bytes, i64 count) {
  if (static_cast<i64>(out_.size()) + count > write_bytes) WEIR_TRY(write_out());
  const auto* begin = static_cast<const std::byte*>(bytes);
  out_.insert(out_.end(), begin, begin + count);
  return {};
}

Result<void> ChunkFileWriter::write_out() {
  WEIR_TRY(file_.write_at(written_, out_));
  written_ += static_cast<i64>(out_.size());
  out_.clear();
  return {};
}

Result<SealedChunk> ChunkFileWriter::seal() {
  WEIR_TRY(write_out());
  const std::span<const std::byte> footer = std::as_bytes(std::span(blocks_));
  const ChunkTrailer trailer{.footer_checksum = hash64(text_of(footer), static_cast<u64>(written_)),
                             .footer_at = written_};
  WEIR_TRY(file_.write_at(written_, footer));
  written_ += static_cast<i64>(footer.size());
  WEIR_TRY(write(&trailer, sizeof trailer));
  WEIR_TRY(write_out());
  WEIR_TRY(file_.sync());
  file_.close();
  std::error_code error;
  std::filesystem::rename(file_.path(), final_path_, error);
  if (error)
    return system_error(fmt::format("cannot rename {}", file_.path().string()), error.value());
  is_sealed_ = true;
  WEIR_TRY(sync_folder(final_path_.parent_path()));
  sealed_.bytes = written_;
  return sealed_;
}

}  // namespace weir::spool
