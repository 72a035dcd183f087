#include "weir/store/archive.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "weir/base/bytes.h"
#include "weir/store/archive_formats.h"

namespace weir::store {

namespace {

using namespace std::string_view_literals;

constexpr i64 ratio_counts_from = 16 * MiB;
// Of a file that is opened: all of a small one, and where a zip of many members has its directory.
constexpr i64 held_bytes = 16 * KiB;

struct Signature {
  std::string_view bytes;
  std::size_t offset;
  std::string_view format;  // "" for a file that may hold a tar
};

constexpr Signature signatures[] = {
    {"PK\3\4"sv, 0, "zip"},
    {"PK\5\6"sv, 0, "zip"},  // an empty one
    {"Rar!\x1a\x07\x00"sv, 0, "rar"},
    {"Rar!\x1a\x07\x01\x00"sv, 0, "rar"},
    {"7z\xbc\xaf\x27\x1c"sv, 0, "7z"},
    {"ustar"sv, 257, "tar"},
    {"\x1f\x8b"sv, 0, ""},
    {"\x28\xb5\x2f\xfd"sv, 0, ""},
    {"\xfd"
     "7zXZ\0"sv,
     0, ""},
    {"BZh"sv, 0, ""},
};

const Signature* find_signature(std::string_view head) {
  for (const Signature& signature : signatures)
    if (head.size() >= signature.offset &&
        head.substr(signature.offset).starts_with(signature.bytes))
      return &signature;
  return nullptr;
}

// Tars of before "ustar" are known by the sum of their first header only.
bool is_old_tar(std::string_view head) {
  constexpr std::size_t header_bytes = 512, sum_at = 148, sum_bytes = 8;
  if (head.size() < header_bytes || head[0] == '\0') return false;
  i64 sum = 0, written = 0;
  for (std::size_t i = 0; i < header_bytes; ++i)
    sum += i - sum_at < sum_bytes ? ' ' : static_cast<u8>(head[i]);
  for (const char c : head.substr(sum_at, sum_bytes))
    if ('0' <= c && c <= '7') written = written * 8 + (c - '0');
  return sum == written;
}

// Which reader takes the file; a zip may stand behind something else, such as a program.
Result<ScannedFormat> format_of(const RandomAccess& file) {
  std::array<char, 512> bytes;
  WEIR_ASSIGN(const i64 count, file.read_at(0, std::as_writable_bytes(std::span(bytes))));
  const std::string_view head(bytes.data(), static_cast<std::size_t>(count));
  if (head.empty()) return Error(ErrorCode::corrupt, "the file is empty").context(shown(file));
  if (const Signature* found = find_signature(head)) {
    if (found->format.empty()) return ScannedFormat{.name = "tar", .compressed = true};
    return ScannedFormat{.name = found->format};
  }
  return ScannedFormat{.name = is_old_tar(head) ? "tar"sv : "zip"sv};
}

bool has_drive(std::string_view name) {
  return name.size() > 2 && name[1] == ':' && (name[2] == '\\' || name[2] == '/');
}

}  // namespace

std::string shown(const RandomAccess& file) { return printable(file.path().native(), 1 * KiB); }

std::string shown(const RandomAccess& file, std::string_view member) {
  return fmt::format("{}: member {}", shown(file), printable(member, 1 * KiB));
}

Result<void> check_claimed_size(i64 size, i64 packed_bytes, const InputLimits& limits) {
  if (size > limits.member_bytes)
    return Error(ErrorCode::too_large,
                 fmt::format("{} unpacked are more than the limit of {}", format_size(size),
                             format_size(limits.member_bytes)));
  if (size > ratio_counts_from && size / limits.ratio > packed_bytes)
    return Error(ErrorCode::too_large,
                 fmt::format("{} unfold to {}, over {} to 1: a bomb", format_size(packed_bytes),
                             format_size(size), limits.ratio));
  return {};
}

Result<void> ListingLimits::add(std::string_view name, i64 size) {
  if (++members_ > limits_.members)
    return Error(ErrorCode::too_large, fmt::format("{}: it has more members than the limit of {}",
                                                   shown(file_), limits_.members));
  if (static_cast<i64>(name.size()) > limits_.name_bytes)
    return Error(ErrorCode::too_large,
                 fmt::format("{}: the name of a member has {} bytes, more than the limit of {}",
                             shown(file_), name.size(), limits_.name_bytes));
  if (size > limits_.archive_bytes - bytes_)
    return Error(ErrorCode::too_large,
                 fmt::format("{}: its members unpacked are more than the limit of {}", shown(file_),
                             format_size(limits_.archive_bytes)));
  bytes_ += std::max<i64>(size, 0);
  return {};
}

Result<void> check_member_name(std::string_view name, const InputLimits& limits) {
  if (name.empty()) return Error(ErrorCode::corrupt, "it has no name");
  if (name.find('\0') != name.npos) return Error(ErrorCode::corrupt, "its name holds a NUL");
  if (name[0] == '/' || name[0] == '\\' || has_drive(name))
    return Error(ErrorCode::corrupt, "its path is absolute, and would leave the archive");
  i64 depth = 0;
  while (!name.empty()) {
    const std::size_t end = std::min(name.find_first_of("/\\"), name.size());
    if (name.substr(0, end) == "..")
      return Error(ErrorCode::corrupt, "its path goes up by \"..\", and may leave the archive");
    name.remove_prefix(std::min(end + 1, name.size()));
    ++depth;
  }
  if (depth > limits.name_depth)
    return Error(
        ErrorCode::too_large,
        fmt::format("its path has {} parts, more than the limit of {}", depth, limits.name_depth));
  return {};
}

Result<std::unique_ptr<Archive>> Archive::open(const std::filesystem::path& path,
                                               const InputLimits& limits) {
  WEIR_ASSIGN(auto file, open_random_access(path, ReadPattern::front_to_back, held_bytes));
  WEIR_ASSIGN(const ScannedFormat format, format_of(*file));
  if (format.name == "zip") return open_zip(std::move(file), limits);
  return open_scanned(std::move(file), format, limits);
}

Result<std::unique_ptr<ByteStream>> read_member(const std::filesystem::path& path,
                                                const std::string& name, i64 position,
                                                const InputLimits& limits) {
  WEIR_ASSIGN(auto file, open_random_access(path));
  WEIR_ASSIGN(const ScannedFormat format, format_of(*file));
  if (format.name == "zip") return read_zip_member(std::move(file), name, position, limits);
  return read_scanned_member(std::move(file), format, name, position, limits);
}

}  // namespace weir::store
