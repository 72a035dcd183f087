// PacedRequests: requests to a geocoding service, no more in a second than it allows, each repeated
// after what may pass.
//
// Requests are sent in rounds: what a round left open waits, at least as long as an answer's
// `Retry-After` says, and is sent again. So repeated requests keep to the pace as well, and a
// service that wants a rest gets it.
//
// Threads: one at a time.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "weir/base/result.h"
#include "weir/store/http_client.h"

namespace weir::courts {

// The time, and a way to let it pass.
struct Clock {
  using Time = std::chrono::steady_clock::time_point;
  std::function<Time()> now;
  // Errors: cancelled.
  std::function<Result<void>(std::chrono::steady_clock::duration, std::stop_token)> sleep;

  static Clock system();
};

// Shared by the services of a run. Requests begin at least 1 / `rate` seconds apart.
class Pace {
 public:
  // `rate`: requests a second; 0: no limit.
  Pace(double rate, Clock clock) : rate_(rate), clock_(std::move(clock)) {}

  // Waits until the next request may begin. Errors: cancelled.
  Result<void> wait(std::stop_token stop);
  const Clock& clock() const { return clock_; }

 private:
  const double rate_;
  const Clock clock_;
  Clock::Time next_{};
};

class PacedRequests {
 public:
  // Both outlive this. Of `waits` it takes the attempts and the waits between them; the client has
  // one attempt.
  PacedRequests(store::HttpClient& client, Pace& pace, const store::HttpOptions& waits)
      : client_(client), pace_(pace), waits_(waits) {}

  // What an answer is to the one who asked.
  enum class Verdict {
    taken,
    again,  // it is damaged or not whole
    no,     // asking again would change nothing
  };
  using Judge = std::function<Verdict(std::size_t request, const store::HttpResponse&)>;

  // Sends all, and tells `judge` of each answer that is not to be waited for. Requests without a
  // `taken` answer in the end are counted.
  // Errors: cancelled.
  Result<void> send(const std::vector<store::HttpRequest>& requests, const Judge& judge,
                    std::stop_token stop);

  i64 sent() const { return sent_; }
  // Why the newest request that got no answer had none.
  const std::string& problem() const { return problem_; }

 private:
  struct Round;
  Result<void> send_round(const std::vector<store::HttpRequest>& requests, Round& round,
                          const Judge& judge, std::stop_token stop);
  void take(const store::HttpRequest& request, std::size_t at,
            const Result<store::HttpResponse>& answer, Round& round, const Judge& judge);

  store::HttpClient& client_;
  Pace& pace_;
  const store::HttpOptions waits_;
  i64 sent_ = 0;
  std::string problem_;
};

}  // namespace weir::courts
