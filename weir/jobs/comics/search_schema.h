// What the full-text index holds of a comic, and the SQL that says so.
//
// `comic_fts` has one entry for each comic, with its id as rowid. It keeps no texts of its own:
// what an entry was made of is read from the view `comic_search`, which puts the texts together
// from the comic, its names and its links. One list of columns is the source of the view, of the
// triggers and of the reader (search_texts.h), so that all three mean the same.
//
// What is not indexed yet is state on disk:
//   comic_index(watermark)  comics with a greater id have no entry
//   comic_index_pending(id) nor have these, at or below the watermark
//
// Threads: pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace weir::comics {

struct SearchColumn {
  enum class Source {
    comic,  // a text of the comic itself
    level,  // the name of its series, imprint or publisher, found through its volume
    one,    // the name of one thing that the comic points to
    many,   // names of things that the comic is linked with, joined with ", " in the order of ids
  };
  std::string_view name;  // in comic_fts
  double weight;          // of a word found here, for the order of results
  Source source;
  std::string_view table;  // `comic`: empty
  std::string_view text;   // the column of `table` with the text
  std::string_view link;   // `many`: the table between, "comic_character"
  std::string_view key;    // what points to `table`: a column of comic, `link` or `via`
  std::string_view via;    // `many`: the table that `link` points to in place of `table`, "credit"
  std::string_view via_key;
};

// In the order of comic_fts.
std::span<const SearchColumn> search_columns();

// Names of all columns, with ", " between.
std::string search_column_list();

// The view, the index and the state.
std::string create_index_sql();
// What keeps index and state right when comics and names change. A comic's links may change only
// while the comic has no entry: its row is deleted first, and comes back after or before its links.
std::string create_triggers_sql();
std::string drop_triggers_sql();

// Ids and linked things of one column's comics in `?1 < id <= ?2`: (comic id, id in `table`), in
// the order of comics.
std::string select_links_sql(const SearchColumn& column);
// The text of one row of `table` by what points to it.
std::string select_text_sql(const SearchColumn& column);

}  // namespace weir::comics
