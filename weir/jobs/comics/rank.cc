#include "weir/jobs/comics/rank.h"

#include <sqlite3.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "weir/base/types.h"
#include "weir/jobs/comics/search_schema.h"

namespace weir::comics {
namespace {

// Entries counted for all words of a query together, and for one of them at least.
constexpr i64 counted_entries = 40'000;
constexpr i64 least_counted = 1'000;

// The constants of the literature, and of FTS5.
constexpr double saturation = 1.2;
constexpr double length_share = 0.75;
// What a word that most comics have is worth: a little, so that it cannot turn the order around.
constexpr double least_worth = 1e-6;

struct Count {
  i64 limit = 0;
  i64 entries = 0;
  i64 last_id = 0;
};

// What one query needs for all its entries.
struct Worth {
  double average_words = 1;
  std::vector<double> of_phrase;
  std::vector<double> found;  // scratch: weighted finds of each phrase in one entry
};

int count_entry(const Fts5ExtensionApi* api, Fts5Context* entry, void* to) {
  auto& count = *static_cast<Count*>(to);
  ++count.entries;
  count.last_id = api->xRowid(entry);
  return count.entries < count.limit ? SQLITE_OK : SQLITE_DONE;
}

// How many of `all` entries have the phrase.
int find_entries(const Fts5ExtensionApi* api, Fts5Context* context, int phrase, i64 limit, i64 all,
                 double& entries) {
  Count count{.limit = limit};
  const int result = api->xQueryPhrase(context, phrase, &count, count_entry);
  entries = static_cast<double>(count.entries);
  if (count.entries == limit && count.last_id > 0)
    entries *= std::max(1.0, static_cast<double>(all) / static_cast<double>(count.last_id));
  entries = std::min(entries, static_cast<double>(all));
  return result;
}

int make_worth(const Fts5ExtensionApi* api, Fts5Context* context, Worth& worth) {
  sqlite3_int64 all = 0, words = 0;
  int result = api->xRowCount(context, &all);
  if (result == SQLITE_OK) result = api->xColumnTotalSize(context, -1, &words);
  worth.average_words = std::max(1.0, static_cast<double>(words) / static_cast<double>(all));
  const int phrases = api->xPhraseCount(context);
  const i64 limit = std::max(least_counted, counted_entries / std::max(phrases, 1));
  // A word alone is worth the same in all entries, so nothing needs to be counted.
  if (phrases == 1) worth.of_phrase.push_back(1);
  for (int phrase = 0; phrases > 1 && phrase < phrases && result == SQLITE_OK; ++phrase) {
    double entries = 0;
    result = find_entries(api, context, phrase, limit, all, entries);
    const double rarity = std::log((static_cast<double>(all) - entries + 0.5) / (entries + 0.5));
    worth.of_phrase.push_back(std::max(rarity, least_worth));
  }
  worth.found.resize(worth.of_phrase.size());
  return result;
}

int find_worth(const Fts5ExtensionApi* api, Fts5Context* context, Worth*& worth) {
  worth = static_cast<Worth*>(api->xGetAuxdata(context, 0));
  if (worth != nullptr) return SQLITE_OK;
  auto made = std::make_unique<Worth>();
  const int result = make_worth(api, context, *made);
  if (result != SQLITE_OK) return result;
  worth = made.release();  // SQLite deletes it with the query, or at once if it cannot keep it
  return api->xSetAuxdata(context, worth, [](void* old) { delete static_cast<Worth*>(old); });
}

int rank_entry(const Fts5ExtensionApi* api, Fts5Context* context, double& rank) {
  Worth* worth = nullptr;
  int result = find_worth(api, context, worth);
  if (result != SQLITE_OK) return result;
  int finds = 0, words = 0;
  result = api->xInstCount(context, &finds);
  std::ranges::fill(worth->found, 0.0);
  for (int i = 0; i < finds && result == SQLITE_OK; ++i) {
    int phrase = 0, column = 0, word = 0;
    result = api->xInst(context, i, &phrase, &column, &word);
    if (result == SQLITE_OK)
      worth->found[static_cast<std::size_t>(phrase)] +=
          search_columns()[static_cast<std::size_t>(column)].weight;
  }
  if (result == SQLITE_OK) result = api->xColumnSize(context, -1, &words);
  const double length = static_cast<double>(words) / worth->average_words;
  const double damping = saturation * (1 - length_share + length_share * length);
  rank = 0;
  for (std::size_t phrase = 0; phrase < worth->found.size(); ++phrase) {
    const double found = worth->found[phrase];
    rank += worth->of_phrase[phrase] * found * (saturation + 1) / (found + damping);
  }
  return result;
}

void comic_rank(const Fts5ExtensionApi* api, Fts5Context* entry, sqlite3_context* context, int,
                sqlite3_value**) {
  double rank = 0;
  const int result = rank_entry(api, entry, rank);
  if (result == SQLITE_OK)
    sqlite3_result_double(context, rank);
  else
    sqlite3_result_error_code(context, result);
}

}  // namespace

Result<void> attach_rank(db::Connection& connection) {
  WEIR_ASSIGN(fts5_api * api, connection.full_text_api());
  if (api->xCreateFunction(api, "comic_rank", nullptr, comic_rank, nullptr) != SQLITE_OK)
    return Error(ErrorCode::budget, "no memory left for the ranking of results");
  return {};
}

}  // namespace weir::comics
