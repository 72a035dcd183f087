// What the tests of geocoding services are written with: a client whose answers a test has written
// down, and a clock that nobody waits for.
//
// Threads: one at a time.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weir/jobs/courts/geocode_service.h"

namespace weir::courts {

struct SentRequest {
  std::string method, url, body;
  std::vector<store::HttpHeader> headers;
  i64 number = 0;  // from 1
};

inline store::HttpResponse answer(i32 status, std::string body = "",
                                  std::vector<store::HttpHeader> headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}

class FakeClient final : public store::HttpClient {
 public:
  using Answers = std::function<Result<store::HttpResponse>(const SentRequest&)>;

  FakeClient(Answers answers, std::vector<SentRequest>& sent)
      : answers_(std::move(answers)), sent_(sent) {}

  std::unique_ptr<store::HttpCall> start(store::HttpRequest request) override {
    sent_.push_back({request.method, request.url, std::string(request.body), request.headers,
                     static_cast<i64>(sent_.size()) + 1});
    return std::make_unique<Call>(answers_(sent_.back()));
  }

 private:
  class Call final : public store::HttpCall {
   public:
    explicit Call(Result<store::HttpResponse> outcome) : outcome_(std::move(outcome)) {}
    bool is_done() const override { return true; }
    Result<store::HttpResponse> wait(std::stop_token) override { return outcome_; }

   private:
    Result<store::HttpResponse> outcome_;
  };

  Answers answers_;
  std::vector<SentRequest>& sent_;
};

// Services whose requests and waits a test looks at.
struct FakeServices {
  explicit FakeServices(FakeClient::Answers answers, i64 census_batch = 2'500, double rate = 0) {
    const Clock clock{
        .now = [this] { return now; },
        .sleep = [this](std::chrono::steady_clock::duration time, std::stop_token) -> Result<void> {
          now += time;
          waits.push_back(time);
          return {};
        }};
    auto made =
        GeocodeServices::make({.url = "http://geo.example/v1/",
                               .token = "secret",
                               .rate = rate,
                               .http = {.attempts = 3},
                               .census_batch = census_batch},
                              std::make_unique<FakeClient>(std::move(answers), sent), clock);
    WEIR_ASSERT(made.ok());
    services = std::make_unique<GeocodeServices>(std::move(made).value());
  }
  FakeServices(const FakeServices&) = delete;
  FakeServices& operator=(const FakeServices&) = delete;

  GeocodeService& city() { return *services->all()[0]; }
  GeocodeService& census() { return *services->all()[1]; }

  std::vector<SentRequest> sent;
  std::vector<std::chrono::steady_clock::duration> waits;
  Clock::Time now{};
  std::unique_ptr<GeocodeServices> services;
};

}  // namespace weir::courts
