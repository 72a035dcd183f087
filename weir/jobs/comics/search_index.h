// The full-text index of a library of comics, and how it follows the library.
//
// An import calls make_index before it writes, and update_index when it has written. In between,
// what is to be indexed is on disk in the import's own transactions (search_schema.h): new comics
// because their ids are greater than the watermark, changed ones because triggers take their old
// entries out and mark them. update_index moves entries and state in the same transactions, so a
// kill at any moment loses nothing and doubles nothing.
//
// The first comics of a library pay for no trigger: they are made when the first comics are
// indexed.
//
// Threads: the functions use the connection's thread, and update_index workers of its own.
#pragma once

#include <functional>
#include <stop_token>

#include "weir/base/result.h"
#include "weir/base/types.h"
#include "weir/db/sqlite.h"

namespace weir::comics {

// Makes the view, the index and its state where they are not there, in the caller's transaction.
Result<void> make_index(db::Connection& connection);

// Empties the index: all comics are to be indexed again. In the caller's transaction. Before a
// library is written anew as a whole this is much cheaper than to take every entry out.
Result<void> reset_index(db::Connection& connection);

struct IndexOptions {
  i64 memory_bytes = 64 * MiB;  // besides the connection's own pages; 8 MiB is the least used
  i64 threads = 1;              // that read texts; used where the database is in WAL mode
  std::stop_token stop;
  std::function<void(i64 comics)> progress;  // after each transaction; comics indexed by it
  // The most of one transaction. Each makes a segment of the index; a search visits them all.
  i64 transaction_comics = 50'000;
};

// Indexes what is to be indexed, in transactions of bounded size, and returns how many
// comics that were. Not to be called in a transaction. Where nothing is to be done nothing is
// written.
//
// Errors: cancelled  `stop` was requested: what is committed stays, the next call goes on there.
Result<i64> update_index(db::Connection& connection, const IndexOptions& options);

// Whether every comic can be found. Errors: not_found  there is no index.
Result<bool> is_index_finished(db::Connection& connection);

}  // namespace weir::comics
