#include "weir/jobs/comics/covers.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <set>

#include "weir/base/bytes.h"
#include "weir/base/log.h"
#include "weir/flow/malloc_settings.h"
#include "weir/flow/memory_limit.h"
#include "weir/flow/pipeline.h"
#include "weir/flow/process_memory.h"
#include "weir/flow/sampler.h"
#include "weir/jobs/comics/cover_folder.h"
#include "weir/jobs/comics/cover_maker.h"
#include "weir/jobs/comics/cover_table.h"
#include "weir/jobs/comics/custom_covers.h"
#include "weir/jobs/comics/library.h"
#include "weir/target/run_lock.h"

namespace weir::comics {

namespace {

constexpr std::size_t chunk_comics = 8;
// What a common page takes; threads that would have less have nothing to do.
constexpr i64 thread_bytes = 40 * MiB;

// Comics of which covers are to be made, and what becomes of them.
struct Chunk {
  std::vector<CoverSource> comics;
  std::vector<i64> gone;  // whose rows go
  std::vector<CoverRow> rows;
  i64 failed = 0;
};

// What is to be done, shelf by shelf.
class CoverReader {
 public:
  CoverReader(const CoversOptions& options, CoverFolder& folder, CoverTable& table)
      : options_(options), folder_(folder), table_(table) {}

  Result<void> start() {
    WEIR_ASSIGN(folders_, folder_.shelves());
    return {};
  }
  Result<bool> read(Chunk& chunk);

  i64 kept = 0;
  i64 noted = 0;
  i64 removed = 0;

 private:
  Result<std::optional<i64>> next_shelf();
  Result<void> open_shelf(i64 shelf);
  Result<void> look_at(const CoverEntry& entry, bool has_file);
  bool is_current(const CoverEntry& entry) const;

  const CoversOptions& options_;
  CoverFolder& folder_;
  CoverTable& table_;
  std::vector<i64> folders_;  // shelves that are there
  i64 shelf_ = 0;             // the next one to be opened
  std::deque<CoverSource> wanted_;
  std::set<i64> gone_;
};

Result<bool> CoverReader::read(Chunk& chunk) {
  chunk = {};
  while (wanted_.empty() && gone_.empty()) {
    WEIR_ASSIGN(const auto shelf, next_shelf());
    if (!shelf) return false;
    WEIR_TRY(open_shelf(*shelf));
    shelf_ = *shelf + 1;
  }
  const auto count = static_cast<std::ptrdiff_t>(std::min(chunk_comics, wanted_.size()));
  std::move(wanted_.begin(), wanted_.begin() + count, std::back_inserter(chunk.comics));
  wanted_.erase(wanted_.begin(), wanted_.begin() + count);
  chunk.gone.assign(gone_.begin(), gone_.end());
  gone_.clear();
  return true;
}

Result<std::optional<i64>> CoverReader::next_shelf() {
  WEIR_ASSIGN(const auto comic, table_.next(shelf_ * shelf_comics));
  const auto folder = std::ranges::lower_bound(folders_, shelf_);
  std::optional<i64> shelf;
  if (comic) shelf = shelf_of(*comic);
  if (folder != folders_.end()) shelf = std::min(shelf.value_or(*folder), *folder);
  return shelf;
}

Result<void> CoverReader::open_shelf(i64 shelf) {
  const i64 first = shelf * shelf_comics;
  WEIR_ASSIGN(const auto entries, table_.comics(first, first + shelf_comics - 1));
  WEIR_ASSIGN(const auto gone, table_.gone(first, first + shelf_comics - 1));
  WEIR_ASSIGN(const auto listed, folder_.list(shelf));
  for (const auto& path : listed.leftovers) {
    std::error_code ignored;  // it is found again by the next run
    std::filesystem::remove(path, ignored);
  }
  gone_.insert(gone.begin(), gone.end());
  for (const i64 comic : listed.covers)
    if (!std::ranges::binary_search(entries, comic, {},
                                    [](const CoverEntry& entry) { return entry.source.comic; }))
      gone_.insert(comic);
  for (const i64 comic : gone_) WEIR_TRY(folder_.remove(comic));
  removed += static_cast<i64>(gone_.size());
  for (const CoverEntry& entry : entries)
    WEIR_TRY(look_at(entry, std::ranges::binary_search(listed.covers, entry.source.comic)));
  if (entries.empty()) folder_.remove_shelf(shelf);
  return {};
}

Result<void> CoverReader::look_at(const CoverEntry& entry, bool has_file) {
  const bool is_noted = is_current(entry) && !entry.row->error.empty();
  if (is_noted) {
    const bool has_more =
        entry.row->memory_bytes > 0 && options_.memory_bytes > entry.row->memory_bytes;
    if (has_file) WEIR_TRY(folder_.remove(entry.source.comic));
    has_more ? wanted_.push_back(entry.source) : static_cast<void>(++noted);
  } else if (is_current(entry) && has_file) {
    ++kept;
  } else {
    wanted_.push_back(entry.source);
  }
  return {};
}

bool CoverReader::is_current(const CoverEntry& entry) const {
  const ThumbnailOptions& wanted = options_.thumbnail;
  return entry.row && entry.row->source.size == entry.source.size &&
         entry.row->source.mtime_ns == entry.source.mtime_ns &&
         entry.row->most_width == wanted.width && entry.row->most_height == wanted.height &&
         entry.row->format == to_string(wanted.format);
}

// Makes the covers of a chunk.
class CoverWorker {
 public:
  CoverWorker(const CoversOptions& options, const CoverFolder& folder, const CoverMaker& maker)
      : options_(options), folder_(folder), maker_(maker) {}

  Result<void> work(Chunk& chunk, const flow::Turn& turn) const {
    for (const CoverSource& comic : chunk.comics) {
      if (!turn.wanted() || options_.stop.stop_requested())
        return Error(ErrorCode::cancelled, "stopped");
      WEIR_TRY(make(comic, chunk));
      if (flow::resident_bytes() > options_.memory_bytes / 4 * 3) flow::trim_malloc();
    }
    return {};
  }

 private:
  Result<void> make(const CoverSource& comic, Chunk& chunk) const;

  const CoversOptions& options_;
  const CoverFolder& folder_;
  const CoverMaker& maker_;
};

Result<void> CoverWorker::make(const CoverSource& comic, Chunk& chunk) const {
  const ThumbnailOptions& wanted = options_.thumbnail;
  CoverRow row{.source = comic,
               .most_width = wanted.width,
               .most_height = wanted.height,
               .format = std::string(to_string(wanted.format))};
  const auto cover = maker_.make(comic.path, options_.stop);
  if (cover.ok()) {
    WEIR_TRY(folder_.write(comic.comic, cover->bytes));
    row.width = cover->width;
    row.height = cover->height;
    chunk.rows.push_back(std::move(row));
    return {};
  }
  const ErrorCode code = cover.error().code();
  if (code == ErrorCode::cancelled) return cover.error();
  ++chunk.failed;
  log(LogLevel::warning, "no cover",
      {{"comic", comic.path.string()}, {"reason", cover.error().message()}});
  if (code == ErrorCode::not_found || code == ErrorCode::io) return {};
  row.error = cover.error().message();
  if (code == ErrorCode::budget) row.memory_bytes = options_.memory_bytes;
  WEIR_TRY(folder_.remove(comic.comic));
  chunk.rows.push_back(std::move(row));
  return {};
}

Result<i64> budget_of(const CoversOptions& options) {
  const i64 resident = flow::resident_bytes();
  const i64 budget = flow::budget_bytes(options.memory_bytes, resident);
  if (budget >= thread_bytes) return budget;
  const i64 enough = ((resident + thread_bytes) / 9 * 10 / MiB + 2) * MiB;
  return Error(ErrorCode::budget,
               fmt::format("{} are too little for covers; give --memory {}",
                           format_size(options.memory_bytes), format_size(enough)));
}

Result<void> make_covers(const CoversOptions& options, CoverTable& table, CoverFolder& folder,
                         CoversReport& report) {
  WEIR_ASSIGN(const Media* media, open_media());
  WEIR_TRY(media->start());
  // Read by another thread than written.
  WEIR_ASSIGN(const auto reading, CoverTable::open(options.database));
  CoverReader reader(options, folder, *reading);
  WEIR_TRY(reader.start());
  WEIR_ASSIGN(const i64 budget_bytes, budget_of(options));
  flow::MemoryBudget budget(budget_bytes);
  const CoverMaker maker(*media, budget, options.thumbnail);
  const CoverWorker worker(options, folder, maker);

  const i64 threads = std::clamp<i64>(budget_bytes / thread_bytes, 1, options.threads);
  std::vector<std::unique_ptr<Chunk>> slots;
  for (i64 i = 0; i < threads + 2; ++i) slots.push_back(std::make_unique<Chunk>());
  const flow::PipelineSteps<Chunk> steps{
      .read = [&](Chunk& chunk) { return reader.read(chunk); },
      .work = [&](Chunk& chunk, flow::Turn& turn) { return worker.work(chunk, turn); },
      .commit = [&](Chunk& chunk) -> Result<void> {
        WEIR_TRY(table.store(chunk.rows, chunk.gone));
        report.failed += chunk.failed;
        report.made += std::ranges::count(chunk.rows, std::string(), &CoverRow::error);
        i64 bytes = 0;
        for (const CoverSource& comic : chunk.comics) bytes += comic.size;
        if (options.progress != nullptr)
          options.progress->advance(bytes, static_cast<i64>(chunk.comics.size()));
        return {};
      }};
  flow::MemorySampler sampler({.limit_bytes = options.memory_bytes});
  flow::ThreadPool pool(threads);
  WEIR_TRY(flow::run_pipeline<Chunk>(slots, steps, pool, options.stop,
                                     {.may_start = [&] { return sampler.has_room(); }}));
  report.kept = reader.kept;
  report.noted = reader.noted;
  report.removed = reader.removed;
  report.peak_bytes = sampler.peak_bytes();
  return {};
}

}  // namespace

std::filesystem::path covers_folder_of(const std::filesystem::path& database) {
  return std::filesystem::path(database).replace_extension(".covers");
}

Result<CoversReport> run_covers(const CoversOptions& options) {
  WEIR_ASSIGN(const auto table, CoverTable::open(options.database));
  WEIR_ASSIGN(const auto lock, target::RunLock::take(options.database + ".covers-lock"));
  CoversReport report;
  report.out = options.out.empty() ? covers_folder_of(options.database) : options.out;
  WEIR_ASSIGN(const std::string key, table->key());
  WEIR_ASSIGN(auto folder, CoverFolder::open(report.out, key, to_string(options.thumbnail.format)));
  WEIR_ASSIGN(auto links, link_custom_covers(table->connection(), options.custom));
  report.linked = links.added;
  report.unlinked = links.removed;
  report.unknown = std::move(links.unknown);
  if (options.progress != nullptr) options.progress->start("covers", 0);
  WEIR_TRY(make_covers(options, *table, folder, report));
  if (report.made > 0) WEIR_TRY(count_covers_made(table->connection(), report.made));
  if (options.progress != nullptr) options.progress->finish();
  return report;
}

}  // namespace weir::comics
