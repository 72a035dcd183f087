// The words of a text as the index has them: cut at everything that is no letter or digit, without
// case and diacritics. It is the tokenizer of comic_fts itself, asked through SQLite.
//
// Threads: those of the connection, which outlives the tokenizer.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/db/sqlite.h"

namespace weir::comics {

class Tokenizer {
 public:
  static Result<Tokenizer> open(db::Connection& connection);

  Result<std::vector<std::string>> words(std::string_view text) const;

 private:
  struct Made;
  struct Delete {
    void operator()(Made* made) const;
  };
  std::unique_ptr<Made, Delete> made_;
};

}  // namespace weir::comics
