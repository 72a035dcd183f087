#include "weir/target/part_winners.h"

#include <bit>

#include "weir/base/hash.h"

namespace weir::target {
namespace {

const Column& column(const Batch& records, RecordColumn index) {
  return records.columns[static_cast<std::size_t>(index)];
}

const Entity& entity_of(const Tables& tables, const Batch& records, i64 record) {
  return tables.entities[static_cast<std::size_t>(column(records, record_entity).at<i32>(record))];
}

RecordClaim claim_of(const Batch& records, i64 record) {
  const Column& version = column(records, record_version);
  return {version.is_null(record) ? std::string_view() : version.text_at(record),
          column(records, record_deleted).bool_at(record)};
}

}  // namespace

bool takes_place(const Entity& entity, const RecordClaim& later, const RecordClaim& earlier) {
  if (entity.deletes == Deletes::permanent && later.deleted != earlier.deleted)
    return later.deleted;
  return !entity.versioned || later.version >= earlier.version;
}

void PartWinners::choose(const Tables& tables, const Batch& records,
                         const spool::FailedInputs& failed) {
  const auto count = static_cast<std::size_t>(records.rows);
  first_.resize(count);
  winner_.resize(count);
  hashes_.assign(count, 0);
  slots_.assign(std::bit_ceil(count * 2 + 1), -1);

  const Column& keys = column(records, record_key);
  for (std::size_t i = 0; i < count; ++i) {
    const auto record = static_cast<i32>(i);
    first_[i] = record;
    winner_[i] = record;
    const Entity& entity = entity_of(tables, records, record);
    if (entity.write == WriteMode::append || keys.is_null(record) ||
        failed.contains(column(records, record_input).at<i32>(record)))
      continue;

    const auto seed = static_cast<u64>(column(records, record_entity).at<i32>(record));
    hashes_[i] = hash64(keys.text_at(record), seed);
    first_[i] = find_first(records, record);
    i32& winner = winner_[static_cast<std::size_t>(first_[i])];
    if (takes_place(entity, claim_of(records, record), claim_of(records, winner))) winner = record;
  }
}

// The first record with the key of `record`, which may be itself.
i32 PartWinners::find_first(const Batch& records, i32 record) {
  const Column& keys = column(records, record_key);
  const Column& entities = column(records, record_entity);
  const u64 hash = hashes_[static_cast<std::size_t>(record)];
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t slot = static_cast<std::size_t>(hash) & mask;; slot = (slot + 1) & mask) {
    const i32 known = slots_[slot];
    if (known < 0) return slots_[slot] = record;
    if (hashes_[static_cast<std::size_t>(known)] == hash &&
        entities.at<i32>(known) == entities.at<i32>(record) &&
        keys.text_at(known) == keys.text_at(record))
      return known;
  }
}

}  // namespace weir::target
