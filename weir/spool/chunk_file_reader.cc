#include <fmt/format.h>

#include <cstring>
#include <limits>

#include "weir/base/bytes.h"
#include "weir/base/hash.h"
#include "weir/spool/byte_planes.h"
#include "weir/spool/chunk_file.h"

namespace weir::spool {
namespace {

constexpr i64 window_bytes = 256 * KiB;
constexpr i64 most_rows = std::numeric_limits<i32>::max();

// The offsets of a column without rows.
constexpr i32 no_rows[1] = {0};

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class ChunkFileReader final : public BlockReader {
 public:
  ChunkFileReader(File file, const ChunkLayout& layout, flow::Arena& arena);

  Result<void> read_footer();

  i64 parts() const override {
    return static_cast<i64>(blocks_.size()) / static_cast<i64>(slots_.size());
  }
  Result<Batch> records(i64 part) override { return read(part, 0); }
  Result<Batch> table(i64 part, i32 table) override { return read(part, 1 + table); }
  Result<Batch> rejects(i64 part) override {
    return read(part, static_cast<i64>(slots_.size()) - 1);
  }

 private:
  // What the batches of one table are read into.
  struct Slot {
    explicit Slot(flow::Arena& arena) : memory(arena) {}
    flow::ArenaBuffer memory;
    std::vector<Column> items;  // of lists, by column
  };
  struct Block {
    i64 offset;
    BlockEntry entry;
  };

  Result<void> check_blocks(std::span<const BlockEntry> entries, i64 footer_at);
  Result<Batch> read(i64 part, i64 slot);
  Result<void> read_batch(const Schema& schema, Slot& slot, Batch& batch);
  Result<void> read_column(i64 rows, Column& column, Column* items);
  Result<std::byte*> take_memory(i64 bytes);
  Result<const std::byte*> read_values(i64 bytes, Planes planes);
  Result<const i32*> read_lengths(i64 rows);
  Result<void> read_piece(std::span<std::byte> raw, Planes planes);
  Result<std::span<const std::byte>> peek(i64 bytes);
  void take(std::span<const std::byte> unit);
  Error damaged(std::string_view what) const;
  Error no_memory(i64 bytes) const;

  File file_;
  const ChunkLayout& layout_;
  std::vector<Slot> slots_;
  std::vector<Block> blocks_;  // part by part
  flow::ArenaBuffer window_;
  std::vector<std::byte> planes_;  // a piece

  // Of the block that is being read.
  i64 block_ = 0;
  i64 at_ = 0;         // in the file, behind the window
  i64 end_ = 0;        // of the block
  i64 window_at_ = 0;  // what is taken of the window
  i64 window_end_ = 0;
  u64 checksum_ = 0;
  std::byte* memory_ = nullptr;
  i64 memory_left_ = 0;
};

ChunkFileReader::ChunkFileReader(File file, const ChunkLayout& layout, flow::Arena& arena)
    : file_(std::move(file)), layout_(layout), window_(arena) {
  for (const Schema& schema : layout.schemas) {
    slots_.emplace_back(arena);
    slots_.back().items.resize(schema.fields.size());
  }
  planes_.resize(static_cast<std::size_t>(piece_bytes));
}

Error ChunkFileReader::damaged(std::string_view what) const {
  return Error(ErrorCode::corrupt, fmt::format("{}: {}; remove the spool's folder and run again",
                                               file_.path().string(), what));
}

Error ChunkFileReader::no_memory(i64 bytes) const {
  return Error(ErrorCode::budget,
               fmt::format("{}: block {} needs {} to be read; raise --memory or lower "
                           "--chunk-share",
                           file_.path().string(), block_, format_size(bytes)));
}

Result<void> ChunkFileReader::read_footer() {
  WEIR_ASSIGN(const i64 size, file_.size());
  ChunkHeader header;
  ChunkTrailer trailer;
  const i64 trailer_at = size - static_cast<i64>(sizeof trailer);
  if (trailer_at < static_cast<i64>(sizeof header)) return damaged("the file is cut");
  WEIR_TRY(file_.read_at(0, std::as_writable_bytes(std::span(&header, 1))));
  WEIR_TRY(file_.read_at(trailer_at, std::as_writable_bytes(std::span(&trailer, 1))));
  if (header != layout_.header)
    return damaged("the header is not that of a chunk file of these tables and this version");
  if (trailer.magic != chunk_magic || trailer.footer_at < static_cast<i64>(sizeof header) ||
      trailer.footer_at > trailer_at)
    return damaged("the last bytes are not those of a chunk file");

  const i64 footer_bytes = trailer_at - trailer.footer_at;
  const i64 part_bytes = static_cast<i64>(sizeof(BlockEntry) * slots_.size());
  std::vector<BlockEntry> entries(static_cast<std::size_t>(footer_bytes) / sizeof(BlockEntry));
  if (footer_bytes % part_bytes != 0) return damaged("the footer is cut");
  const auto footer = std::as_writable_bytes(std::span(entries));
  WEIR_TRY(file_.read_at(trailer.footer_at, footer));
  if (hash64(text_of(footer), static_cast<u64>(trailer.footer_at)) != trailer.footer_checksum)
    return damaged("the checksum of the footer does not hold");
  return check_blocks(entries, trailer.footer_at);
}

// The blocks fill the file from header to footer.
Result<void> ChunkFileReader::check_blocks(std::span<const BlockEntry> entries, i64 footer_at) {
  i64 offset = sizeof(ChunkHeader);
  for (const BlockEntry& entry : entries) {
    const bool is_sound = entry.bytes >= 0 && entry.bytes <= footer_at - offset &&
                          entry.rows >= 0 && entry.rows <= most_rows && entry.memory_bytes >= 0;
    if (!is_sound) return damaged("the footer makes no sense");
    blocks_.push_back({offset, entry});
    offset += entry.bytes;
  }
  if (offset != footer_at) return damaged("the footer does not tell of all bytes");
  return {};
}

Result<Batch> ChunkFileReader::read(i64 part, i64 slot_index) {
  WEIR_ASSERT(part >= 0 && part < parts() && slot_index >= 0 &&
              slot_index < static_cast<i64>(slots_.size()));
  block_ = part * static_cast<i64>(slots_.size()) + slot_index;
  const Block& block = blocks_[static_cast<std::size_t>(block_)];
  Slot& slot = slots_[static_cast<std::size_t>(slot_index)];
  at_ = block.offset;
  end_ = block.offset + block.entry.bytes;
  window_at_ = window_end_ = 0;
  checksum_ = 0;
  const bool has_window = window_.data() != nullptr || window_.grow(window_bytes);
  if (!has_window) return no_memory(window_bytes);
  memory_left_ = block.entry.memory_bytes;
  if (memory_left_ > slot.memory.capacity_bytes()) {
    slot.memory.lay_aside();  // growing in place would copy the batch before
    if (!slot.memory.grow(memory_left_)) return no_memory(memory_left_);
  }
  memory_ = slot.memory.data();

  Batch batch{.rows = block.entry.rows, .columns = {}};
  WEIR_TRY(read_batch(layout_.schemas[static_cast<std::size_t>(slot_index)], slot, batch));
  if (at_ != end_ || window_at_ != window_end_ || checksum_ != block.entry.checksum)
    return damaged(fmt::format("the checksum of block {} is {:016x}, the footer says {:016x}",
                               block_, checksum_, block.entry.checksum));
  return batch;
}

Result<void> ChunkFileReader::read_batch(const Schema& schema, Slot& slot, Batch& batch) {
  batch.columns.resize(schema.fields.size());
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    Column& column = batch.columns[i];
    column.type = schema.fields[i].type;
    WEIR_TRY(read_column(batch.rows, column, &slot.items[i]));
  }
  return {};
}

Result<void> ChunkFileReader::read_column(i64 rows, Column& column, Column* items) {
  column.length = rows;
  const bool is_list = column.type.kind == TypeKind::list;
  const bool has_offsets = is_list || is_text(column.type);
  if (is_list) {
    *items = {.type = {TypeKind::string}, .offsets = no_rows};
    column.child = items;
  }
  column.offsets = has_offsets ? no_rows : nullptr;
  if (rows == 0) return {};

  WEIR_ASSIGN(const auto unit, peek(sizeof(u32)));
  u32 null_count = 0;
  std::memcpy(&null_count, unit.data(), sizeof null_count);
  take(unit);
  if (null_count > rows) return damaged(fmt::format("block {} makes no sense", block_));
  column.null_count = null_count;
  if (null_count > 0) {
    WEIR_ASSIGN(const std::byte* bits, read_values((rows + 7) / 8, Planes::none));
    column.validity = reinterpret_cast<const u8*>(bits);
  }
  if (has_offsets) {
    WEIR_ASSIGN(column.offsets, read_lengths(rows));
  }
  if (is_list) return read_column(column.offsets[rows], *items, nullptr);
  const i64 bytes = has_offsets ? column.offsets[rows] : values_bytes(column.type, rows);
  WEIR_ASSIGN(column.values, read_values(bytes, planes_of(column.type)));
  return {};
}

Result<std::byte*> ChunkFileReader::take_memory(i64 bytes) {
  if (aligned(bytes) > memory_left_)
    return damaged(fmt::format("block {} is larger than the footer says", block_));
  std::byte* taken = memory_;
  memory_ += aligned(bytes);
  memory_left_ -= aligned(bytes);
  return taken;
}

Result<const std::byte*> ChunkFileReader::read_values(i64 bytes, Planes planes) {
  WEIR_ASSIGN(std::byte * values, take_memory(bytes));
  for (i64 at = 0; at < bytes; at += piece_bytes) {
    const i64 raw = std::min(bytes - at, piece_bytes);
    WEIR_TRY(read_piece({values + at, static_cast<std::size_t>(raw)}, planes));
  }
  return values;
}

// Makes offsets of the lengths, in place.
Result<const i32*> ChunkFileReader::read_lengths(i64 rows) {
  WEIR_ASSIGN(std::byte * memory, take_memory((rows + 1) * static_cast<i64>(sizeof(i32))));
  auto* offsets = reinterpret_cast<i32*>(memory);
  constexpr i64 rows_a_piece = piece_bytes / static_cast<i64>(sizeof(i32));
  offsets[0] = 0;
  i64 total = 0;
  for (i64 first = 0; first < rows; first += rows_a_piece) {
    const i64 count = std::min(rows - first, rows_a_piece);
    i32* lengths = offsets + 1 + first;
    WEIR_TRY(read_piece(std::as_writable_bytes(std::span(lengths, static_cast<std::size_t>(count))),
                        Planes::of_4));
    u32 signs = 0;
    for (i64 i = 0; i < count; ++i) {
      signs |= static_cast<u32>(lengths[i]);
      total += lengths[i];
      lengths[i] = static_cast<i32>(total);
    }
    if (signs >> 31 != 0 || total > std::numeric_limits<i32>::max())
      return damaged(fmt::format("block {} makes no sense", block_));
  }
  return offsets;
}

Result<void> ChunkFileReader::read_piece(std::span<std::byte> raw, Planes planes) {
  u32 size = 0;
  WEIR_ASSIGN(const auto size_bytes, peek(sizeof size));
  std::memcpy(&size, size_bytes.data(), sizeof size);
  const i64 stored = size & ~stored_as_is;
  if (stored > static_cast<i64>(raw.size()))
    return damaged(fmt::format("block {} makes no sense", block_));
  WEIR_ASSIGN(const auto unit, peek(static_cast<i64>(sizeof size) + stored));
  take(unit);

  const auto out = planes == Planes::none ? raw : std::span(planes_).first(raw.size());
  if (!decompress(unit.subspan(sizeof size), (size & stored_as_is) != 0, out))
    return damaged(fmt::format("block {} cannot be decompressed", block_));
  const auto bytes = static_cast<i64>(raw.size());
  if (planes == Planes::of_4) from_planes<u32>(out.data(), bytes / 4, raw.data());
  if (planes == Planes::of_8) from_planes<u64>(out.data(), bytes / 8, raw.data());
  return {};
}

// The next `bytes` of the block, which are not taken yet.
Result<std::span<const std::byte>> ChunkFileReader::peek(i64 bytes) {
  const i64 held = window_end_ - window_at_;
  if (bytes > held) {
    if (bytes > held + (end_ - at_)) return damaged(fmt::format("block {} ends too early", block_));
    if (held > 0)
      std::memmove(window_.data(), window_.data() + window_at_, static_cast<std::size_t>(held));
    const i64 more = std::min(window_bytes - held, end_ - at_);
    WEIR_TRY(file_.read_at(at_, {window_.data() + held, static_cast<std::size_t>(more)}));
    at_ += more;
    window_at_ = 0;
    window_end_ = held + more;
  }
  return std::span<const std::byte>(window_.data() + window_at_, static_cast<std::size_t>(bytes));
}

void ChunkFileReader::take(std::span<const std::byte> unit) {
  checksum_ = hash64(text_of(unit), checksum_);
  window_at_ += static_cast<i64>(unit.size());
}

}  // namespace

Result<std::unique_ptr<BlockReader>> open_chunk_file(const std::filesystem::path& path,
                                                     const ChunkLayout& layout,
                                                     flow::Arena& arena) {
  WEIR_ASSIGN(File file, File::open_to_read(path));
  auto reader = std::make_unique<ChunkFileReader>(std::move(file), layout, arena);
  WEIR_TRY(reader->read_footer());
  return std::unique_ptr<BlockReader>(std::move(reader));
}

}  // namespace weir::spool
