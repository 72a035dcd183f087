#include "weir/flow/pipeline.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace weir::flow {
namespace {

struct Chunk {
  i64 number = 0;
  i64 parts = 0;
  bool in_use = false;
};

// Lets other threads run a few times, so that the order of events differs from run to run.
void yield_some(std::mt19937& random) {
  for (auto left = random() % 8; left > 0; --left) std::this_thread::yield();
}

// A run over `chunks` chunks of which every third has parts. It keeps what reached the target, in
// order, and checks what must hold at any time.
class Trial {
 public:
  Trial(i64 chunks, i64 slots, i64 workers, u32 seed)
      : chunks_(chunks), seed_(seed), pool_(workers) {
    for (i64 i = 0; i < slots; ++i) slots_.push_back(std::make_unique<Chunk>());
  }

  std::string fail_at_read, fail_at_work, fail_at_commit, fail_at_part;  // "12": in chunk 12
  i64 stop_at_commit = -1;
  PipelineOptions options;

  Result<void> run() {
    calling_thread_ = std::this_thread::get_id();
    const PipelineSteps<Chunk> steps{
        .read = [this](Chunk& chunk) { return read(chunk); },
        .work = [this](Chunk& chunk, Turn& turn) { return work(chunk, turn); },
        .commit = [this](Chunk& chunk) { return commit(chunk); }};
    return run_pipeline<Chunk>(slots_, steps, pool_, stop_.get_token(), options);
  }

  void stop() { stop_.request_stop(); }
  const std::vector<std::string>& target() const { return target_; }
  i64 most_in_use() const { return most_in_use_; }

 private:
  Result<bool> read(Chunk& chunk) {
    std::mt19937 random(seed_ + static_cast<u32>(next_));
    yield_some(random);
    EXPECT_FALSE(chunk.in_use) << "a slot was read into before it was committed";
    if (std::to_string(next_) == fail_at_read) return Error(ErrorCode::io, "read " + fail_at_read);
    if (next_ == chunks_) return false;
    chunk = {.number = next_, .parts = next_ % 3 == 2 ? next_ % 4 : 0, .in_use = true};
    ++next_;
    i64 in_use = ++in_use_;
    i64 most = most_in_use_;
    while (in_use > most && !most_in_use_.compare_exchange_weak(most, in_use)) continue;
    return true;
  }

  Result<void> work(Chunk& chunk, Turn& turn) {
    std::mt19937 random(seed_ + 1000 + static_cast<u32>(chunk.number));
    EXPECT_EQ(turn.chunk(), chunk.number);
    for (i64 part = 0; part < chunk.parts; ++part) {
      yield_some(random);
      WEIR_TRY(turn.emit([&]() -> Result<void> {
        const std::string name = std::to_string(chunk.number);
        if (name == fail_at_part) return Error(ErrorCode::io, "part " + name);
        return apply(name + "." + std::to_string(part));
      }));
    }
    yield_some(random);
    if (std::to_string(chunk.number) == fail_at_work)
      return Error(ErrorCode::io, "work " + fail_at_work);
    return {};
  }

  Result<void> commit(Chunk& chunk) {
    if (std::to_string(chunk.number) == fail_at_commit)
      return Error(ErrorCode::io, "commit " + fail_at_commit);
    WEIR_TRY(apply(std::to_string(chunk.number)));
    if (chunk.number == stop_at_commit) stop();
    chunk.in_use = false;
    --in_use_;
    return {};
  }

  // No lock: only one thread may come here.
  Result<void> apply(std::string what) {
    EXPECT_EQ(std::this_thread::get_id(), calling_thread_);
    target_.push_back(std::move(what));
    return {};
  }

  const i64 chunks_;
  const u32 seed_;
  std::vector<std::unique_ptr<Chunk>> slots_;
  std::stop_source stop_;
  std::thread::id calling_thread_;
  std::vector<std::string> target_;
  i64 next_ = 0;
  std::atomic<i64> in_use_ = 0;
  std::atomic<i64> most_in_use_ = 0;
  ThreadPool pool_;
};

// What the target gets from chunks 0..count-1.
std::vector<std::string> in_order(i64 count) {
  std::vector<std::string> expected;
  for (i64 chunk = 0; chunk < count; ++chunk) {
    for (i64 part = 0; chunk % 3 == 2 && part < chunk % 4; ++part)
      expected.push_back(std::to_string(chunk) + "." + std::to_string(part));
    expected.push_back(std::to_string(chunk));
  }
  return expected;
}

// Calls `check` for many sizes of pipelines.
template <typename Check>
void for_all_sizes(Check check) {
  for (i64 slots : {1, 2, 3, 7})
    for (i64 workers : {1, 2, 5})
      for (u32 seed : {1U, 2U, 3U}) check(slots, workers, seed);
}

TEST(Pipeline, ChunksAndPartsReachTheTargetInOrder) {
  for_all_sizes([](i64 slots, i64 workers, u32 seed) {
    Trial run(40, slots, workers, seed);
    auto result = run.run();
    ASSERT_TRUE(result) << result.error().message();
    ASSERT_EQ(run.target(), in_order(40)) << slots << " slots, " << workers << " workers";
    ASSERT_LE(run.most_in_use(), slots);
  });
}

TEST(Pipeline, ARunWithoutChunksIsDone) {
  Trial run(0, 2, 2, 1);
  EXPECT_TRUE(run.run());
  EXPECT_TRUE(run.target().empty());
}

TEST(Pipeline, AFailureInWorkLeavesAllEarlierChunksCommitted) {
  for_all_sizes([](i64 slots, i64 workers, u32 seed) {
    Trial run(40, slots, workers, seed);
    run.fail_at_work = "12";  // a chunk without parts
    auto result = run.run();
    ASSERT_FALSE(result);
    ASSERT_EQ(result.error().message(), "work 12");
    ASSERT_EQ(run.target(), in_order(12));
  });
}

TEST(Pipeline, AFailureInReadIsToldAfterTheChunksBeforeIt) {
  for_all_sizes([](i64 slots, i64 workers, u32 seed) {
    Trial run(40, slots, workers, seed);
    run.fail_at_read = "9";
    auto result = run.run();
    ASSERT_FALSE(result);
    ASSERT_EQ(result.error().message(), "read 9");
    ASSERT_EQ(run.target(), in_order(9));
  });
}

TEST(Pipeline, AFailureInCommitEndsTheRun) {
  for_all_sizes([](i64 slots, i64 workers, u32 seed) {
    Trial run(40, slots, workers, seed);
    run.fail_at_commit = "12";
    auto result = run.run();
    ASSERT_FALSE(result);
    ASSERT_EQ(result.error().message(), "commit 12");
    ASSERT_EQ(run.target(), in_order(12));
  });
}

TEST(Pipeline, AFailureInAPartIsTheChunks) {
  for_all_sizes([](i64 slots, i64 workers, u32 seed) {
    Trial run(40, slots, workers, seed);
    run.fail_at_part = "11";
    auto result = run.run();
    ASSERT_FALSE(result);
    ASSERT_EQ(result.error().message(), "part 11");
    ASSERT_EQ(run.target(), in_order(11));
  });
}

TEST(Pipeline, TheFirstFailureInOrderIsReturnedWhicheverCameFirst) {
  for_all_sizes([](i64 slots, i64 workers, u32 seed) {
    Trial run(40, slots, workers, seed);
    run.fail_at_work = "13";
    run.fail_at_part = "11";
    run.fail_at_read = "14";
    auto result = run.run();
    ASSERT_FALSE(result);
    ASSERT_EQ(result.error().message(), "part 11");
    ASSERT_EQ(run.target(), in_order(11));
  });
}

TEST(Pipeline, AStopKeepsWhatIsCommittedAndEndsTheRest) {
  for_all_sizes([](i64 slots, i64 workers, u32 seed) {
    Trial run(40, slots, workers, seed);
    run.stop_at_commit = 12;
    auto result = run.run();
    ASSERT_FALSE(result);
    ASSERT_EQ(result.error().code(), ErrorCode::cancelled);
    ASSERT_EQ(run.target(), in_order(13));
  });
}

TEST(Pipeline, AStopFromAnotherThreadAtAnyTimeEndsTheRun) {
  for (u32 seed = 0; seed < 60; ++seed) {
    Trial run(2000, 3, 2, seed);
    std::jthread other([&] {
      std::mt19937 random(seed);
      for (auto left = random() % 400; left > 0; --left) std::this_thread::yield();
      run.stop();
    });
    auto result = run.run();
    if (!result) {
      ASSERT_EQ(result.error().code(), ErrorCode::cancelled);
    }
    const std::vector<std::string> all = in_order(2000);
    ASSERT_LE(run.target().size(), all.size());
    ASSERT_TRUE(std::equal(run.target().begin(), run.target().end(), all.begin()));
  }
}

TEST(Pipeline, ARunThatWasStoppedBeforehandReadsNothingMoreThanAChunk) {
  Trial run(40, 3, 2, 1);
  run.stop();
  auto result = run.run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::cancelled);
  EXPECT_TRUE(run.target().empty());
}

TEST(Pipeline, WhileMemoryIsShortOneChunkIsOnItsWayAtMost) {
  for_all_sizes([](i64 slots, i64 workers, u32 seed) {
    Trial run(20, slots, workers, seed);
    run.options.may_start = [] { return false; };
    ASSERT_TRUE(run.run());
    ASSERT_EQ(run.target(), in_order(20));
    ASSERT_EQ(run.most_in_use(), 1);
  });
}

TEST(Pipeline, TwoPipelinesMayShareAPool) {
  ThreadPool pool(2);
  const auto run_one = [&pool](std::vector<i64>& committed) {
    std::vector<std::unique_ptr<i64>> slots;
    for (int i = 0; i < 3; ++i) slots.push_back(std::make_unique<i64>());
    i64 next = 0;
    const PipelineSteps<i64> steps{
        .read = [&](i64& slot) -> Result<bool> { return (slot = next++) < 200; },
        .work = [](i64&, Turn& turn) { return turn.emit([]() -> Result<void> { return {}; }); },
        .commit = [&](i64& slot) -> Result<void> {
          committed.push_back(slot);
          return {};
        }};
    ASSERT_TRUE(run_pipeline<i64>(slots, steps, pool, {}));
  };
  std::vector<i64> first, second;
  {
    std::jthread other([&] { run_one(second); });
    run_one(first);
  }
  EXPECT_EQ(first.size(), 200U);
  EXPECT_EQ(first, second);
}

}  // namespace
}  // namespace weir::flow
