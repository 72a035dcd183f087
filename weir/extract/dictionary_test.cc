#include "weir/extract/dictionary.h"

#include <gmock/gmock.h>

#include "weir/extract/check.h"
#include "weir/extract/tables_of.h"

namespace weir::extract {
namespace {

constexpr const char* feed = R"(
[source.feed]
entity = "book"
format = "json"
path   = "*.json"
[entity.book]
key   = ["isbn"]
write = "replace_record"
deleted_when = { gone = true }
deletes = "permanent"
[entity.book.fields]
isbn   = { type = "string", required = true }
pages  = { type = "int32", path = "size.pages" }
tags   = { type = "list<string>" }
x      = { type = "float64" }
y      = { type = "float64" }
place  = { type = "point", path = false }
author = { type = "string", lookup = "author" }
[[entity.book.computed]]
type = "Point"
of   = ["x", "y"]
into = "place"
[entity.book.tables.chapter]
each = "chapters"
surrogate = "chapter_id"
[entity.book.tables.chapter.fields]
title = { type = "string" }
[entity.book.tables.chapter.tables.note]
each = "notes"
[entity.book.tables.note_fields]
each = "other"
[entity.book.tables.note_fields.fields]
text = { type = "string", path = "#text" }
[entity.book.tables.chapter.tables.note.fields]
text = { type = "string", path = "#text" }
[entity.book.history]
table = "book_seen"
[entity.book.history.fields]
first_day = { type = "date", path = "_run_date", policy = "min" }
gone_day  = { type = "date", path = "_run_date", policy = "max", of = "deletes" }
[lookup.author]
key = ["name"]
)";

TEST(Dictionary, SaysOfEachColumnWhatItHolds) {
  const ParsedDeclaration parsed = parse_declaration(feed, "feed.toml", {});
  ASSERT_EQ(problem_lines(parsed.problems, "feed.toml"), "");
  const std::string page = dictionary(parsed.declaration, tables_of(parsed.declaration));
  for (const char* line : {
           "## book\n\nA row for each book.\n",
           "| `isbn` | `string` | `isbn` | never: a record without it fails | key |\n",
           "| `pages` | `int32` | `size.pages` | missing or blank |  |\n",
           "| `tags` | `list<string>` | `tags` | no member |  |\n",
           "| `place` | `point` | Point of `x`, `y` | where it finds nothing |  |\n",
           "| `author_id` | `int64` | the row of `author` | where nothing gives it |  |\n",
           "## chapter\n\nA row for each `chapters` of the book.\n",
           "| `isbn` | `string` | the record's key | never |  |\n",
           "| `chapter_id` | `int64` | a number given once and never again | never | key |\n",
           "## note\n\nA row for each `notes` of a row of `chapter`.\n",
           "| `chapter_id` | `int64` | the row of `chapter` that it belongs to | never |  |\n",
           "| `first_day` | `date` | the least `_run_date` | never |  |\n",
           "| `gone_day` | `date` | the greatest `_run_date` of deletes | it was never deleted |  "
           "|\n",
           "## author\n\nA row for each name that records share.\n",
       })
    EXPECT_THAT(page, testing::HasSubstr(line));
}

}  // namespace
}  // namespace weir::extract
