#include "weir/flow/watchdog.h"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "weir/base/log.h"

namespace weir::flow {
namespace {

using Action = WatchdogSchedule::Action;

Watchdog::Options with_default(Watchdog::Options options) {
  if (options.end_process) return options;
  const double limit_s = std::chrono::duration<double>(options.limit).count();
  const double grace_s = std::chrono::duration<double>(options.grace).count();
  options.end_process = [limit_s, grace_s] {
    log(LogLevel::error, fmt::format("the time limit of {} s is over, and the run did not stop "
                                     "within {} s; the process ends, run it again to go on",
                                     limit_s, grace_s));
    ::_exit(1);
  };
  return options;
}

}  // namespace

Action WatchdogSchedule::advance(Time now) {
  if (!stop_requested_ && now >= stop_at_) {
    stop_requested_ = true;
    end_at_ = now + grace_;
    return Action::request_stop;
  }
  if (stop_requested_ && !ended_ && now >= end_at_) {
    ended_ = true;
    return Action::end_process;
  }
  return Action::wait;
}

Watchdog::Watchdog(Options options, std::stop_source stop)
    : options_(with_default(std::move(options))), stop_(std::move(stop)) {
  thread_ = std::jthread([this](std::stop_token ended) { run(ended); });
}

void Watchdog::run(std::stop_token ended) {
  using Clock = std::chrono::steady_clock;
  WatchdogSchedule schedule(Clock::now(), options_.limit, options_.grace);
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait_until(lock, ended, schedule.next(), [] { return false; });
    if (ended.stop_requested()) return;
    const Action action = schedule.advance(Clock::now());
    if (action == Action::end_process) return options_.end_process();
    if (action == Action::wait) continue;
    expired_ = true;
    stop_.request_stop();
  }
}

}  // namespace weir::flow
