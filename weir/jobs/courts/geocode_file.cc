#include "weir/jobs/courts/geocode_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "weir/jobs/courts/geocode_bytes.h"

namespace weir::courts {

namespace {

constexpr std::string_view magic = "WEIRGEO1";
// magic, id, rows, bits of a bucket's number, where the directory begins, check
constexpr std::size_t header_bytes = 8 + 16 + 8 + 8 + 8 + 8;
constexpr std::size_t check_bytes = 8;
constexpr i64 rows_of_bucket = 8;
constexpr u64 most_bucket_bits = 28;
constexpr std::size_t write_bytes = static_cast<std::size_t>(256 * KiB);

u64 bucket_bits_for(i64 rows) {
  u64 bits = 0;
  while (bits < most_bucket_bits && (rows_of_bucket << bits) < rows) ++bits;
  return bits;
}

u64 bucket_of(u64 hash, u64 bits) { return bits == 0 ? 0 : hash >> (64 - bits); }

template <typename T>
void append_big_endian(T value, std::string& out) {
  for (int shift = 8 * (sizeof value - 1); shift >= 0; shift -= 8)
    out += static_cast<char>(static_cast<u64>(value) >> shift);
}
template <typename T>
T take_big_endian(std::string_view& bytes) {
  u64 value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value = value << 8 | static_cast<u8>(bytes[i]);
  bytes.remove_prefix(sizeof(T));
  return static_cast<T>(value);
}

u32 check_of(std::string_view row) { return static_cast<u32>(hash64(row)); }

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

// A record of the sort: hash, length of the key, key, order, result.
struct Row {
  u64 hash = 0;
  std::string_view key;
  i64 order = 0;
  std::string_view result;
};

Row read_record(std::string_view record) {
  Row row;
  row.hash = take_big_endian<u64>(record);
  const auto key_bytes = take_big_endian<u32>(record);
  row.key = record.substr(0, key_bytes);
  record.remove_prefix(key_bytes);
  row.order = take_big_endian<i64>(record);
  row.result = record;
  return row;
}

// The file while it is written: rows behind the header, in the order of their hashes.
class RowWriter {
 public:
  RowWriter(spool::File& file, i64 rows)
      : file_(file), bits_(bucket_bits_for(rows)), directory_((1ULL << bits_) + 1) {}

  Result<void> add(const Row& row) {
    for (const u64 bucket = bucket_of(row.hash, bits_); next_bucket_ <= bucket; ++next_bucket_)
      directory_[next_bucket_] = end();
    row_.clear();
    append_varint(row.key.size(), row_);
    row_ += row.key;
    append_varint(row.result.size(), row_);
    row_ += row.result;
    append_bytes(check_of(row_), out_);
    out_ += row_;
    ++rows_;
    return out_.size() < write_bytes ? Result<void>() : flush();
  }

  // The directory, and then the header, which makes a file of it.
  Result<void> finish(Hash128 id) {
    for (; next_bucket_ < directory_.size(); ++next_bucket_) directory_[next_bucket_] = end();
    const u64 directory_at = end();
    const std::string directory(reinterpret_cast<const char*>(directory_.data()),
                                directory_.size() * sizeof(u64));
    out_ += directory;
    WEIR_TRY(flush());
    std::string header(magic);
    append_bytes(id.high, header);
    append_bytes(id.low, header);
    append_bytes(rows_, header);
    append_bytes(bits_, header);
    append_bytes(directory_at, header);
    append_bytes(hash64(directory, hash64(header)), header);
    return file_.write_at(0, bytes_of(header));
  }

 private:
  u64 end() const { return static_cast<u64>(written_) + out_.size(); }

  Result<void> flush() {
    WEIR_TRY(file_.write_at(written_, bytes_of(out_)));
    written_ += static_cast<i64>(out_.size());
    out_.clear();
    return {};
  }

  spool::File& file_;
  const u64 bits_;
  std::vector<u64> directory_;
  u64 next_bucket_ = 0;
  u64 rows_ = 0;
  i64 written_ = static_cast<i64>(header_bytes);
  std::string out_, row_;
};

}  // namespace

ResultFileMaker::ResultFileMaker(const std::filesystem::path& folder, i64 memory_bytes)
    : sort_(folder, std::max(memory_bytes, spool::ExternalSort::least_memory_bytes)) {}

Result<void> ResultFileMaker::add(std::string_view key, i64 order, std::string_view result) {
  record_.clear();
  append_big_endian(hash64(key), record_);
  append_big_endian(static_cast<u32>(key.size()), record_);
  record_ += key;
  append_big_endian(order, record_);
  record_ += result;
  return sort_.add(record_);
}

Result<void> ResultFileMaker::write(spool::File& file, Hash128 id,
                                    const std::function<Result<void>(const Repeat&)>& repeat) {
  WEIR_TRY(sort_.finish());
  RowWriter writer(file, sort_.count());
  std::string key, result;  // of the row before
  i64 order = -1;
  std::string_view record;
  for (;;) {
    WEIR_ASSIGN(const bool more, sort_.next(record));
    if (!more) return writer.finish(id);
    const Row row = read_record(record);
    if (order >= 0 && row.key == key) {
      WEIR_TRY(repeat({key, order, row.order, row.result == result}));
      continue;
    }
    key = row.key;
    result = row.result;
    order = row.order;
    WEIR_TRY(writer.add(row));
  }
}

Result<ResultFile> ResultFile::open(spool::File file, i64 memory_bytes) {
  ResultFile made;
  made.file_ = std::move(file);
  WEIR_TRY(made.read_header(memory_bytes));
  const u64 begin = header_bytes;
  const u64 bytes = made.directory_.back() - begin;
  if (bytes > static_cast<u64>(memory_bytes)) return made;
  made.held_.resize(bytes);
  made.held_from_ = begin;
  made.is_held_ = true;
  WEIR_TRY(
      made.file_.read_at(static_cast<i64>(begin), std::as_writable_bytes(std::span(made.held_))));
  return made;
}

Result<void> ResultFile::read_header(i64 memory_bytes) {
  std::array<char, header_bytes> header;
  WEIR_ASSIGN(const i64 file_bytes, file_.size());
  if (file_bytes < static_cast<i64>(header_bytes)) return damaged("it is too short");
  WEIR_TRY(file_.read_at(0, std::as_writable_bytes(std::span(header))));
  std::string_view rest(header.data(), header.size());
  if (!rest.starts_with(magic)) return damaged("it does not begin as one");
  rest.remove_prefix(magic.size());
  u64 rows = 0, directory_at = 0, check = 0;
  const bool is_whole = take_bytes(rest, id_.high) && take_bytes(rest, id_.low) &&
                        take_bytes(rest, rows) && take_bytes(rest, bucket_bits_) &&
                        take_bytes(rest, directory_at) && take_bytes(rest, check);
  WEIR_ASSERT(is_whole);
  rows_ = static_cast<i64>(rows);
  if (bucket_bits_ > most_bucket_bits) return damaged("its header makes no sense");
  const u64 entries = (1ULL << bucket_bits_) + 1;
  if (directory_at < header_bytes ||
      directory_at + entries * sizeof(u64) != static_cast<u64>(file_bytes))
    return damaged("it is cut");
  if (static_cast<i64>(entries * sizeof(u64)) > std::max(memory_bytes, MiB))
    return Error(ErrorCode::budget,
                 fmt::format("{}: no memory for the directory of {} addresses; raise --memory",
                             file_.path().string(), rows_));
  directory_.resize(entries);
  WEIR_TRY(
      file_.read_at(static_cast<i64>(directory_at), std::as_writable_bytes(std::span(directory_))));
  const std::string_view directory(reinterpret_cast<const char*>(directory_.data()),
                                   entries * sizeof(u64));
  const u64 of_header = hash64({header.data(), header_bytes - check_bytes});
  return hash64(directory, of_header) == check ? Result<void>() : damaged("its check is wrong");
}

Result<std::string_view> ResultFile::bucket(u64 number, std::string& room) const {
  const u64 begin = directory_[number];
  const u64 bytes = directory_[number + 1] - begin;
  if (is_held_) return std::string_view(held_).substr(begin - held_from_, bytes);
  room.resize(bytes);
  WEIR_TRY(file_.read_at(static_cast<i64>(begin), std::as_writable_bytes(std::span(room))));
  return std::string_view(room);
}

Result<std::optional<std::string_view>> ResultFile::find(std::string_view key,
                                                         std::string& room) const {
  WEIR_ASSIGN(std::string_view rest, bucket(bucket_of(hash64(key), bucket_bits_), room));
  while (!rest.empty()) {
    u32 check = 0;
    u64 key_bytes = 0, result_bytes = 0;
    if (!take_bytes(rest, check)) return damaged("a row is cut");
    const std::string_view row = rest;
    if (!take_varint(rest, key_bytes) || key_bytes > rest.size()) return damaged("a row is cut");
    const std::string_view row_key = rest.substr(0, key_bytes);
    rest.remove_prefix(key_bytes);
    if (!take_varint(rest, result_bytes) || result_bytes > rest.size())
      return damaged("a row is cut");
    const std::string_view result = rest.substr(0, result_bytes);
    rest.remove_prefix(result_bytes);
    if (check_of(row.substr(0, row.size() - rest.size())) != check)
      return damaged("a row's check is wrong");
    if (row_key == key) return std::optional(result);
  }
  return std::optional<std::string_view>();
}

Error ResultFile::damaged(std::string_view what) const {
  return Error(
      ErrorCode::corrupt,
      fmt::format("{}: this file of geocoding results is damaged: {}; remove it, and it is "
                  "made again",
                  file_.path().string(), what));
}

}  // namespace weir::courts
