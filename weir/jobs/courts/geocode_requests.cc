#include "weir/jobs/courts/geocode_requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <mutex>
#include <numeric>

#include "weir/base/bytes.h"
#include "weir/store/http_retry.h"

namespace weir::courts {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A date there counts as nothing said.
std::optional<seconds> retry_after(const store::HttpResponse& answer) {
  const std::string_view text = trim(answer.header("retry-after"));
  i64 value = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || at != text.data() + text.size() || value < 0)
    return {};
  return seconds(value);
}

Result<void> let_pass(std::chrono::steady_clock::duration time, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, time, [] { return false; });
  if (!stop.stop_requested()) return {};
  return Error(ErrorCode::cancelled, "stopped while a geocoding service was waited for");
}

}  // namespace

Clock Clock::system() { return {.now = &std::chrono::steady_clock::now, .sleep = &let_pass}; }

Result<void> Pace::wait(std::stop_token stop) {
  if (rate_ <= 0) return {};
  const Clock::Time now = clock_.now();
  if (now < next_) WEIR_TRY(clock_.sleep(next_ - now, stop));
  const auto apart = std::chrono::duration_cast<std::chrono::steady_clock::duration>(
      std::chrono::duration<double>(1 / rate_));
  next_ = std::max(now, next_) + apart;
  return {};
}

struct PacedRequests::Round {
  std::vector<std::size_t> open;   // that are sent in this round
  std::vector<std::size_t> again;  // in the next one
  std::optional<seconds> retry_after;
};

Result<void> PacedRequests::send(const std::vector<store::HttpRequest>& requests,
                                 const Judge& judge, std::stop_token stop) {
  Round round;
  round.open.resize(requests.size());
  std::iota(round.open.begin(), round.open.end(), std::size_t{0});
  store::HttpBackoff backoff(waits_, static_cast<u64>(sent_));
  for (i32 attempt = 1; !round.open.empty(); ++attempt) {
    WEIR_TRY(send_round(requests, round, judge, stop));
    if (round.again.empty()) break;
    const auto wait = backoff.next(attempt, round.retry_after);
    if (!wait) break;
    WEIR_TRY(pace_.clock().sleep(*wait, stop));
    round = {.open = std::move(round.again)};
  }
  return {};
}

Result<void> PacedRequests::send_round(const std::vector<store::HttpRequest>& requests,
                                       Round& round, const Judge& judge, std::stop_token stop) {
  std::vector<std::unique_ptr<store::HttpCall>> calls;
  for (const std::size_t at : round.open) {
    WEIR_TRY(pace_.wait(stop));
    calls.push_back(client_.start(requests[at]));
    ++sent_;
  }
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const auto answer = calls[i]->wait(stop);
    if (!answer && answer.error().code() == ErrorCode::cancelled) return answer.error();
    take(requests[round.open[i]], round.open[i], answer, round, judge);
    calls[i].reset();
  }
  return {};
}

void PacedRequests::take(const store::HttpRequest& request, std::size_t at,
                         const Result<store::HttpResponse>& answer, Round& round,
                         const Judge& judge) {
  if (!answer) {
    problem_ = answer.error().message();
    if (answer.error().code() == ErrorCode::io) round.again.push_back(at);
    return;
  }
  if (store::is_passing_status(answer->status)) {
    problem_ = status_error(request, *answer).message();
    const auto asked = retry_after(*answer);
    if (asked) round.retry_after = std::max(asked, round.retry_after);
    round.again.push_back(at);
    return;
  }
  const Verdict verdict = judge(at, *answer);
  if (verdict == Verdict::taken) return;
  problem_ = answer->is_good()
                 ? fmt::format("{}: the answer is damaged or not whole", shown_request(request))
                 : status_error(request, *answer).message();
  if (verdict == Verdict::again) round.again.push_back(at);
}

}  // namespace weir::courts
