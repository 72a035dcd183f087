#include "weir/store/zip_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

#include "weir/store/archive_formats.h"

namespace weir::store {

namespace {

constexpr u32 record_signature = 0x02014b50;
constexpr u32 end_signature = 0x06054b50;
constexpr u32 end64_signature = 0x06064b50;
constexpr u32 locator_signature = 0x07064b50;
constexpr u32 member_signature = 0x04034b50;
constexpr i64 record_bytes = 46, end_bytes = 22, end64_bytes = 56, locator_bytes = 20;
constexpr i64 max_comment_bytes = 65'535;
constexpr u16 zip64_field = 1;
constexpr u32 in_zip64 = 0xffffffff;
constexpr u16 in_zip64_short = 0xffff;

template <typename T>
T number_at(std::string_view bytes, i64 offset) {
  T number;
  std::memcpy(&number, bytes.data() + offset, sizeof number);
  return number;
}

// Sizes and offsets of a file are below 2^63; what is not cannot be right, and neither is -1.
i64 wide_at(std::string_view bytes, i64 offset) {
  const u64 number = number_at<u64>(bytes, offset);
  return number > static_cast<u64>(INT64_MAX) ? -1 : static_cast<i64>(number);
}

Result<std::string> read_text(const RandomAccess& file, i64 offset, i64 bytes) {
  std::string text(static_cast<std::size_t>(bytes), '\0');
  WEIR_ASSIGN(const i64 count, file.read_at(offset, std::as_writable_bytes(std::span(text))));
  text.resize(static_cast<std::size_t>(count));
  return text;
}

// The end of the file, as far back as the end of a directory may stand.
struct Tail {
  std::string bytes;
  i64 begin = 0;  // in the file
};

struct End {
  i64 position = 0;  // in the file
  i64 comment_bytes = 0;
  i64 count = 0;
  i64 size = 0;
  i64 offset = 0;
  bool is_split = false;
  bool is_64 = false;
};

End parse_end(const Tail& tail, i64 at) {
  const std::string_view bytes = std::string_view(tail.bytes).substr(static_cast<std::size_t>(at));
  return {.position = tail.begin + at,
          .comment_bytes = number_at<u16>(bytes, 20),
          .count = number_at<u16>(bytes, 10),
          .size = number_at<u32>(bytes, 12),
          .offset = number_at<u32>(bytes, 16),
          .is_split = number_at<u16>(bytes, 4) != number_at<u16>(bytes, 6),
          .is_64 = false};
}

bool needs_64(const End& end) {
  return end.count == in_zip64_short || end.size == in_zip64 || end.offset == in_zip64;
}

// Takes the numbers from the zip64 end in front of `end`, which then stands for both. An archive
// may also just hold 65,535 members and have none.
Result<void> take_zip64(const RandomAccess& file, End& end) {
  if (end.position < locator_bytes) return {};
  WEIR_ASSIGN(const std::string locator,
              read_text(file, end.position - locator_bytes, locator_bytes));
  if (number_at<u32>(locator, 0) != locator_signature) return {};
  // Behind a program, the locator's offset is short by the program's size.
  for (const i64 at : {wide_at(locator, 8), end.position - locator_bytes - end64_bytes}) {
    if (at < 0 || at > end.position - locator_bytes - end64_bytes) continue;
    WEIR_ASSIGN(const std::string bytes, read_text(file, at, end64_bytes));
    if (number_at<u32>(bytes, 0) != end64_signature) continue;
    end.position = at;
    end.count = wide_at(bytes, 32);
    end.size = wide_at(bytes, 40);
    end.offset = wide_at(bytes, 48);
    end.is_split = number_at<u32>(bytes, 16) != number_at<u32>(bytes, 20);
    end.is_64 = true;
    return {};
  }
  return Error(ErrorCode::corrupt, "its zip64 end is not where the locator says");
}

// What the end at `at` of the tail means, if a directory lies where it says.
Result<std::optional<ZipDirectory>> directory_of(const RandomAccess& file, const Tail& tail, i64 at,
                                                 bool begins_as_zip) {
  const std::optional<ZipDirectory> none;
  End end = parse_end(tail, at);
  const i64 behind = static_cast<i64>(tail.bytes.size()) - at - end_bytes - end.comment_bytes;
  if (behind < 0) return none;
  const i64 comment_at = at + end_bytes;
  if (needs_64(end)) WEIR_TRY(take_zip64(file, end));
  if (end.size < 0 || end.offset < 0 || end.count < 0 || end.size > end.position) return none;

  const i64 begin = end.position - end.size;
  const i64 base = begin - end.offset;
  if (base < 0 || (base > 0 && (begins_as_zip || behind > 0))) return none;
  if (end.size > 0) {
    WEIR_ASSIGN(const std::string first, read_text(file, begin, 4));
    if (number_at<u32>(first, 0) != record_signature) return none;
  }
  if (end.is_split)
    return Error(ErrorCode::unsupported, "it is one part of a zip of several files");
  return std::optional(
      ZipDirectory{.begin = begin,
                   .end = end.position,
                   .base = base,
                   .count = end.count,
                   .count_is_whole = end.is_64,
                   .comment = tail.bytes.substr(static_cast<std::size_t>(comment_at),
                                                static_cast<std::size_t>(end.comment_bytes))});
}

Result<Tail> read_tail(const RandomAccess& file, i64 file_bytes, i64 bytes) {
  Tail tail;
  tail.begin = std::max<i64>(0, file_bytes - bytes);
  WEIR_ASSIGN(tail.bytes, read_text(file, tail.begin, file_bytes - tail.begin));
  return tail;
}

// The last end of the tail that fits. `exact`: its comment ends with the file.
Result<std::optional<ZipDirectory>> search(const RandomAccess& file, const Tail& tail, bool exact,
                                           bool begins_as_zip) {
  for (i64 at = static_cast<i64>(tail.bytes.size()) - end_bytes; at >= 0; --at) {
    if (number_at<u32>(tail.bytes, at) != end_signature) continue;
    const i64 comment_bytes = number_at<u16>(tail.bytes, at + 20);
    const bool ends_file = at + end_bytes + comment_bytes == static_cast<i64>(tail.bytes.size());
    if (exact != ends_file) continue;
    WEIR_ASSIGN(auto found, directory_of(file, tail, at, begins_as_zip));
    if (found) return found;
  }
  return std::optional<ZipDirectory>();
}

// Sizes and offset that are too large for the record itself stand in an extra field, in this order.
bool take_extra(std::string_view extra, ZipRecord& record, i64& offset) {
  while (extra.size() >= 4) {
    const u16 id = number_at<u16>(extra, 0);
    const std::size_t bytes = number_at<u16>(extra, 2);
    if (bytes > extra.size() - 4) return false;
    std::string_view field = extra.substr(4, bytes);
    extra.remove_prefix(4 + bytes);
    if (id != zip64_field) continue;
    for (i64* number : {&record.size, &record.packed_size, &offset}) {
      if (*number != in_zip64) continue;
      if (field.size() < 8) return false;
      *number = wide_at(field, 0);
      field.remove_prefix(8);
    }
    return true;
  }
  return true;
}

}  // namespace

Result<ZipDirectory> find_zip_directory(const RandomAccess& file) {
  WEIR_ASSIGN(const i64 file_bytes, file.size());
  WEIR_ASSIGN(const std::string first, read_text(file, 0, 4));
  const bool begins_as_zip = first.size() == 4 && (number_at<u32>(first, 0) == member_signature ||
                                                   number_at<u32>(first, 0) == end_signature);
  struct Attempt {
    i64 tail_bytes;
    bool exact;
  };
  constexpr i64 longest_tail = end_bytes + max_comment_bytes;
  // Most have no comment, or a short one.
  for (const Attempt attempt :
       {Attempt{1 * KiB, true}, {longest_tail, true}, {longest_tail, false}}) {
    WEIR_ASSIGN(const Tail tail, read_tail(file, file_bytes, attempt.tail_bytes));
    WEIR_ASSIGN(auto found, search(file, tail, attempt.exact, begins_as_zip));
    if (found) return std::move(*found);
  }
  if (!begins_as_zip)
    return Error(ErrorCode::unsupported,
                 "these are not the bytes of a zip, rar, 7z or tar archive");
  return Error(ErrorCode::corrupt,
               "it begins as a zip, but no directory stands at its end; it is cut");
}

Result<ZipRecord> parse_zip_record(std::string_view bytes, i64 position, i64 base) {
  const auto damaged = [&] {
    return Error(ErrorCode::corrupt,
                 fmt::format("the record at byte {} of its directory is damaged", position));
  };
  if (static_cast<i64>(bytes.size()) < record_bytes) return damaged();
  if (number_at<u32>(bytes, 0) != record_signature) return damaged();
  const i64 name_bytes = number_at<u16>(bytes, 28);
  const i64 extra_bytes = number_at<u16>(bytes, 30);
  ZipRecord record;
  record.record_bytes = record_bytes + name_bytes + extra_bytes + number_at<u16>(bytes, 32);
  if (static_cast<i64>(bytes.size()) < record.record_bytes) return damaged();

  record.position = position;
  record.flags = number_at<u16>(bytes, 8);
  record.method = number_at<u16>(bytes, 10);
  record.crc = number_at<u32>(bytes, 16);
  record.packed_size = number_at<u32>(bytes, 20);
  record.size = number_at<u32>(bytes, 24);
  i64 offset = number_at<u32>(bytes, 42);
  record.name = bytes.substr(record_bytes, static_cast<std::size_t>(name_bytes));
  const auto extra = bytes.substr(static_cast<std::size_t>(record_bytes + name_bytes),
                                  static_cast<std::size_t>(extra_bytes));
  if (!take_extra(extra, record, offset)) return damaged();
  if (record.size < 0 || record.packed_size < 0 || offset < 0) return damaged();
  if (offset > position - base) return damaged();  // members stand before the directory
  record.header = base + offset;
  return record;
}

}  // namespace weir::store
