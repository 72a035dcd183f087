// Archives for tests, those that make_archives.py makes, and ways to read them.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>

#include "weir/store/archive.h"

namespace weir::store {

// A folder of its own, which goes with it.
class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "weir_store_XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path add(const std::string& name, std::string_view text) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }

 private:
  std::filesystem::path path_;
};

// They are made by the first test that needs them, and again when the script is changed; other
// tests run at the same time.
inline const std::filesystem::path& made_archives() {
  static const std::filesystem::path folder = WEIR_STORE_ARCHIVES;
  static const bool made = [] {
    return std::system("flock " WEIR_STORE_ARCHIVES
                       ".lock sh -c '"
                       "test " WEIR_STORE_ARCHIVES ".done -nt " WEIR_STORE_SCRIPT
                       " || { rm -rf " WEIR_STORE_ARCHIVES " && python3 " WEIR_STORE_SCRIPT
                       " " WEIR_STORE_ARCHIVES " && touch " WEIR_STORE_ARCHIVES ".done; }'") == 0;
  }();
  EXPECT_TRUE(made) << "python3, 7z, bsdtar, zip and zstd must be there: tools/setup test";
  return folder;
}

inline std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

struct ReadText {
  std::string text;
  std::optional<Error> error;
};

inline ReadText read_all(Result<std::unique_ptr<ByteStream>> stream, std::size_t step = 1 << 16) {
  if (!stream.ok()) return {"", stream.error()};
  ReadText read;
  std::vector<std::byte> block(step);
  for (;;) {
    auto count = (*stream)->read(block);
    if (!count.ok()) return {read.text, count.error()};
    if (*count == 0) return read;
    read.text.append(reinterpret_cast<const char*>(block.data()), static_cast<std::size_t>(*count));
  }
}

// Names without "./", as tar gives them, and what the members hold.
inline std::map<std::string, std::string> contents_of(const std::filesystem::path& file,
                                                      std::size_t step = 1 << 16) {
  auto archive = Archive::open(file, {});
  EXPECT_TRUE(archive.ok()) << archive.error().message();
  std::map<std::string, std::string> contents;
  if (!archive.ok()) return contents;
  for (const Member& member : (*archive)->members()) {
    const ReadText read = read_all((*archive)->read(member), step);
    EXPECT_FALSE(read.error) << read.error->message();
    contents[member.name.starts_with("./") ? member.name.substr(2) : member.name] = read.text;
  }
  return contents;
}

}  // namespace weir::store
