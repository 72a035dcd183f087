// A tree and what a library has stored of it, for tests of changes and moves. Comics are stored as
// an import would, without reading them.
#pragma once

#include <fmt/format.h>

#include <fstream>

#include "weir/jobs/comics/changes.h"
#include "weir/jobs/comics/fingerprint.h"
#include "weir/jobs/comics/moves.h"
#include "weir/jobs/comics/tree_testing.h"

namespace weir::comics {

class ChangesTest : public TreeTest {
 protected:
  ChangesTest() {
    auto opened = db::Connection::open(":memory:", {});
    EXPECT_TRUE(opened);
    db_ = std::make_unique<db::Connection>(std::move(*opened));
    EXPECT_TRUE(make_library_tables(*db_));
    run("CREATE TABLE comic(id INTEGER PRIMARY KEY, library_id, folder_id, path TEXT, "
        "path_bytes, size, mtime_ns, inode, device, fingerprint, created_at, updated_at, "
        "UNIQUE (library_id, path))");
    library_ = *library_id(*db_, root());
  }

  db::Connection& db() { return *db_; }
  i64 library() const { return library_; }
  ChangeList& changes() { return *changes_; }
  void run(const std::string& sql) {
    const auto done = db_->execute(sql);
    ASSERT_TRUE(done.ok()) << done.error().message();
  }
  i64 number(const std::string& sql) { return *db_->query_i64(sql); }

  FoundChanges find(FindOptions options = {}) {
    EXPECT_TRUE(make_gone_table(*db_));
    changes_ = std::make_unique<ChangeList>(*ChangeList::create(root() + "/.."));
    options.time = "now";
    auto found = find_changes(*db_, library_, root(), options, *changes_);
    EXPECT_TRUE(found.ok()) << found.error().message();
    return found.ok() ? *found : FoundChanges();
  }
  // The paths to read, those of stored comics with "*" behind.
  std::vector<std::string> listed() {
    std::vector<std::string> paths;
    EXPECT_TRUE(changes_->rewind());
    Change change;
    while (*changes_->next(change)) paths.push_back(change.file.path + (change.comic ? "*" : ""));
    return paths;
  }
  std::vector<std::string> gone() {
    std::vector<std::string> paths;
    auto rows = db_->prepare(
        "SELECT c.path FROM temp.weir_gone g JOIN comic c ON c.id = g.comic ORDER BY c.path");
    while (*rows->step()) paths.emplace_back(rows->column_text(0));
    return paths;
  }
  std::vector<Move> moved() {
    auto moves = apply_moves(*db_, *changes_, {{.library = library_, .root = root()}}, "later");
    EXPECT_TRUE(moves.ok()) << moves.error().message();
    return moves.ok() ? std::move(*moves) : std::vector<Move>();
  }
  // Stores all that is in the tree; `is_read`: with a fingerprint.
  void store(bool is_read = true) {
    run("DELETE FROM comic");
    find();
    EXPECT_TRUE(changes_->rewind());
    Change change;
    while (*changes_->next(change)) {
      const TreeEntry& file = change.file;
      const auto fingerprint = fingerprint_of_file(root() + "/" + file.bytes(), file.size);
      run(fmt::format(
          "INSERT INTO comic(library_id, folder_id, path, size, mtime_ns, inode, device, "
          "fingerprint, created_at) VALUES ({}, {}, {}, {}, {}, {}, {}, {}, 'before')",
          library_, change.folder, db::quote_text(file.path), file.size, file.mtime_ns, file.inode,
          file.device, is_read ? std::to_string(*fingerprint) : "NULL"));
    }
  }
  i64 id_of(const std::string& path) {
    return number("SELECT id FROM comic WHERE path = " + db::quote_text(path));
  }
  // Says that the file could not be read, as it is now.
  void fail(const std::string& path) {
    find({.force = true});
    EXPECT_TRUE(changes_->rewind());
    auto failed = FailedFiles::prepare(*db_);
    Change change;
    while (*changes_->next(change)) {
      if (change.file.path != path) continue;
      EXPECT_TRUE(failed->put({.library = library_,
                               .path = path,
                               .reason = "bad",
                               .size = change.file.size,
                               .mtime_ns = change.file.mtime_ns},
                              "before"));
    }
  }
  i64 failures() { return number("SELECT count(*) FROM failed_import"); }
  // Gives the file another time than any other.
  void touch(const std::string& path) {
    const auto time = std::filesystem::file_time_type::clock::now() + std::chrono::hours(++hours_);
    std::filesystem::last_write_time(root() + "/" + path, time);
  }

 private:
  std::unique_ptr<db::Connection> db_;
  std::unique_ptr<ChangeList> changes_;
  i64 library_ = 0;
  i64 hours_ = 0;
};

}  // namespace weir::comics
