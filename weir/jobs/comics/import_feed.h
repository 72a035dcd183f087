// ImportFeed: the changes of a run as inputs, those that moved without being read left out. Only
// the inputs of the chunks in flight are held.
//
// Threads: those of InputFeed.
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "weir/jobs/comics/change_list.h"
#include "weir/jobs/comics/moves.h"
#include "weir/pipeline/input_feed.h"

namespace weir::comics {

struct FeedOptions {
  std::vector<LibraryRoot> roots;
  std::string time;  // of the run
  bool names_only = false;
};

class ImportFeed final : public pipeline::InputFeed {
 public:
  // From the first change on; `changes` outlives the feed, `moves` are in the order of the list.
  static Result<std::unique_ptr<ImportFeed>> open(ChangeList& changes, std::vector<Move> moves,
                                                  FeedOptions options);

  Result<i32> next() override;
  pipeline::RunInput& at(i32 number) override;
  void release(i32 number) override;

 private:
  ImportFeed(ChangeList& changes, std::vector<Move> moves, FeedOptions options)
      : changes_(changes), moves_(std::move(moves)), options_(std::move(options)) {}
  // False: the change is a move that needs no reading.
  bool apply_move(Change& change);
  pipeline::RunInput input_of(Change change) const;

  ChangeList& changes_;
  const std::vector<Move> moves_;
  const FeedOptions options_;
  std::size_t next_move_ = 0;
  i64 ordinal_ = -1;  // in the list, of the change read last

  std::mutex mutex_;  // of what follows
  std::deque<pipeline::RunInput> inputs_;
  i32 first_ = 0;  // the number of inputs_.front()
};

}  // namespace weir::comics
