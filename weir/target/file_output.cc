#include "weir/target/file_output.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <span>
#include <system_error>

#include "weir/spool/file.h"

namespace weir::target {
namespace {

Error path_error(std::string_view what, const std::filesystem::path& path, int number) {
  return system_error(fmt::format("cannot {} {}", what, path.string()), number);
}

class DiskFile final : public OutputFile {
 public:
  explicit DiskFile(spool::File file) : OutputFile(file.path().string()), file_(std::move(file)) {}

  Result<void> write(std::string_view bytes) override {
    WEIR_TRY(file_.write_at(bytes_, std::as_bytes(std::span(bytes))));
    bytes_ += static_cast<i64>(bytes.size());
    return {};
  }

  Result<void> finish() override {
    WEIR_TRY(file_.sync());
    file_.close();
    return {};
  }

 private:
  spool::File file_;
};

}  // namespace

Result<std::unique_ptr<OutputFile>> create_output_file(const std::filesystem::path& path) {
  WEIR_ASSIGN(spool::File file, spool::File::create(path));
  return std::unique_ptr<OutputFile>(std::make_unique<DiskFile>(std::move(file)));
}

Result<void> replace_file(const std::filesystem::path& path, std::string_view bytes) {
  const std::filesystem::path next = path.string() + ".new";
  WEIR_ASSIGN(const auto file, create_output_file(next));
  WEIR_TRY(file->write(bytes));
  WEIR_TRY(file->finish());
  return rename_path(next, path);
}

Result<std::string> read_file(const std::filesystem::path& path) {
  WEIR_ASSIGN(const spool::File file, spool::File::open_to_read(path));
  WEIR_ASSIGN(const i64 size, file.size());
  std::string bytes(static_cast<std::size_t>(size), '\0');
  WEIR_TRY(file.read_at(0, std::as_writable_bytes(std::span(bytes))));
  return bytes;
}

Result<void> make_folders(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return path_error("make the folder", path, error.value());
  return {};
}

Result<void> rename_path(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (std::rename(from.c_str(), to.c_str()) == 0) return {};
  return path_error(fmt::format("rename {} to", from.string()), to, errno);
}

Result<void> remove_path(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) return path_error("remove", path, error.value());
  return {};
}

}  // namespace weir::target
