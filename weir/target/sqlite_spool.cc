#include "weir/target/sqlite_spool.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/target/sqlite_manifest.h"

namespace weir::target {
namespace {

// What a part may need where nobody stated a budget.
constexpr i64 default_part_bytes = 256 * MiB;

class Promotion {
 public:
  Promotion(db::Connection& connection, SqliteWriter& writer, const flow::RunRow& run,
            const PromoteOptions& options)
      : connection_(connection), writer_(writer), run_(run), options_(options) {}

  Result<void> take(spool::Spool& spool, const std::vector<flow::InputRow>& inputs,
                    flow::Arena& arena);

 private:
  Result<void> take_chunk(spool::Spool& spool, const spool::SealedChunk& sealed,
                          const spool::FailedInputs& failed, flow::Arena& arena);
  Result<ChunkBatches> read_part(spool::BlockReader& reader, i64 part) const;

  db::Connection& connection_;
  SqliteWriter& writer_;
  const flow::RunRow& run_;
  const PromoteOptions& options_;
};

// How an input stands after a chunk that ends in it: done, where no later chunk begins in it.
std::vector<flow::InputRow> inputs_after(const std::vector<flow::InputRow>& inputs,
                                         const std::vector<flow::ChunkRow>& chunks, std::size_t at,
                                         const std::string& run) {
  const flow::ChunkRow& chunk = chunks[at];
  const bool goes_on = at + 1 < chunks.size() && chunks[at + 1].first_input == chunk.last_input;
  const bool is_last = at + 1 == chunks.size();
  std::vector<flow::InputRow> after;
  for (flow::InputRow input : inputs) {
    const bool touched = input.number >= chunk.first_input && input.number <= chunk.last_input;
    // The last chunk takes along the inputs without records.
    if (!touched && !is_last) continue;
    input.run = run;
    if (goes_on && input.number == chunk.last_input) {
      input.status = flow::InputStatus::loading;
      input.records = chunk.last_record;
    }
    after.push_back(std::move(input));
  }
  return after;
}

Result<void> Promotion::take(spool::Spool& spool, const std::vector<flow::InputRow>& inputs,
                             flow::Arena& arena) {
  const spool::SpoolIdentity& identity = spool.identity();
  const std::string name = fmt::format("{}/{}", identity.run_id, identity.part);
  WEIR_ASSIGN(auto chunks, spool.chunk_rows());
  WEIR_ASSIGN(const auto failed, spool::FailedInputs::of(spool));
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    if (options_.stop.stop_requested())
      return Error(ErrorCode::cancelled, "stopped between two chunks; what is in stays");
    WEIR_ASSIGN(const bool there, has_chunk(connection_, name, chunks[i].number));
    if (!there) {
      const auto sealed =
          std::ranges::find(spool.chunks(), chunks[i].number, &spool::SealedChunk::number);
      WEIR_ASSERT(sealed != spool.chunks().end());
      WEIR_TRY(take_chunk(spool, *sealed, failed, arena));
      const auto after = inputs_after(inputs, chunks, i, run_.id);
      flow::ChunkRow chunk = chunks[i];
      chunk.run = run_.id;
      WEIR_TRY(writer_.end_chunk(chunk, after, name));
    }
    if (options_.progress) options_.progress(chunks[i].rows);
  }
  return {};
}

Result<void> Promotion::take_chunk(spool::Spool& spool, const spool::SealedChunk& sealed,
                                   const spool::FailedInputs& failed, flow::Arena& arena) {
  WEIR_ASSIGN(auto reader, spool.read(sealed, arena));
  for (i64 part = 0; part < reader->parts(); ++part) {
    WEIR_ASSIGN(const auto good,
                spool::GoodLookupRows::of(writer_.tables(), *reader, part, failed));
    WEIR_ASSIGN(const ChunkBatches batches, read_part(*reader, part));
    WEIR_TRY(writer_.apply(batches, failed, good));
  }
  return {};
}

Result<ChunkBatches> Promotion::read_part(spool::BlockReader& reader, i64 part) const {
  ChunkBatches batches;
  WEIR_ASSIGN(batches.records, reader.records(part));
  for (i32 i = 0; i < static_cast<i32>(writer_.tables().tables.size()); ++i) {
    WEIR_ASSIGN(Batch table, reader.table(part, i));
    batches.tables.push_back(std::move(table));
  }
  WEIR_ASSIGN(batches.rejects, reader.rejects(part));
  return batches;
}

}  // namespace

Result<flow::RunCounts> promote_spools(db::Connection& connection, SqliteWriter& writer,
                                       const std::vector<spool::Spool*>& spools,
                                       const flow::RunRow& run, const PromoteOptions& options) {
  flow::Reservation reservation;
  if (options.budget != nullptr) {
    WEIR_ASSIGN(reservation, options.budget->try_reserve(options.budget->free_bytes()));
  }
  flow::Arena arena(options.budget != nullptr ? reservation.bytes() : default_part_bytes);
  Promotion promotion(connection, writer, run, options);
  WEIR_ASSIGN(const auto inputs, spool::inputs_for_manifest(spools));
  for (spool::Spool* spool : spools) WEIR_TRY(promotion.take(*spool, inputs, arena));
  return writer.count_changes();
}

}  // namespace weir::target
