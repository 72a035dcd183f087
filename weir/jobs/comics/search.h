// Comics by words: what `weir comics search` does.
//
// The best come first: those that BM25 ranks highest, words in title and series counting most
// (rank.h), and of equals the first by series, volume and issue. Where more than 2,000 comics
// match, ranking them all would take longer than anybody learns from it. Then those come first that
// have the words in title or series, and if that is not enough for the limit, others after them. Of
// each kind at most 2,000 are ranked: those with the smallest ids, which are the first of the
// library in the order of its folders. The result is the same each time.
//
// A beginning such as bat* stands for the words of the index that begin so. Up to 256 are looked
// for one by one; FTS5 itself takes longer, as it has to bring all their comics into one order
// before the first is found.
//
// Threads: those of the connection.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/types.h"
#include "weir/db/sqlite.h"
#include "weir/jobs/comics/query.h"
#include "weir/jobs/comics/tokenizer.h"

namespace weir::comics {

struct FoundComic {
  i64 id = 0;
  std::string path;
  std::string series;
  std::optional<i64> volume;
  std::string issue;  // number and suffix, "12AU"; empty where it has none
  std::string title;
  std::optional<i64> year;
};

struct SearchResult {
  std::vector<FoundComic> comics;
  i64 matches = 0;        // how many comics match
  bool has_more = false;  // more than that
};

// Opens a library for reading.
// Errors: not_found  there is no such file, or it is no library of comics, or has no index.
Result<db::Connection> open_library(const std::string& file);

class Search {
 public:
  // `connection`, of open_library, outlives the search and stays at its place.
  // Errors: not_found  there is no index.
  static Result<Search> open(db::Connection& connection);

  // False: some comics are not indexed yet, and are not found.
  bool is_whole() const { return is_whole_; }

  // Errors: usage  the query makes no sense (query.h).
  Result<SearchResult> find(std::string_view text, i64 limit);

 private:
  struct Ranked {
    i64 id;
    double rank;
    i32 tier;  // 0: in title or series
  };
  explicit Search(db::Connection& connection) : connection_(&connection) {}

  Result<i64> count(const std::string& expression, i64 most);
  Result<void> rank(const std::string& expression, i64 most, i32 tier, std::vector<Ranked>& into);
  Result<std::vector<std::string>> words_that_begin(const std::string& prefix);
  Result<std::vector<FoundComic>> describe(std::vector<Ranked>& ranked, i64 limit);

  db::Connection* connection_;
  bool is_whole_ = true;
  Tokenizer tokenizer_;
  db::Statement count_, rank_, next_word_, comic_;
};

// "12AU" of 12 and "AU", "1.5" of 1.5.
std::string issue_text(std::optional<double> number, std::string_view suffix);

}  // namespace weir::comics
