#include "weir/jobs/comics/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <unordered_set>

#include "weir/jobs/comics/rank.h"
#include "weir/jobs/comics/search_index.h"

namespace weir::comics {
namespace {

constexpr i64 most_ranked = 2'000;
// Few matches are ranked as they are found: to find them is what takes the time. More of them are
// counted first.
constexpr i64 ranked_at_once = 500;
constexpr std::size_t most_words_of_prefix = 256;
constexpr i64 cache_bytes = 32 * MiB;

constexpr std::string_view comic_sql =
    "SELECT c.path, s.name, v.number, c.issue_number, c.issue_suffix, c.title, c.year, "
    "s.sort_name FROM comic c LEFT JOIN volume v ON v.id = c.volume_id "
    "LEFT JOIN series s ON s.id = v.series_id WHERE c.id = ?1";

std::optional<i64> number_at(const db::Statement& row, i32 column) {
  if (row.column_is_null(column)) return std::nullopt;
  return row.column_i64(column);
}

// What comes first among comics of equal rank.
struct Place {
  i32 tier;
  double rank;
  std::string series;
  std::optional<i64> volume;
  std::optional<double> issue;
  std::string suffix;
  i64 id;
  FoundComic comic;

  bool operator<(const Place& other) const {
    return std::tie(tier, other.rank, series, volume, issue, suffix, id) <
           std::tie(other.tier, rank, other.series, other.volume, other.issue, other.suffix,
                    other.id);
  }
};

}  // namespace

Result<db::Connection> open_library(const std::string& file) {
  WEIR_ASSIGN(
      auto connection,
      db::Connection::open(file, {.read_only = true, .create = false, .cache_bytes = cache_bytes}));
  WEIR_ASSIGN(const i64 tables,
              connection.query_i64("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND "
                                   "name IN ('comic', 'volume', 'series', 'comic_credit')"));
  if (tables != 4)
    return Error(ErrorCode::not_found,
                 fmt::format("{}: is no library of comics; weir comics import makes one", file));
  return connection;
}

Result<Search> Search::open(db::Connection& connection) {
  Search search(connection);
  WEIR_ASSIGN(search.is_whole_, is_index_finished(connection));
  WEIR_TRY(attach_rank(connection));
  WEIR_ASSIGN(search.tokenizer_, Tokenizer::open(connection));
  WEIR_TRY(
      connection.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.comic_words USING "
                         "fts5vocab('main', 'comic_fts', 'instance')"));
  WEIR_ASSIGN(search.next_word_, connection.prepare("SELECT term FROM temp.comic_words WHERE term "
                                                    ">= ?1 LIMIT 1"));
  WEIR_ASSIGN(search.count_, connection.prepare("SELECT count(*) FROM (SELECT 1 FROM comic_fts "
                                                "WHERE comic_fts MATCH ?1 LIMIT ?2)"));
  WEIR_ASSIGN(search.rank_,
              connection.prepare("SELECT rowid, comic_rank(comic_fts) FROM comic_fts WHERE "
                                 "comic_fts MATCH ?1 ORDER BY rowid LIMIT ?2"));
  WEIR_ASSIGN(search.comic_, connection.prepare(comic_sql));
  return search;
}

Result<SearchResult> Search::find(std::string_view text, i64 limit) {
  WEIR_ASSIGN(const QueryNode query, parse_query(text, tokenizer_));
  ExpressionOptions options{
      .expand = [this](const std::string& prefix) { return words_that_begin(prefix); }};
  WEIR_ASSIGN(const std::string all, fts_expression(query, options));
  std::vector<Ranked> ranked;
  WEIR_TRY(rank(all, ranked_at_once + 1, 0, ranked));
  if (std::ssize(ranked) <= ranked_at_once) {
    const i64 matches = std::ssize(ranked);
    WEIR_ASSIGN(auto comics, describe(ranked, limit));
    return SearchResult{.comics = std::move(comics), .matches = matches};
  }
  ranked.clear();
  const i64 most = std::max(limit, most_ranked);
  WEIR_ASSIGN(const i64 matches, count(all, most + 1));
  const bool has_more = matches > most;
  if (has_more && has_free_words(query)) {
    options.heavy_columns_only = true;
    WEIR_ASSIGN(const std::string heavy, fts_expression(query, options));
    WEIR_TRY(rank(heavy, most, 0, ranked));
  }
  if (std::ssize(ranked) < limit) {
    std::unordered_set<i64> known;
    for (const Ranked& one : ranked) known.insert(one.id);
    WEIR_TRY(rank(all, most, 1, ranked));
    std::erase_if(ranked,
                  [&](const Ranked& one) { return one.tier == 1 && known.contains(one.id); });
  }
  WEIR_ASSIGN(auto comics, describe(ranked, limit));
  return SearchResult{
      .comics = std::move(comics), .matches = std::min(matches, most), .has_more = has_more};
}

Result<i64> Search::count(const std::string& expression, i64 most) {
  count_.reset();
  count_.bind(1, expression);
  count_.bind(2, most);
  WEIR_TRY(count_.step());
  const i64 matches = count_.column_i64(0);
  count_.reset();
  return matches;
}

Result<void> Search::rank(const std::string& expression, i64 most, i32 tier,
                          std::vector<Ranked>& into) {
  rank_.reset();
  rank_.bind(1, expression);
  rank_.bind(2, most);
  for (;;) {
    WEIR_ASSIGN(const bool row, rank_.step());
    if (!row) return {};
    into.push_back({.id = rank_.column_i64(0), .rank = rank_.column_double(1), .tier = tier});
  }
}

// Word for word: each is looked up right behind the one before, whatever comics these have. FTS5
// asks for no more than the first place of a word to tell it.
Result<std::vector<std::string>> Search::words_that_begin(const std::string& prefix) {
  std::vector<std::string> words;
  std::string from = prefix;
  for (;;) {
    next_word_.reset();
    next_word_.bind(1, from);
    WEIR_ASSIGN(const bool row, next_word_.step());
    if (!row || !next_word_.column_text(0).starts_with(prefix)) break;
    if (words.size() == most_words_of_prefix) {
      words.clear();
      break;
    }
    words.emplace_back(next_word_.column_text(0));
    // No word has a control character, so the next one is not before this.
    from = words.back() + '\x01';
  }
  next_word_.reset();
  return words;
}

// The first `limit` of them and those that are equal to the last of these decide by their places.
Result<std::vector<FoundComic>> Search::describe(std::vector<Ranked>& ranked, i64 limit) {
  const auto better = [](const Ranked& a, const Ranked& b) {
    return std::tie(a.tier, b.rank, a.id) < std::tie(b.tier, a.rank, b.id);
  };
  std::ranges::sort(ranked, better);
  std::size_t count = std::min(ranked.size(), static_cast<std::size_t>(limit));
  while (count > 0 && count < ranked.size() && ranked[count].rank == ranked[count - 1].rank &&
         ranked[count].tier == ranked[count - 1].tier)
    ++count;
  std::vector<Place> places;
  for (std::size_t i = 0; i < count; ++i) {
    comic_.reset();
    comic_.bind(1, ranked[i].id);
    WEIR_ASSIGN(const bool row, comic_.step());
    if (!row) continue;
    Place place{.tier = ranked[i].tier,
                .rank = ranked[i].rank,
                .series = std::string(comic_.column_text(7)),
                .volume = number_at(comic_, 2),
                .issue = std::nullopt,
                .suffix = std::string(comic_.column_text(4)),
                .id = ranked[i].id,
                .comic = {}};
    if (!comic_.column_is_null(3)) place.issue = comic_.column_double(3);
    place.comic = {.id = ranked[i].id,
                   .path = std::string(comic_.column_text(0)),
                   .series = std::string(comic_.column_text(1)),
                   .volume = place.volume,
                   .issue = issue_text(place.issue, place.suffix),
                   .title = std::string(comic_.column_text(5)),
                   .year = number_at(comic_, 6)};
    places.push_back(std::move(place));
  }
  comic_.reset();
  std::ranges::sort(places, [](const Place& a, const Place& b) { return a < b; });
  std::vector<FoundComic> comics;
  for (Place& place : places)
    if (std::ssize(comics) < limit) comics.push_back(std::move(place.comic));
  return comics;
}

std::string issue_text(std::optional<double> number, std::string_view suffix) {
  return fmt::format("{}{}", number ? fmt::format("{}", *number) : "", suffix);
}

}  // namespace weir::comics
