#include "weir/spool/external_sort.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "weir/base/bytes.h"

namespace weir::spool {
namespace {

constexpr i64 most_memory_bytes = 4 * GiB - 64 * KiB;  // places in memory are 32 bits
constexpr i64 longest_share = 8;

}  // namespace

ExternalSort::ExternalSort(const std::filesystem::path& folder, i64 memory_bytes)
    : memory_bytes_(std::clamp(memory_bytes, least_memory_bytes, most_memory_bytes) & ~i64{4095}),
      arena_(std::make_unique<flow::Arena>(memory_bytes_)),
      memory_(*arena_),
      file_(folder) {}

bool ExternalSort::map() { return memory_.data() != nullptr || memory_.grow(memory_bytes_); }

std::span<ExternalSort::Entry> ExternalSort::entries() {
  auto* end = reinterpret_cast<Entry*>(memory_.data() + memory_bytes_);
  return {end - entry_count_, static_cast<std::size_t>(entry_count_)};
}

Result<void> ExternalSort::add(std::string_view record) {
  const auto size = static_cast<i64>(record.size());
  if (size > memory_bytes_ / longest_share)
    return Error(ErrorCode::budget,
                 fmt::format("a key of {} is too long to be sorted in {}; raise --memory",
                             format_size(size), format_size(memory_bytes_)));
  if (!map())
    return Error(ErrorCode::budget,
                 fmt::format("the system gives no {} for sorting", format_size(memory_bytes_)));
  const i64 entry_bytes = (entry_count_ + 1) * static_cast<i64>(sizeof(Entry));
  if (used_bytes_ + size + entry_bytes > memory_bytes_) WEIR_TRY(spill());

  note_common_prefix(record);
  if (size > 0) std::memcpy(memory_.data() + used_bytes_, record.data(), record.size());
  ++entry_count_;
  entries().front() = {0, static_cast<u32>(used_bytes_), static_cast<u32>(size)};
  used_bytes_ += size;
  ++count_;
  return {};
}

void ExternalSort::note_common_prefix(std::string_view record) {
  if (count_ == 0) {
    first_record_ = record;
    common_bytes_ = record.size();
    return;
  }
  const std::size_t both = std::min(common_bytes_, record.size());
  const auto differ =
      std::mismatch(first_record_.begin(),
                    first_record_.begin() + static_cast<std::ptrdiff_t>(both), record.begin());
  common_bytes_ = static_cast<std::size_t>(differ.first - first_record_.begin());
}

// The eight bytes behind the common ones, big-endian; a record that ends before has zeros there.
u64 ExternalSort::prefix_of(std::string_view record) const {
  const std::string_view rest = record.substr(common_bytes_);
  u64 prefix = 0;
  if (!rest.empty()) std::memcpy(&prefix, rest.data(), std::min(rest.size(), sizeof prefix));
  return std::endian::native == std::endian::little ? __builtin_bswap64(prefix) : prefix;
}

void ExternalSort::sort_entries() {
  const std::span<Entry> all = entries();
  for (Entry& entry : all) entry.prefix = prefix_of(at(entry));
  std::ranges::sort(all, [this](const Entry& a, const Entry& b) {
    return a.prefix != b.prefix ? a.prefix < b.prefix : at(a) < at(b);
  });
}

Result<void> ExternalSort::spill() {
  sort_entries();
  RunWriter writer(file_);
  for (const Entry& entry : entries()) WEIR_TRY(writer.add(at(entry)));
  WEIR_ASSIGN(const RunPlace run, writer.finish());
  runs_.push_back(run);
  used_bytes_ = 0;
  entry_count_ = 0;
  return {};
}

Result<void> ExternalSort::finish() {
  if (runs_.empty()) {
    if (entry_count_ > 0) sort_entries();
    return {};
  }
  if (entry_count_ > 0) WEIR_TRY(spill());
  memory_.release();
  while (static_cast<i64>(runs_.size()) > most_sources()) {
    const i64 surplus = static_cast<i64>(runs_.size()) - most_sources();
    WEIR_TRY(merge_first(std::min(surplus + 1, most_sources())));
  }
  return open(runs_);
}

// How many runs can be read at once; two can always.
i64 ExternalSort::most_sources() const {
  const i64 longest = std::ranges::max_element(runs_, {}, &RunPlace::longest)->longest;
  return std::max<i64>(memory_bytes_ / RunReader::memory_bytes(longest) - 1, 2);
}

// Makes one run of the first ones, which are the shortest: merged runs go to the end.
Result<void> ExternalSort::merge_first(i64 runs) {
  const auto merged = static_cast<std::ptrdiff_t>(runs);
  WEIR_TRY(open(std::span(runs_).first(static_cast<std::size_t>(runs))));
  RunWriter writer(file_);
  std::string_view record;
  for (;;) {
    WEIR_ASSIGN(const bool more, next_merged(record));
    if (!more) break;
    WEIR_TRY(writer.add(record));
  }
  WEIR_ASSIGN(const RunPlace run, writer.finish());
  runs_.erase(runs_.begin(), runs_.begin() + merged);
  runs_.push_back(run);
  return {};
}

Result<void> ExternalSort::open(std::span<const RunPlace> runs) {
  sources_.clear();
  for (const RunPlace& run : runs) sources_.push_back({.reader = RunReader(file_, run)});
  for (Source& source : sources_) WEIR_TRY(advance(source));
  play_all();
  at_first_ = true;
  return {};
}

Result<void> ExternalSort::advance(Source& source) {
  WEIR_ASSIGN(const bool more, source.reader.next(source.record));
  source.ended = !more;
  if (more) source.prefix = prefix_of(source.record);
  return {};
}

bool ExternalSort::comes_before(i64 a, i64 b) const {
  const Source& x = sources_[static_cast<std::size_t>(a)];
  const Source& y = sources_[static_cast<std::size_t>(b)];
  if (x.ended || y.ended) return !x.ended;
  if (x.prefix != y.prefix) return x.prefix < y.prefix;
  return x.record < y.record;
}

// A node's players are the winners of the two below it; sources stand below the last nodes.
void ExternalSort::play_all() {
  const auto count = static_cast<i64>(sources_.size());
  losers_.assign(static_cast<std::size_t>(count), 0);
  std::vector<i64> winners(static_cast<std::size_t>(2 * count));
  for (i64 i = 0; i < count; ++i) winners[static_cast<std::size_t>(count + i)] = i;
  for (i64 node = count - 1; node > 0; --node) {
    const i64 left = winners[static_cast<std::size_t>(2 * node)];
    const i64 right = winners[static_cast<std::size_t>(2 * node + 1)];
    const bool left_wins = comes_before(left, right);
    winners[static_cast<std::size_t>(node)] = left_wins ? left : right;
    losers_[static_cast<std::size_t>(node)] = left_wins ? right : left;
  }
  losers_[0] = count > 1 ? winners[1] : 0;
}

Result<bool> ExternalSort::next_merged(std::string_view& record) {
  if (!at_first_) {
    i64 player = losers_[0];
    WEIR_TRY(advance(sources_[static_cast<std::size_t>(player)]));
    const auto count = static_cast<i64>(sources_.size());
    for (i64 node = (count + player) / 2; node > 0; node /= 2) {
      i64& loser = losers_[static_cast<std::size_t>(node)];
      if (comes_before(loser, player)) std::swap(loser, player);
    }
    losers_[0] = player;
  }
  at_first_ = false;
  const Source& least = sources_[static_cast<std::size_t>(losers_[0])];
  record = least.record;
  return !least.ended;
}

Result<bool> ExternalSort::next(std::string_view& record) {
  if (!runs_.empty()) return next_merged(record);
  if (next_entry_ == entry_count_) return false;
  record = at(entries()[static_cast<std::size_t>(next_entry_++)]);
  return true;
}

}  // namespace weir::spool
