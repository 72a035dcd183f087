#include "weir/store/s3_object.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <vector>

namespace weir::store {

namespace {

constexpr i64 blocks_ahead = 4;

class S3File : public RandomAccess {
 public:
  S3File(std::shared_ptr<S3Client> client, S3Place place, S3Object object)
      : client_(std::move(client)),
        place_(std::move(place)),
        object_(std::move(object)),
        path_(place_.url()) {}

  const std::filesystem::path& path() const override { return path_; }
  Result<i64> size() const override { return object_.size; }

 protected:
  // What of `out` lies within the object.
  std::span<std::byte> within(i64 offset, std::span<std::byte> out) const {
    const i64 behind = std::max<i64>(object_.size - offset, 0);
    return out.first(static_cast<std::size_t>(std::min<i64>(behind, std::ssize(out))));
  }
  std::unique_ptr<HttpCall> start(i64 offset, std::span<std::byte> out) const {
    return client_->start_get(place_, object_.etag, offset, out);
  }
  Result<void> end(HttpCall& call, i64 bytes) const {
    return client_->end_get(place_, call, bytes);
  }
  i64 bytes() const { return object_.size; }

 private:
  const std::shared_ptr<S3Client> client_;
  const S3Place place_;
  const S3Object object_;
  const std::filesystem::path path_;
};

// Fetches what is asked for, a long span as several ranges at once.
class ScatteredObject final : public S3File {
 public:
  using S3File::S3File;

  Result<i64> read_at(i64 offset, std::span<std::byte> out) const override {
    constexpr std::size_t range_bytes = 4 * static_cast<std::size_t>(MiB);
    out = within(offset, out);
    std::vector<std::unique_ptr<HttpCall>> calls;
    for (std::size_t at = 0; at < out.size(); at += range_bytes)
      calls.push_back(start(offset + static_cast<i64>(at),
                            out.subspan(at, std::min(range_bytes, out.size() - at))));
    for (std::size_t i = 0; i < calls.size(); ++i)
      WEIR_TRY(
          end(*calls[i], static_cast<i64>(std::min(range_bytes, out.size() - i * range_bytes))));
    return std::ssize(out);
  }
};

// Keeps blocks, and fetches some ahead.
class BlockedObject final : public S3File {
 public:
  using S3File::S3File;

  Result<i64> read_at(i64 offset, std::span<std::byte> out) const override {
    out = within(offset, out);
    for (std::size_t filled = 0; filled < out.size();) {
      const i64 at = offset + static_cast<i64>(filled);
      WEIR_ASSIGN(const std::shared_ptr<Block> block, fetched(at / s3_block_bytes));
      const i64 within_block = at % s3_block_bytes;
      const auto count = static_cast<std::size_t>(
          std::min(block->bytes - within_block, static_cast<i64>(out.size() - filled)));
      std::memcpy(out.data() + filled, block->data.get() + within_block, count);
      filled += count;
    }
    return std::ssize(out);
  }

 private:
  struct Block {
    i64 number = 0;
    i64 bytes = 0;
    std::unique_ptr<std::byte[]> data;
    std::unique_ptr<HttpCall> call;  // last: it ends before what it writes to
    // By mutex_.
    i64 used = 0;
    bool is_waited_for = false;
    bool is_ready = false;
  };

  // The block, when it has come.
  Result<std::shared_ptr<Block>> fetched(i64 number) const {
    std::unique_lock lock(mutex_);
    const bool in_a_row = number > 0 && find(number - 1) != nullptr;
    for (;;) {
      const std::shared_ptr<Block> block = started(number);
      block->used = ++uses_;
      if (in_a_row)
        for (i64 next = number + 1; next <= number + blocks_ahead; ++next)
          if (next * s3_block_bytes < bytes()) started(next)->used = ++uses_;
      if (block->is_ready) return block;
      if (block->is_waited_for) {
        changed_.wait(lock);
        continue;  // it has come, or has failed and is begun anew
      }
      block->is_waited_for = true;
      lock.unlock();
      const auto ended = end(*block->call, block->bytes);
      lock.lock();
      block->is_waited_for = false;
      block->is_ready = ended.ok();
      if (!ended) std::erase(blocks_, block);
      changed_.notify_all();
      if (!ended) return ended.error();
    }
  }

  std::shared_ptr<Block> find(i64 number) const {
    const auto found =
        std::ranges::find_if(blocks_, [&](const auto& block) { return block->number == number; });
    return found == blocks_.end() ? nullptr : *found;
  }

  std::shared_ptr<Block> started(i64 number) const {
    if (auto known = find(number)) return known;
    make_room();
    auto block = std::make_shared<Block>();
    block->number = number;
    block->bytes = std::min(s3_block_bytes, bytes() - number * s3_block_bytes);
    block->data =
        std::make_unique_for_overwrite<std::byte[]>(static_cast<std::size_t>(block->bytes));
    block->used = ++uses_;
    block->call =
        start(number * s3_block_bytes, {block->data.get(), static_cast<std::size_t>(block->bytes)});
    blocks_.push_back(block);
    return block;
  }

  // The block that was used longest ago goes, unless somebody waits for it.
  void make_room() const {
    if (std::ssize(blocks_) < s3_blocks_held) return;
    auto oldest = blocks_.end();
    for (auto at = blocks_.begin(); at != blocks_.end(); ++at)
      if (!(*at)->is_waited_for && (oldest == blocks_.end() || (*at)->used < (*oldest)->used))
        oldest = at;
    if (oldest != blocks_.end()) blocks_.erase(oldest);
  }

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  mutable std::vector<std::shared_ptr<Block>> blocks_;
  mutable i64 uses_ = 0;
};

}  // namespace

Result<SharedFile> open_s3_object(std::shared_ptr<S3Client> client, const S3Place& place,
                                  ReadPattern pattern) {
  WEIR_ASSIGN(S3Object object, client->head(place));
  if (pattern == ReadPattern::scattered)
    return SharedFile(
        std::make_shared<const ScatteredObject>(std::move(client), place, std::move(object)));
  return SharedFile(
      std::make_shared<const BlockedObject>(std::move(client), place, std::move(object)));
}

}  // namespace weir::store
