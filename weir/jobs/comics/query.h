// What people type to find comics, and the FTS5 expression that it becomes.
//
//   query  = all ("OR" all)*
//   all    = except ("AND"? except)*
//   except = item ("NOT" item)*
//   item   = [field ":"] (word | word"*" | "a phrase" | "a phra"* | "(" query ")")
//
// AND, OR and NOT are written in capitals. A field is a column of comic_fts or a short form of one
// ("character"), and holds for the whole of a group; text in front of a colon that is no plain name
// ("re:zero" is one, "spider-man:" is not) belongs to the word. A word such as "spider-man", of
// which the index makes several, is a phrase. What is no word at all ("&") is left out.
//
// Nothing that was typed reaches FTS5 as it is: words go through the index's own tokenizer, and
// what comes out is quoted.
//
// Threads: plain values.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/types.h"
#include "weir/jobs/comics/tokenizer.h"

namespace weir::comics {

struct QueryNode {
  enum class Kind {
    words,   // these words one after the other
    all,     // every part
    any,     // one part at least
    except,  // the first part, and none of the others
  };
  Kind kind = Kind::words;
  std::vector<QueryNode> parts;
  std::vector<std::string> words;  // at least one
  bool prefix = false;             // the last word is the beginning of one
  i64 column = -1;                 // of search_columns(); -1: any
};

// Errors: usage  it makes no sense, or has no word. The message says at which character and what
//                was expected; the query and a caret under the place follow on lines of their own.
Result<QueryNode> parse_query(std::string_view text, const Tokenizer& tokenizer);

struct ExpressionOptions {
  // Words without a field are looked for in title and series only.
  bool heavy_columns_only = false;
  // The words of the index that begin so, in place of the prefix; empty: leave it to FTS5.
  std::function<Result<std::vector<std::string>>(const std::string& prefix)> expand;
};
Result<std::string> fts_expression(const QueryNode& query, const ExpressionOptions& options = {});

// Whether some word has no field.
bool has_free_words(const QueryNode& query);

}  // namespace weir::comics
