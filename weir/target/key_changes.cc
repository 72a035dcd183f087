#include "weir/target/key_changes.h"

#include "weir/base/hash.h"
#include "weir/spool/big_endian.h"

namespace weir::target {
namespace {

// A change, as bytes: hash of the key u64, u64 | its number u64 | had a row u8 | has a row u8,
// numbers big-endian, so that the changes of a key follow one another as they came.
constexpr std::size_t hash_bytes = 16;
constexpr std::size_t had_row_at = 24;
constexpr std::size_t has_row_at = 25;

}  // namespace

KeyChanges::KeyChanges(bool from_empty, const std::filesystem::path& folder, i64 memory_bytes) {
  if (!from_empty) changes_.emplace(folder, memory_bytes);
}

Result<void> KeyChanges::add(i32 entity, std::string_view key, bool had_row, bool has_row) {
  if (changes_) {
    const Hash128 hash = hash128(key);
    change_.clear();
    spool::append_u64(hash.high, change_);
    spool::append_u64(hash.low + static_cast<u64>(entity), change_);
    spool::append_u64(static_cast<u64>(changes_->count()), change_);
    change_.push_back(had_row ? 1 : 0);
    change_.push_back(has_row ? 1 : 0);
    return changes_->add(change_);
  }
  // A row that is there came in this run, and counts as created already.
  if (has_row && !had_row) {
    ++uncommitted_.created;
  } else {
    ++uncommitted_.unchanged;
  }
  if (had_row && !has_row) {
    --uncommitted_.created;
    ++uncommitted_.unchanged;
  }
  return {};
}

void KeyChanges::commit() {
  counts_ += uncommitted_;
  uncommitted_ = {};
  if (changes_) committed_ = changes_->count();
}

Result<flow::RunCounts> KeyChanges::count() {
  if (!changes_) return counts_;
  WEIR_TRY(changes_->finish());
  Walk walk;
  for (std::string_view change;;) {
    WEIR_ASSIGN(const bool more, changes_->next(change));
    if (!more) break;
    if (static_cast<i64>(spool::read_u64(change.substr(hash_bytes))) >= committed_) continue;
    const std::string_view key = change.substr(0, hash_bytes);
    if (walk.records == 0 || key != walk.key) {
      end_key(walk);
      walk.key = key;
      walk.had_row = change[had_row_at] != 0;
      walk.records = 0;
    }
    walk.has_row = change[has_row_at] != 0;
    ++walk.records;
  }
  end_key(walk);
  changes_.reset();
  return counts_;
}

void KeyChanges::end_key(const Walk& walk) {
  if (walk.records == 0) return;
  if (!walk.had_row && !walk.has_row) {
    counts_.unchanged += walk.records;
    return;
  }
  ++(!walk.had_row ? counts_.created : walk.has_row ? counts_.updated : counts_.deleted);
  counts_.unchanged += walk.records - 1;
}

}  // namespace weir::target
