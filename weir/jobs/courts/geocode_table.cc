#include "weir/jobs/courts/geocode_table.h"

#include <fmt/format.h>

#include <vector>

#include "weir/base/bytes.h"
#include "weir/base/log.h"
#include "weir/jobs/courts/geocode_result.h"
#include "weir/store/file.h"

namespace weir::courts {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t read_bytes = static_cast<std::size_t>(MiB);
constexpr std::string_view kept_ending = ".geocoder";
constexpr std::string_view unfinished_ending = ".geocoder-tmp";

// Named by a hash, whole or not.
bool is_kept(const fs::path& path) {
  const std::string name = path.stem();
  const fs::path ending = path.extension();
  return (ending == kept_ending || ending == unfinished_ending) &&
         name.size() == 2 * sizeof(Hash128) &&
         name.find_first_not_of("0123456789abcdef") == name.npos;
}

// A stream whose bytes are hashed on their way.
class HashedStream final : public ByteStream {
 public:
  explicit HashedStream(ByteStream& stream) : stream_(stream) {}
  Result<i64> read(std::span<std::byte> out) override {
    WEIR_ASSIGN(const i64 bytes, stream_.read(out));
    hasher_.update({reinterpret_cast<const char*>(out.data()), static_cast<std::size_t>(bytes)});
    return bytes;
  }
  Hash128 hash() const { return hasher_.finish(); }

 private:
  ByteStream& stream_;
  Hasher hasher_;
};

struct Content {
  Hash128 hash;
  i64 bytes = 0;
};

Result<Content> content_of(const fs::path& csv) {
  WEIR_ASSIGN(const auto stream, store::open_file_stream(csv));
  HashedStream hashed(*stream);
  Content content;
  std::vector<std::byte> block(read_bytes);
  for (;;) {
    WEIR_ASSIGN(const i64 bytes, hashed.read(block));
    if (bytes == 0) break;
    content.bytes += bytes;
  }
  content.hash = hashed.hash();
  return content;
}

class TableMaker {
 public:
  TableMaker(const fs::path& csv, const TableOptions& options) : csv_(csv), options_(options) {}

  Result<ResultFile> open() {
    WEIR_ASSIGN(content_, content_of(csv_));
    WEIR_TRY(make_folder(options_.folder));
    const bool is_small = content_.bytes <= options_.memory_bytes / 2;
    if (is_small) return make_in_memory();
    WEIR_TRY(make_folder(kept_folder()));
    const fs::path kept = kept_folder() / (to_hex(content_.hash) + std::string(kept_ending));
    std::error_code error;
    if (fs::exists(kept, error)) {
      WEIR_ASSIGN(auto found, open_kept(kept));
      if (found) return std::move(*found);
    }
    return make_kept(kept);
  }

 private:
  const fs::path& kept_folder() const {
    return options_.kept.empty() ? options_.folder : options_.kept;
  }

  static Result<void> make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (!error) return {};
    return system_error(fmt::format("cannot make {}", folder.string()), error.value());
  }

  Result<ResultFile> make_in_memory() {
    WEIR_ASSIGN(auto file, spool::File::create_scratch(options_.folder));
    WEIR_TRY(make(file));
    return ResultFile::open(std::move(file), 2 * options_.memory_bytes);
  }

  // A file that cannot be read is made again.
  Result<std::optional<ResultFile>> open_kept(const fs::path& kept) {
    WEIR_ASSIGN(auto file, spool::File::open_to_read(kept));
    auto opened = ResultFile::open(std::move(file), options_.memory_bytes);
    if (opened && opened->id() == content_.hash) return std::optional(std::move(opened).value());
    if (!opened && opened.error().code() != ErrorCode::corrupt) return opened.error();
    log(LogLevel::warning, "a kept geocoder table is damaged and made again",
        {{"file", kept.string()}});
    return std::optional<ResultFile>();
  }

  Result<ResultFile> make_kept(const fs::path& kept) {
    WEIR_TRY(remove_kept());
    fs::path unfinished = kept;
    unfinished.replace_extension(unfinished_ending);
    WEIR_ASSIGN(auto file, spool::File::create(unfinished));
    WEIR_TRY(make(file));
    WEIR_TRY(file.sync());
    file.close();
    std::error_code error;
    fs::rename(unfinished, kept, error);
    if (error)
      return system_error(fmt::format("cannot rename {}", unfinished.string()), error.value());
    WEIR_TRY(spool::sync_folder(kept_folder()));
    WEIR_ASSIGN(auto made, spool::File::open_to_read(kept));
    return ResultFile::open(std::move(made), options_.memory_bytes);
  }

  // Those of tables with another content, and what a run that was killed left.
  Result<void> remove_kept() {
    std::error_code error;
    std::vector<fs::path> going;
    for (const auto& entry : fs::directory_iterator(kept_folder(), error))
      if (is_kept(entry.path())) going.push_back(entry.path());
    for (const fs::path& path : going)
      if (!error) fs::remove(path, error);
    if (error)
      return system_error(fmt::format("cannot clean {}", kept_folder().string()), error.value());
    return {};
  }

  Result<void> make(spool::File& file) {
    WEIR_ASSIGN(const auto stream, store::open_file_stream(csv_));
    HashedStream hashed(*stream);
    ResultFileMaker maker(options_.folder, options_.memory_bytes / 2);
    auto read =
        read_geocode_table(hashed, [&](std::string_view key, i64 line, std::string_view result) {
          return maker.add(key, line, result);
        });
    if (!read) return std::move(read).error().context(csv_.string());
    if (hashed.hash() != content_.hash)
      return Error(ErrorCode::conflict,
                   fmt::format("{}: the file changed while it was read; start again when it is "
                               "whole",
                               csv_.string()));
    return maker.write(file, content_.hash,
                       [&](const ResultFileMaker::Repeat& repeat) { return check_repeat(repeat); });
  }

  Result<void> check_repeat(const ResultFileMaker::Repeat& repeat) const {
    if (repeat.is_equal) return {};
    return Error(ErrorCode::corrupt,
                 fmt::format("{}: line {}, column key: \"{}\" stands in line {} with another "
                             "result; remove one of them",
                             csv_.string(), repeat.second, printable(repeat.key), repeat.first));
  }

  const fs::path& csv_;
  const TableOptions& options_;
  Content content_;
};

}  // namespace

Result<GeocodeTable> GeocodeTable::open(const fs::path& csv, const TableOptions& options) {
  WEIR_ASSIGN(ResultFile results, TableMaker(csv, options).open());
  return GeocodeTable(std::move(results));
}

Result<std::optional<std::string_view>> GeocodeTable::find(const Address& address,
                                                           Room& room) const {
  make_lookup_key(address, room.key);
  return results_.find(room.key, room.bytes);
}

}  // namespace weir::courts
