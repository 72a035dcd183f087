// The texts that comics are searched by, put together by a merge of the comics with their links.
//
// The link tables are clustered by comic, so one walk over each beside the comics finds everything
// in order; names come from caches of bounded size. What comes out is what the view comic_search
// says, at about a third of its price: the view looks every link and name up by itself.
//
// Threads: a reader belongs to one thread at a time, as its connection does.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/types.h"
#include "weir/db/sqlite.h"

namespace weir::comics {

// Comics with their texts, one after the other.
class TextBlock {
 public:
  i64 comics() const { return static_cast<i64>(ids_.size()); }
  i64 id(i64 comic) const { return ids_[static_cast<std::size_t>(comic)]; }
  // A column as search_columns() numbers them.
  std::string_view text(i64 comic, i64 column) const;
  i64 bytes() const { return static_cast<i64>(bytes_.size()); }
  void clear();

 private:
  friend class TextReader;
  std::vector<i64> ids_;
  std::vector<std::size_t> ends_;  // one a comic and column
  std::string bytes_;
};

class TextReader {
 public:
  // `connection` outlives the reader and stays at its place.
  static Result<TextReader> open(db::Connection& connection, i64 cache_bytes);

  // The greatest id among the next `comics` comics after `after`; `after` where there is none.
  Result<i64> last_of(i64 after, i64 comics);

  // Appends the comics in `after < id <= last`, and calls `full`, which clears the block, whenever
  // it holds more than `limit_bytes`.
  Result<void> read(i64 after, i64 last, i64 limit_bytes, TextBlock& block,
                    const std::function<Result<void>()>& full);

 private:
  // Texts of one table by what points to it. A null text is kept as one.
  struct Names {
    db::Statement select;
    std::unordered_map<i64, std::pair<bool, std::string>> known;
    i64 bytes = 0;
  };
  // The links of one column, ahead of the comics.
  struct Links {
    db::Statement select;
    bool distinct = false;  // ids come in no order, and may be repeated
    bool row = false;
    std::vector<i64> ids;  // of the comic at hand
  };
  struct Part {
    i32 column = -1;  // of `comics_`, where the comic has the text or the key itself
    Names names;
    Links links;
  };

  Result<void> append_comic(i64 id, TextBlock& block);
  Result<void> append_part(std::size_t column, i64 id, std::string& text);
  // The text that `key` leads to, or null; it stays until the next call.
  Result<const std::string*> name(Names& names, i64 key);
  void forget_most_names();
  Result<void> collect(Links& links, i64 comic);

  db::Statement comics_;
  db::Statement last_;
  std::vector<Part> parts_;    // one a column
  i64 names_limit_bytes_ = 0;  // of all tables together
  i64 names_bytes_ = 0;
};

}  // namespace weir::comics
