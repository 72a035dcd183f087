#include "weir/jobs/comics/import_feed.h"

#include <algorithm>

#include "weir/jobs/comics/tree_reader.h"
#include "weir/store/location.h"

namespace weir::comics {

Result<std::unique_ptr<ImportFeed>> ImportFeed::open(ChangeList& changes, std::vector<Move> moves,
                                                     FeedOptions options) {
  WEIR_TRY(changes.rewind());
  return std::unique_ptr<ImportFeed>(new ImportFeed(changes, std::move(moves), std::move(options)));
}

Result<i32> ImportFeed::next() {
  Change change;
  do {
    WEIR_ASSIGN(const bool more, changes_.next(change));
    if (!more) return -1;
    ++ordinal_;
  } while (!apply_move(change));
  pipeline::RunInput input = input_of(std::move(change));
  const std::scoped_lock lock(mutex_);
  const auto number = static_cast<i32>(first_ + std::ssize(inputs_));
  input.row.number = number;
  inputs_.push_back(std::move(input));
  return number;
}

bool ImportFeed::apply_move(Change& change) {
  if (next_move_ == moves_.size() || moves_[next_move_].ordinal != ordinal_) return true;
  const Move& move = moves_[next_move_++];
  change.comic = move.comic;
  change.created_at = move.created_at;
  return move.is_read_again;
}

pipeline::RunInput ImportFeed::input_of(Change change) const {
  constexpr i64 nanoseconds_per_microsecond = 1'000;
  const std::string& root =
      std::ranges::find(options_.roots, change.library, &LibraryRoot::library)->root;
  pipeline::RunInput input;
  input.input.file = root + "/" + change.file.bytes();
  input.input.location = store::location_of(input.input.file.native());
  input.input.size = change.file.size;
  input.input.mtime_us = change.file.mtime_ns / nanoseconds_per_microsecond;
  input.by_name_only = options_.names_only;
  auto facts = std::make_shared<ComicFacts>();
  facts->change = std::move(change);
  facts->time = options_.time;
  input.facts = std::move(facts);
  return input;
}

// References into a deque stay good while it grows and shrinks at its ends.
pipeline::RunInput& ImportFeed::at(i32 number) {
  const std::scoped_lock lock(mutex_);
  return inputs_[static_cast<std::size_t>(number - first_)];
}

void ImportFeed::release(i32 number) {
  const std::scoped_lock lock(mutex_);
  while (!inputs_.empty() && first_ <= number) {
    inputs_.pop_front();
    ++first_;
  }
}

}  // namespace weir::comics
