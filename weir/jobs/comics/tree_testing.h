// A folder of files for tests of what the import finds, and a second one beside it.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace weir::comics {

class TreeTest : public ::testing::Test {
 protected:
  TreeTest() {
    std::string made = (std::filesystem::temp_directory_path() / "weir_comics_XXXXXX").native();
    EXPECT_NE(mkdtemp(made.data()), nullptr);
    folder_ = made;
    clear();
  }
  ~TreeTest() override { std::filesystem::remove_all(folder_); }

  std::string root() const { return folder_ / "root"; }
  std::string elsewhere() const { return folder_ / "elsewhere"; }

  void clear() {
    for (const auto& folder : {root(), elsewhere()}) {
      std::filesystem::remove_all(folder);
      std::filesystem::create_directory(folder);
    }
  }
  void write(const std::string& path, std::string_view bytes = "x") { put(root(), path, bytes); }
  void write_elsewhere(const std::string& path) { put(elsewhere(), path, "x"); }
  void link(const std::string& path, const std::string& to) {
    std::filesystem::create_symlink(to, root() + "/" + path);
  }
  void move(const std::string& from, const std::string& to) {
    const std::filesystem::path target = root() + "/" + to;
    std::filesystem::create_directories(target.parent_path());
    std::filesystem::rename(root() + "/" + from, target);
  }
  void remove(const std::string& path) { std::filesystem::remove(root() + "/" + path); }
  // Nobody may read `path` while `body` runs. Permissions do not hold for root, who becomes nobody
  // for that time.
  template <typename Body>
  void while_unreadable(const std::string& path, Body body) {
    constexpr uid_t nobody = 65534;
    const std::string forbidden = root() + "/" + path;
    std::filesystem::permissions(folder_, std::filesystem::perms::all);
    std::filesystem::permissions(forbidden, std::filesystem::perms::none);
    const bool is_root = geteuid() == 0;
    ASSERT_TRUE(!is_root || seteuid(nobody) == 0);
    body();
    ASSERT_TRUE(!is_root || seteuid(0) == 0);
    std::filesystem::permissions(forbidden, std::filesystem::perms::owner_all);
  }

 private:
  static void put(const std::string& folder, const std::string& path, std::string_view bytes) {
    const std::filesystem::path file = folder + "/" + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
  }

  std::filesystem::path folder_;
};

}  // namespace weir::comics
