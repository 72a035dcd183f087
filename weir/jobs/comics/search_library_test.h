// A library of comics in SQLite, as an import makes it, for the tests of index and search.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "weir/db/sqlite.h"

namespace weir::comics {

// What a test states of a comic; the rest is empty.
struct StatedComic {
  i64 id = 0;
  std::string path;  // empty: made of the id
  std::string title, series = "Series", publisher = "Publisher", imprint, summary;
  std::string language, format;
  i64 volume = 1, year = 2000;
  double issue = 1;
  std::vector<std::string> characters, teams, genres, stories, alternate, sources;
  std::vector<std::pair<std::string, std::string>> credits;  // person, role
};

class Library : public ::testing::Test {
 protected:
  Library();
  ~Library() override;

  std::string file() const { return (folder_ / "comics.db").string(); }
  db::Connection& db() { return *db_; }
  // Closes the database and opens it again.
  void reopen();

  void run(const std::string& sql);
  i64 number(const std::string& sql);
  std::string text(const std::string& sql);

  // Writes a comic as an import does: what is there with its id is deleted, row first, then links.
  void put(const StatedComic& comic);
  void remove(i64 id);
  // Indexes what is pending and checks the index against the view, word by word.
  void index();
  void check_index();
  // The ids that FTS5 itself finds.
  std::vector<i64> matches(const std::string& expression);

 private:
  i64 id_of(const std::string& table, const std::string& name);
  i64 volume_of(const StatedComic& comic);
  void link(i64 comic, const std::string& table, const std::vector<std::string>& names);

  std::filesystem::path folder_;
  std::unique_ptr<db::Connection> db_;
};

}  // namespace weir::comics
