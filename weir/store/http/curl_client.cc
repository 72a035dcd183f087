#include "weir/store/http/curl_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "weir/store/http/curl_transfer.h"
#include "weir/store/http_retry.h"

namespace weir::store {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

Error cancelled(const std::string& shown) {
  return Error(ErrorCode::cancelled, fmt::format("cancelled during {}", shown));
}

// A call, between who waits for it and the thread that drives it.
struct Call {
  Call(HttpRequest request, const HttpOptions& options, u64 seed)
      : shown(shown_request(request)),
        transfer(std::move(request), options),
        backoff(options, seed) {}

  const std::string shown;
  CurlTransfer transfer;  // the thread's, as `backoff` and `due`
  HttpBackoff backoff;
  Clock::time_point due = Clock::now();
  bool is_cancelled = false;  // by the client's mutex, as `outcome`
  std::optional<Result<HttpResponse>> outcome;
};

using SharedCall = std::shared_ptr<Call>;

class CurlClient final : public HttpClient {
 public:
  static Result<std::unique_ptr<HttpClient>> create(const HttpOptions& options) {
    std::unique_ptr<CurlClient> client(new CurlClient(options));
    if (client->multi_ == nullptr) return Error(ErrorCode::io, "libcurl cannot be started");
    try {
      client->thread_ =
          std::jthread([self = client.get()](std::stop_token stop) { self->run(stop); });
    } catch (const std::system_error& error) {
      return system_error("cannot start a thread for HTTP", error.code().value());
    }
    return std::unique_ptr<HttpClient>(std::move(client));
  }

  ~CurlClient() override {
    thread_.request_stop();
    wake();
    if (thread_.joinable()) thread_.join();
    if (multi_ != nullptr) curl_multi_cleanup(multi_);
  }

  std::unique_ptr<HttpCall> start(HttpRequest request) override;

  bool is_done(const Call& call) {
    const std::scoped_lock lock(mutex_);
    return call.outcome.has_value();
  }

  Result<HttpResponse> wait(Call& call, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    if (!ended_.wait(lock, std::move(stop), [&] { return call.outcome.has_value(); })) {
      lock.unlock();
      cancel(call);
      return cancelled(call.shown);
    }
    return *std::exchange(call.outcome, cancelled(call.shown));
  }

  // Waits until the thread has let go of it.
  void cancel(Call& call) {
    std::unique_lock lock(mutex_);
    if (call.outcome) return;
    call.is_cancelled = true;
    wake();
    ended_.wait(lock, [&] { return call.outcome.has_value(); });
  }

 private:
  explicit CurlClient(const HttpOptions& options) : options_(options), multi_(curl_multi_init()) {
    if (multi_ == nullptr) return;
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options_.at_once));
    curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
  }

  void wake() { curl_multi_wakeup(multi_); }
  void run(const std::stop_token& stop);
  void drop_cancelled(bool all);
  void start_due();
  void end_finished();
  void end_attempt(const SharedCall& call, CURLcode code);
  void end(const SharedCall& call, Result<HttpResponse> outcome);
  int wait_ms() const;

  const HttpOptions options_;
  CURLM* const multi_;
  std::mutex mutex_;
  std::condition_variable_any ended_;  // some call has an outcome
  std::vector<SharedCall> arrived_;    // by mutex_, as next_seed_
  u64 next_seed_ = static_cast<u64>(Clock::now().time_since_epoch().count());

  // The thread's own.
  std::vector<SharedCall> waiting_;  // for their time or for a place, in order of arrival
  std::map<CURL*, SharedCall> running_;

  std::jthread thread_;  // last: it ends before what it uses
};

class CurlCall final : public HttpCall {
 public:
  CurlCall(CurlClient& client, SharedCall call) : client_(client), call_(std::move(call)) {}
  CurlCall(const CurlCall&) = delete;
  CurlCall& operator=(const CurlCall&) = delete;
  ~CurlCall() override { client_.cancel(*call_); }

  bool is_done() const override { return client_.is_done(*call_); }
  Result<HttpResponse> wait(std::stop_token stop) override {
    return client_.wait(*call_, std::move(stop));
  }

 private:
  CurlClient& client_;
  SharedCall call_;
};

std::unique_ptr<HttpCall> CurlClient::start(HttpRequest request) {
  const std::scoped_lock lock(mutex_);
  auto call = std::make_shared<Call>(std::move(request), options_, ++next_seed_);
  arrived_.push_back(call);
  wake();
  return std::make_unique<CurlCall>(*this, std::move(call));
}

void CurlClient::run(const std::stop_token& stop) {
  // Signals are for the other threads; one of a broken connection is for none.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  while (true) {
    {
      const std::scoped_lock lock(mutex_);
      waiting_.insert(waiting_.end(), arrived_.begin(), arrived_.end());
      arrived_.clear();
    }
    drop_cancelled(stop.stop_requested());
    if (stop.stop_requested()) return;
    start_due();
    int running = 0;
    curl_multi_perform(multi_, &running);
    end_finished();
    curl_multi_poll(multi_, nullptr, 0, wait_ms(), nullptr);
  }
}

void CurlClient::drop_cancelled(bool all) {
  std::vector<SharedCall> dropped;
  {
    const std::scoped_lock lock(mutex_);
    const auto is_dropped = [&](const SharedCall& call) { return all || call->is_cancelled; };
    std::ranges::copy_if(waiting_, std::back_inserter(dropped), is_dropped);
    std::erase_if(waiting_, is_dropped);
    for (const auto& [handle, call] : running_)
      if (is_dropped(call)) dropped.push_back(call);
  }
  for (auto at = running_.begin(); at != running_.end();) {
    const auto next = std::next(at);
    if (std::ranges::find(dropped, at->second) != dropped.end()) {
      curl_multi_remove_handle(multi_, at->first);
      (void)at->second->transfer.end(CURLE_ABORTED_BY_CALLBACK);
      running_.erase(at);
    }
    at = next;
  }
  for (const SharedCall& call : dropped) end(call, cancelled(call->shown));
}

// A call that waits for its time holds no place.
void CurlClient::start_due() {
  const auto now = Clock::now();
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    if (std::ssize(running_) >= options_.at_once) return;
    if ((*at)->due > now) {
      ++at;
      continue;
    }
    const SharedCall call = *at;
    at = waiting_.erase(at);
    auto handle = call->transfer.begin();
    if (!handle) {
      end(call, std::move(handle).error());
      continue;
    }
    curl_multi_add_handle(multi_, *handle);
    running_.emplace(*handle, call);
  }
}

void CurlClient::end_finished() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* handle = message->easy_handle;
    const CURLcode code = message->data.result;
    curl_multi_remove_handle(multi_, handle);
    const auto node = running_.extract(handle);
    end_attempt(node.mapped(), code);
  }
}

void CurlClient::end_attempt(const SharedCall& call, CURLcode code) {
  auto outcome = call->transfer.end(code);
  if (call->transfer.may_try_again())
    if (const auto wait =
            call->backoff.next(call->transfer.attempts(), call->transfer.retry_after())) {
      call->due = Clock::now() + *wait;
      waiting_.push_back(call);
      return;
    }
  end(call, std::move(outcome));
}

void CurlClient::end(const SharedCall& call, Result<HttpResponse> outcome) {
  {
    const std::scoped_lock lock(mutex_);
    call->outcome = std::move(outcome);
  }
  ended_.notify_all();
}

// Until the next call is due; what arrives wakes the thread.
int CurlClient::wait_ms() const {
  constexpr i64 longest = 1'000;
  i64 wait = longest;
  if (std::ssize(running_) < options_.at_once)
    for (const SharedCall& call : waiting_) {
      const auto left = std::chrono::ceil<milliseconds>(call->due - Clock::now());
      wait = std::clamp(i64{left.count()}, i64{0}, wait);
    }
  return static_cast<int>(wait);
}

}  // namespace

Result<std::unique_ptr<HttpClient>> create_curl_client(const HttpOptions& options) {
  return CurlClient::create(options);
}

}  // namespace weir::store
