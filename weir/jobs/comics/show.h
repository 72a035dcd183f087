// All that a library knows of one comic.
//
// Threads: those of the connection.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/db/sqlite.h"

namespace weir::comics {

struct ComicValue {
  std::string text;  // empty: not known
  bool is_number = false;
};

struct ComicField {
  enum class Kind {
    one,
    truth,  // 0 or 1
    list,   // rows of one value each
    rows,   // rows of as many values as there are keys
  };
  std::string_view name;
  Kind kind;
  std::vector<std::string_view> keys;  // of `rows`
  // Row by row; one row of one value for `one` and `truth`.
  std::vector<std::vector<ComicValue>> values;
};

// The id of the comic that `path_or_id` names: digits are an id, all else is a path, in the library
// or on disk. Digits that are no id may be a path as well.
// Errors: not_found  there is none; the message tells where its import failed.
//         usage      several libraries have this path.
Result<i64> find_comic(db::Connection& connection, std::string_view path_or_id);

// What is known of it, without what is not.
Result<std::vector<ComicField>> comic_fields(db::Connection& connection, i64 id);

// Lines such as "characters      Rosa, Otto", in the order of the fields.
std::string fields_text(const std::vector<ComicField>& fields);
// One JSON object.
std::string fields_json(const std::vector<ComicField>& fields);

}  // namespace weir::comics
