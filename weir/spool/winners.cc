// Winners by external sort: one entry a record, in the order of (entity, key, rank, input, row), so
// that the last entry of a key is the one that counts. The known versions come in the same order,
// and are walked beside the entries.
//
// Verdicts lie in a file, a byte a record: first as they are without any other record (those that
// append win, all others are kept out), then changed: in memory where they fit there, else in the
// order of the records, which another sort gives.
#include "weir/spool/winners.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "weir/base/bytes.h"
#include "weir/spool/big_endian.h"
#include "weir/spool/external_sort.h"
#include "weir/spool/failed_inputs.h"

namespace weir::spool {
namespace {

constexpr std::size_t entity_bytes = 4;
constexpr std::size_t tail_bytes = 4 + 8 + 8 + 1 + 4;  // see Entry
constexpr i64 window_bytes = 64 * KiB;

// As bytes: entity u32 | key | rank | input u32 | row u64 | place u64 | deleted u8 | rank's size
// u32, numbers big-endian. Keys and ranks are encodings of which none begins another, so that the
// bytes order as the parts do.
struct Entry {
  std::string_view entity_key;
  // A byte that is 1 for a delete that no version outweighs, then the version where it counts: the
  // greatest rank wins.
  std::string_view rank;
  i64 place = 0;  // among all records
  bool deleted = false;
};

void append_rank(const Entity& entity, std::string_view version, bool deleted, std::string& out) {
  out.push_back(deleted && entity.deletes == Deletes::permanent ? 1 : 0);
  if (entity.versioned) out += version;
}

Entry decode_entry(std::string_view bytes) {
  const std::string_view tail = bytes.substr(bytes.size() - tail_bytes);
  const std::size_t rank_bytes = read_u32(tail.substr(21));
  const std::size_t key_bytes = bytes.size() - tail_bytes - rank_bytes;
  return {.entity_key = bytes.substr(0, key_bytes),
          .rank = bytes.substr(key_bytes, rank_bytes),
          .place = static_cast<i64>(read_u64(tail.substr(12))),
          .deleted = tail[20] != 0};
}

// The verdicts of all records, in a scratch file.
class VerdictFile {
 public:
  explicit VerdictFile(const std::filesystem::path& folder) : file_(folder) {}

  i64 count() const { return file_.bytes() + static_cast<i64>(window_.size()); }
  Result<void> append(Verdict verdict) {
    window_.push_back(static_cast<std::byte>(verdict));
    return static_cast<i64>(window_.size()) < window_bytes ? Result<void>() : flush();
  }
  Result<void> flush() {
    WEIR_TRY(file_.append(window_));
    window_.clear();
    return {};
  }

  // Once all are appended. True: they are all in memory, and may be changed in any order. False:
  // they take more than `most_bytes`.
  Result<bool> hold_all(i64 most_bytes) {
    if (file_.bytes() > most_bytes) return false;
    window_.resize(static_cast<std::size_t>(file_.bytes()));
    if (!window_.empty()) WEIR_TRY(file_.file().read_at(0, window_));
    return true;
  }
  // Once all are appended; in ascending order of places, then `end_changes`.
  Result<void> change(i64 place, Verdict verdict) {
    if (place >= window_begin_ + static_cast<i64>(window_.size())) {
      WEIR_TRY(end_changes());
      window_begin_ = place / window_bytes * window_bytes;
      window_.resize(
          static_cast<std::size_t>(std::min(window_bytes, file_.bytes() - window_begin_)));
      WEIR_TRY(file_.file().read_at(window_begin_, window_));
    }
    window_[static_cast<std::size_t>(place - window_begin_)] = static_cast<std::byte>(verdict);
    return {};
  }
  Result<void> end_changes() { return file_.overwrite(window_begin_, window_); }

  Result<std::vector<Verdict>> read(i64 first, i64 count) const {
    std::vector<Verdict> verdicts(static_cast<std::size_t>(count));
    if (count > 0)
      WEIR_TRY(file_.file().read_at(first, std::as_writable_bytes(std::span(verdicts))));
    return verdicts;
  }

 private:
  RunFile file_;
  std::vector<std::byte> window_;
  i64 window_begin_ = 0;
};

class SortedWinners final : public Winners {
 public:
  explicit SortedWinners(const std::vector<Spool*>& spools)
      : spools_(spools),
        tables_(spools.front()->identity().tables),
        folder_(spools.front()->folder()),
        verdicts_(folder_),
        state_file_(folder_) {}

  // Both take a half of `memory_bytes` for the entries, and the other for what they need besides.
  Result<void> collect(i64 memory_bytes);
  Result<void> choose(const KnownVersions& known, i64 memory_bytes);

  Result<std::vector<Verdict>> chunk(i64 spool, i64 chunk) override;
  flow::RunCounts counts() const override { return counts_; }
  Result<KnownVersions> versions() override;

 private:
  Result<void> collect_part(const Batch& records, const FailedInputs& failed);
  Result<void> add_entry(const Batch& records, i64 row, std::string_view key);
  Result<bool> next_entry();
  Result<bool> next_known(const KnownVersions& known);
  Result<void> settle_key(const KnownVersion* known, RunWriter& state, ExternalSort& changes);
  Result<void> keep(const KnownVersion& version, RunWriter& state);
  i64& count_of(Verdict verdict);

  const Entity& entity(i32 index) const {
    return tables_.entities[static_cast<std::size_t>(index)];
  }

  const std::vector<Spool*> spools_;
  const Tables& tables_;
  const std::filesystem::path folder_;
  std::vector<std::vector<i64>> first_places_;  // of each spool and chunk, and the end
  VerdictFile verdicts_;
  RunFile state_file_;
  RunPlace state_;
  flow::RunCounts counts_;

  std::optional<ExternalSort> entries_;
  std::string entry_;  // that is being made
  bool holds_verdicts_ = false;
  // The next of each, while winners are chosen.
  bool has_entry_ = false;
  Entry next_;
  bool has_known_ = false;
  KnownVersion known_;
  std::string known_key_;  // with the entity in front
};

Result<void> SortedWinners::collect(i64 memory_bytes) {
  entries_.emplace(folder_, memory_bytes / 2);
  flow::Arena arena(memory_bytes / 2);
  for (const Spool* spool : spools_) {
    std::vector<i64>& places = first_places_.emplace_back();
    WEIR_ASSIGN(const FailedInputs failed, FailedInputs::of(*spool));
    for (const SealedChunk& chunk : spool->chunks()) {
      places.push_back(verdicts_.count());
      WEIR_ASSIGN(const auto reader, spool->read(chunk, arena));
      for (i64 part = 0; part < reader->parts(); ++part) {
        WEIR_ASSIGN(const Batch records, reader->records(part));
        WEIR_TRY(collect_part(records, failed));
      }
    }
    places.push_back(verdicts_.count());
  }
  return verdicts_.flush();
}

Result<void> SortedWinners::collect_part(const Batch& records, const FailedInputs& failed) {
  const Column& keys = records.columns[record_key];
  for (i64 row = 0; row < records.rows; ++row) {
    const i32 of = records.columns[record_entity].at<i32>(row);
    if (failed.contains(records.columns[record_input].at<i32>(row))) {
      WEIR_TRY(verdicts_.append(Verdict::kept_out));
    } else if (keys.is_null(row) || entity(of).write == WriteMode::append) {
      const bool deleted = records.columns[record_deleted].bool_at(row);
      ++(deleted ? counts_.unchanged : counts_.created);  // without a key, there is none to delete
      WEIR_TRY(verdicts_.append(deleted ? Verdict::kept_out : Verdict::wins_new));
    } else {
      WEIR_TRY(add_entry(records, row, keys.text_at(row)));
      WEIR_TRY(verdicts_.append(Verdict::kept_out));
    }
  }
  return {};
}

Result<void> SortedWinners::add_entry(const Batch& records, i64 row, std::string_view key) {
  const i32 of = records.columns[record_entity].at<i32>(row);
  const Column& versions = records.columns[record_version];
  const bool deleted = records.columns[record_deleted].bool_at(row);
  entry_.clear();
  append_u32(static_cast<u32>(of), entry_);
  entry_ += key;
  const std::size_t rank_at = entry_.size();
  append_rank(entity(of), versions.is_null(row) ? "" : versions.text_at(row), deleted, entry_);
  const std::size_t rank_bytes = entry_.size() - rank_at;
  append_u32(static_cast<u32>(records.columns[record_input].at<i32>(row)), entry_);
  append_u64(static_cast<u64>(records.columns[record_row].at<i64>(row)), entry_);
  append_u64(static_cast<u64>(verdicts_.count()), entry_);
  entry_.push_back(deleted ? 1 : 0);
  append_u32(static_cast<u32>(rank_bytes), entry_);
  return entries_->add(entry_);
}

Result<bool> SortedWinners::next_entry() {
  std::string_view bytes;
  WEIR_ASSIGN(has_entry_, entries_->next(bytes));
  if (has_entry_) next_ = decode_entry(bytes);
  return has_entry_;
}

Result<bool> SortedWinners::next_known(const KnownVersions& known) {
  if (!known) return false;
  const std::string before = std::move(known_key_);
  known_key_.clear();
  WEIR_ASSIGN(has_known_, known(known_));
  if (!has_known_) return false;
  append_u32(static_cast<u32>(known_.entity), known_key_);
  known_key_ += known_.key;
  if (known_key_ <= before || known_.entity < 0 ||
      known_.entity >= static_cast<i32>(tables_.entities.size()))
    return Error(ErrorCode::corrupt,
                 "the versions that the target keeps are not in order, or of other tables");
  return true;
}

Result<void> SortedWinners::choose(const KnownVersions& known, i64 memory_bytes) {
  ExternalSort changes(folder_, memory_bytes / 2);
  RunWriter state(state_file_);
  WEIR_ASSIGN(holds_verdicts_, verdicts_.hold_all(memory_bytes / 2));
  WEIR_TRY(entries_->finish());
  WEIR_TRY(next_entry());
  WEIR_TRY(next_known(known));
  while (has_entry_ || has_known_) {
    const int order = !has_known_ ? -1 : !has_entry_ ? 1 : next_.entity_key.compare(known_key_);
    if (order > 0) {
      WEIR_TRY(keep(known_, state));
    } else {
      WEIR_TRY(settle_key(order == 0 ? &known_ : nullptr, state, changes));
    }
    if (order >= 0) WEIR_TRY(next_known(known));
  }
  WEIR_ASSIGN(state_, state.finish());
  entries_.reset();

  WEIR_TRY(changes.finish());
  std::string_view change;
  for (;;) {
    WEIR_ASSIGN(const bool more, changes.next(change));
    if (!more) return verdicts_.end_changes();
    WEIR_TRY(verdicts_.change(static_cast<i64>(read_u64(change)), static_cast<Verdict>(change[8])));
  }
}

// Takes all entries of the next key, and decides it: the last one, or what is `known`.
Result<void> SortedWinners::settle_key(const KnownVersion* known, RunWriter& state,
                                       ExternalSort& changes) {
  const std::string key(next_.entity_key);
  const auto of = static_cast<i32>(read_u32(key));
  std::string rank;
  i64 place = 0;
  bool deleted = false;
  i64 records = 0;
  while (has_entry_ && next_.entity_key == key) {
    rank = next_.rank;
    place = next_.place;
    deleted = next_.deleted;
    ++records;
    WEIR_TRY(next_entry());
  }

  std::string known_rank;
  if (known != nullptr) append_rank(entity(of), known->version, known->deleted, known_rank);
  const bool wins = known == nullptr || rank >= known_rank;  // an equal one replaces
  counts_.unchanged += wins ? records - 1 : records;
  if (!wins) return keep(*known, state);

  const bool was_there = known != nullptr && !known->deleted;
  const Verdict verdict = deleted     ? (was_there ? Verdict::deletes : Verdict::kept_out)
                          : was_there ? Verdict::wins_over_old
                                      : Verdict::wins_new;
  ++count_of(verdict);
  if (holds_verdicts_) {
    WEIR_TRY(verdicts_.change(place, verdict));
  } else {
    entry_.clear();
    append_u64(static_cast<u64>(place), entry_);
    entry_.push_back(static_cast<char>(verdict));
    WEIR_TRY(changes.add(entry_));
  }
  return keep({.entity = of,
               .key = key.substr(entity_bytes),
               .version = rank.substr(1),
               .deleted = deleted},
              state);
}

// entity u32 | key's size u32 | key | version | deleted u8
i64& SortedWinners::count_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kept_out:
      return counts_.unchanged;
    case Verdict::wins_new:
      return counts_.created;
    case Verdict::wins_over_old:
      return counts_.updated;
    case Verdict::deletes:
      break;
  }
  return counts_.deleted;
}

Result<void> SortedWinners::keep(const KnownVersion& version, RunWriter& state) {
  entry_.clear();
  append_u32(static_cast<u32>(version.entity), entry_);
  append_u32(static_cast<u32>(version.key.size()), entry_);
  entry_ += version.key;
  entry_ += version.version;
  entry_.push_back(version.deleted ? 1 : 0);
  return state.add(entry_);
}

Result<std::vector<Verdict>> SortedWinners::chunk(i64 spool, i64 chunk) {
  const std::vector<i64>& places = first_places_[static_cast<std::size_t>(spool)];
  const i64 first = places[static_cast<std::size_t>(chunk)];
  return verdicts_.read(first, places[static_cast<std::size_t>(chunk + 1)] - first);
}

Result<KnownVersions> SortedWinners::versions() {
  return KnownVersions([reader = std::make_shared<RunReader>(state_file_, state_)](
                           KnownVersion& version) -> Result<bool> {
    std::string_view bytes;
    WEIR_ASSIGN(const bool more, reader->next(bytes));
    if (!more) return false;
    version.entity = static_cast<i32>(read_u32(bytes));
    const std::size_t key_bytes = read_u32(bytes.substr(entity_bytes));
    const std::size_t version_at = 2 * entity_bytes + key_bytes;
    version.key = bytes.substr(2 * entity_bytes, key_bytes);
    version.version = bytes.substr(version_at, bytes.size() - version_at - 1);
    version.deleted = bytes.back() != 0;
    return true;
  });
}

}  // namespace

Result<std::unique_ptr<Winners>> choose_winners(const std::vector<Spool*>& spools,
                                                const KnownVersions& known,
                                                flow::MemoryBudget& budget) {
  WEIR_ASSERT(!spools.empty());
  // An eighth is left for those who give the known versions.
  const i64 memory_bytes = budget.free_bytes() / 8 * 7;
  if (memory_bytes < 2 * ExternalSort::least_memory_bytes)
    return Error(ErrorCode::budget,
                 fmt::format("choosing winners needs at least {}, and {} are free; raise --memory",
                             format_size(3 * ExternalSort::least_memory_bytes),
                             format_size(budget.free_bytes())));
  WEIR_ASSIGN(const auto reservation, budget.try_reserve(memory_bytes));
  auto winners = std::make_unique<SortedWinners>(spools);
  WEIR_TRY(winners->collect(memory_bytes));
  WEIR_TRY(winners->choose(known, memory_bytes));
  return std::unique_ptr<Winners>(std::move(winners));
}

}  // namespace weir::spool
