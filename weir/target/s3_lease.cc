#include "weir/target/s3_lease.h"

#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <system_error>
#include <thread>

#include "weir/base/bytes.h"
#include "weir/base/log.h"
#include "weir/base/time.h"

namespace weir::target {

namespace {

using store::S3Client;
using store::S3Place;

constexpr i64 lease_seconds = 30;
constexpr std::chrono::seconds renewed_after{10};
constexpr i64 max_text_bytes = 64 * KiB;
constexpr i32 attempts = 5;

struct LeaseText {
  std::string holder;
  std::string owner;
  std::string id;
  i64 seconds = lease_seconds;
  i64 renewal = 0;
};

std::string written(const LeaseText& lease) {
  return fmt::format("weir lease 1\nholder {}\nowner {}\nid {}\nseconds {}\nrenewal {}\n",
                     lease.holder, lease.owner, lease.id, lease.seconds, lease.renewal);
}

// What makes no sense counts as held by somebody unknown, until it is old enough.
LeaseText parse_lease(const std::string& text) {
  std::map<std::string, std::string> values;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t space = line.find(' ');
    if (space != line.npos) values[line.substr(0, space)] = line.substr(space + 1);
  }
  LeaseText lease{.holder = values["holder"], .owner = values["owner"], .id = values["id"]};
  const std::string& seconds = values["seconds"];
  std::from_chars(seconds.data(), seconds.data() + seconds.size(), lease.seconds);
  return lease;
}

std::string first_line(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

// The time at which a process of this machine started; empty: there is none of this number.
std::string start_of(const std::string& process) {
  const std::string status = first_line("/proc/" + process + "/stat");
  // Its name, in parentheses, may hold anything; the 20th word behind it is the start.
  const std::size_t name_end = status.rfind(')');
  if (name_end == status.npos) return "";
  std::istringstream words(status.substr(name_end + 1));
  std::string word;
  for (int i = 0; i < 20; ++i) words >> word;
  return word;
}

// Processes of one machine and PID namespace can be told apart, and be seen to be gone.
std::string machine() {
  struct stat status {};
  ::stat("/proc/self/ns/pid", &status);
  return fmt::format("{} {}", first_line("/proc/sys/kernel/random/boot_id"), status.st_ino);
}

std::string this_owner() {
  const std::string process = std::to_string(::getpid());
  return fmt::format("{} {} {}", machine(), process, start_of(process));
}

bool has_died(const std::string& owner) {
  const std::string here = machine() + " ";
  if (!owner.starts_with(here)) return false;
  std::istringstream words(owner.substr(here.size()));
  std::string process, start;
  words >> process >> start;
  return !process.empty() && start_of(process) != start;
}

std::string this_process() {
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  return fmt::format("process {} on {}", ::getpid(), host);
}

std::string random_id() {
  char bytes[16] = {};
  static_cast<void>(::getrandom(bytes, sizeof bytes, 0));
  return to_hex({bytes, sizeof bytes});
}

// Some servers tell the time of an answer a little late.
i64 age_seconds(const store::S3Text& text) {
  return std::max<i64>(0, text.now_us - text.modified_us) / microseconds_per_second;
}

bool is_free(const store::S3Text& text, const LeaseText& lease) {
  // Both times are whole seconds.
  return lease.seconds == 0 || age_seconds(text) > lease.seconds + 1 || has_died(lease.owner);
}

Error held_error(const S3Place& place, const store::S3Text& text, const LeaseText& lease) {
  const std::string holder =
      lease.holder.empty() ? "another process" : printable(lease.holder, 200);
  return Error(
      ErrorCode::conflict,
      fmt::format("{} is loading into it (lease {}, renewed {} s ago); wait for it or stop "
                  "it; if it has died, its lease ends in {} s",
                  holder, place.url(), age_seconds(text),
                  std::max<i64>(1, lease.seconds + 2 - age_seconds(text))));
}

class HeldLease final : public S3Lease {
 public:
  HeldLease(std::shared_ptr<S3Client> client, S3Place place, LeaseText text, std::string etag)
      : client_(std::move(client)),
        place_(std::move(place)),
        text_(std::move(text)),
        etag_(std::move(etag)) {}

  // Nobody else's: it is given back under the condition that it is still ours.
  ~HeldLease() override {
    if (renewer_.joinable()) {
      renewer_.request_stop();
      renewer_.join();
    }
    text_.holder.clear();
    text_.seconds = 0;
    const std::scoped_lock lock(mutex_);
    if (const auto freed = replace(); !freed)
      log(LogLevel::debug, "the lease was not given back", {{"why", freed.error().message()}});
  }

  Result<void> start() {
    try {
      renewer_ = std::jthread([this](std::stop_token stop) { renew(std::move(stop)); });
    } catch (const std::system_error& error) {
      return system_error("cannot start a thread that renews a lease", error.code().value());
    }
    return {};
  }

  Result<void> name_run(const std::string& run) override {
    const std::scoped_lock lock(mutex_);
    text_.holder = fmt::format("{}, run {},", this_process(), run);
    return replace();
  }

 private:
  Result<void> replace() {
    ++text_.renewal;
    auto put = client_->put(place_, written(text_), {.etag = etag_});
    if (!put) return std::move(put).error();
    etag_ = *std::move(put);
    return {};
  }

  void renew(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, stop, renewed_after, [&] { return stop.stop_requested(); })) {
      const auto renewed = replace();
      if (renewed) continue;
      log(LogLevel::warning, "cannot renew the lease of the target",
          {{"why", renewed.error().message()}});
      if (renewed.error().code() == ErrorCode::conflict) return;
    }
  }

  const std::shared_ptr<S3Client> client_;
  const S3Place place_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  LeaseText text_;  // by mutex_, as etag_
  std::string etag_;
  std::jthread renewer_;
};

}  // namespace

Result<std::unique_ptr<S3Lease>> S3Lease::take(std::shared_ptr<S3Client> client, S3Place place) {
  const LeaseText ours{.holder = this_process(), .owner = this_owner(), .id = random_id()};
  for (i32 attempt = 1;; ++attempt) {
    WEIR_ASSIGN(const auto found, client->find(place, max_text_bytes));
    if (found)
      if (const LeaseText lease = parse_lease(found->text); !is_free(*found, lease))
        return held_error(place, *found, lease);
    auto taken =
        client->put(place, written(ours), {.is_absent = !found, .etag = found ? found->etag : ""});
    if (taken) {
      auto held =
          std::make_unique<HeldLease>(std::move(client), std::move(place), ours, *std::move(taken));
      WEIR_TRY(held->start());
      return std::unique_ptr<S3Lease>(std::move(held));
    }
    // Somebody was faster: who?
    if (taken.error().code() != ErrorCode::conflict || attempt == attempts)
      return std::move(taken).error();
  }
}

Result<bool> S3Lease::is_held(S3Client& client, const S3Place& place) {
  WEIR_ASSIGN(const auto found, client.find(place, max_text_bytes));
  return found && !is_free(*found, parse_lease(found->text));
}

}  // namespace weir::target
