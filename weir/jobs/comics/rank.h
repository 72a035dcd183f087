// How well an entry of comic_fts fits a query: BM25 with a weight for each column.
//
// It differs from FTS5's own bm25() in one point. That one counts the entries of every word over
// the whole index before it ranks the first, which takes 20 ms for a word that 600,000 comics have.
// Here a word that very many entries have is counted up to a limit, in the order of ids, and the
// rest is inferred from how far that reached. Equal words get equal counts, so the order is the
// same each time.
//
// Source: S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond";
// SQLite documentation, "FTS5 Extension", Custom Auxiliary Functions. Threads: those of the
// connection.
#pragma once

#include "weir/base/result.h"
#include "weir/db/sqlite.h"

namespace weir::comics {

// Makes comic_rank(comic_fts) known: the greater, the better it fits.
Result<void> attach_rank(db::Connection& connection);

}  // namespace weir::comics
