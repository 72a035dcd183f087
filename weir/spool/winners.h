// Winners: of all records of a run with equal keys, the one with the greatest version; at equal
// versions the one that stands later (input, then row). Chosen once, on the spool, by external
// sort.
//
// Threads: one at a time.
#pragma once

#include <functional>
#include <vector>

#include "weir/base/result.h"
#include "weir/flow/memory_budget.h"
#include "weir/spool/spool.h"

namespace weir::spool {

// What is known of a key from earlier runs. `version` is empty where the entity is not versioned.
struct KnownVersion {
  i32 entity = 0;
  std::string key;      // canonical encoding
  std::string version;  // canonical encoding
  bool deleted = false;
};

// Gives the known versions in ascending order of (entity, key), one a call; false at the end.
using KnownVersions = std::function<Result<bool>(KnownVersion&)>;

// A delete of a key that has no row is kept out as well; the key's version is remembered.
enum class Verdict : u8 { kept_out, wins_new, wins_over_old, deletes };

// One verdict for each record of each chunk, in the order of the spools, chunks, parts and rows.
// Held as files in the first spool's folder; `chunk` reads those of one chunk.
class Winners {
 public:
  virtual ~Winners() = default;
  virtual Result<std::vector<Verdict>> chunk(i64 spool, i64 chunk) = 0;
  // But for rejects.
  virtual flow::RunCounts counts() const = 0;
  // The state of all keys after the run, ascending: what was known, overruled by what won.
  virtual Result<KnownVersions> versions() = 0;
};

Result<std::unique_ptr<Winners>> choose_winners(const std::vector<Spool*>& spools,
                                                const KnownVersions& known,
                                                flow::MemoryBudget& budget);

}  // namespace weir::spool
