#include "weir/jobs/courts/geocode_service.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/base/bytes.h"
#include "weir/jobs/courts/geocode_answer.h"
#include "weir/jobs/courts/geocode_result.h"

namespace weir::courts {

namespace {

using store::HttpRequest;
using store::HttpResponse;
using Verdict = PacedRequests::Verdict;

// Addresses of one call: what a kill may lose.
constexpr i64 city_batch = 500;
constexpr i64 most_city_answer_bytes = 64 * KiB;
constexpr i64 most_census_answer_bytes = 16 * MiB;
// How often a census service is asked for addresses that its answers leave out.
constexpr i32 census_rounds = 3;
constexpr i32 not_found = 404;

void append_query_part(std::string_view name, std::string_view value, std::string& url) {
  if (value.empty()) return;
  url += url.find('?') == url.npos ? '?' : '&';
  url.append(name).append("=");
  for (const char c : value) {
    const bool stays = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (stays)
      url += c;
    else
      url += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
}

void append_csv_cell(std::string_view text, std::string& line) {
  if (text.find_first_of(",\"\r\n") == text.npos) {
    line += text;
    return;
  }
  line += '"';
  for (const char c : text) line.append(c == '"' ? 2 : 1, c);
  line += '"';
}

// What both services share.
class Service : public GeocodeService {
 public:
  Service(std::string url, const GeocodeServices::Options& options, store::HttpClient& client,
          Pace& pace)
      : url_(std::move(url)), token_(options.token), requests_(client, pace, options.http) {}

  std::string problem() const override { return requests_.problem(); }
  i64 requests() const override { return requests_.sent(); }

 protected:
  HttpRequest request(std::string_view method) const {
    HttpRequest request{.method = std::string(method), .url = url_};
    if (!token_.empty()) request.headers.push_back({"Authorization", "Bearer " + token_});
    return request;
  }

  const std::string url_;
  const std::string token_;
  PacedRequests requests_;
};

// GET URL/address?house_number=&street=&borough=&zip=
class CityService final : public Service {
 public:
  using Service::Service;

  std::string_view name() const override { return "city"; }
  i64 batch_size() const override { return city_batch; }

  Result<void> ask(std::span<const Address> addresses, std::span<std::string> answers,
                   std::stop_token stop) override {
    std::vector<HttpRequest> requests;
    for (const Address& address : addresses) requests.push_back(request_for(address));
    return requests_.send(
        requests,
        [&](std::size_t at, const HttpResponse& answer) { return judge(answer, answers[at]); },
        stop);
  }

 private:
  HttpRequest request_for(const Address& address) const {
    HttpRequest request = this->request("GET");
    request.max_body_bytes = most_city_answer_bytes;
    request.headers.push_back({"Accept", "application/json"});
    const StreetParts parts = split_street(address.street);
    append_query_part("house_number", parts.house_number, request.url);
    append_query_part("street", parts.street_name, request.url);
    append_query_part("borough", trim(address.city), request.url);
    append_query_part("zip", postal_prefix(address.postal_code), request.url);
    return request;
  }

  static Verdict judge(const HttpResponse& answer, std::string& result) {
    if (answer.status == not_found) {
      result = no_match_result();
      return Verdict::taken;
    }
    if (!answer.is_good()) return Verdict::no;
    return read_city_answer(answer.body, result) ? Verdict::taken : Verdict::again;
  }
};

// POST URL/batch, CSV there and back.
class CensusService final : public Service {
 public:
  CensusService(std::string url, const GeocodeServices::Options& options, store::HttpClient& client,
                Pace& pace)
      : Service(std::move(url), options, client, pace), batch_size_(options.census_batch) {}

  std::string_view name() const override { return "census"; }
  i64 batch_size() const override { return batch_size_; }

  // An answer that leaves addresses out is taken, and the others are asked for anew.
  Result<void> ask(std::span<const Address> addresses, std::span<std::string> answers,
                   std::stop_token stop) override {
    for (i32 round = 0; round < census_rounds; ++round) {
      std::string body;
      for (std::size_t i = 0; i < addresses.size(); ++i)
        if (answers[i].empty()) append_line(i, addresses[i], body);
      if (body.empty()) break;
      HttpRequest request = this->request("POST");
      request.max_body_bytes = most_census_answer_bytes;
      request.headers.push_back({"Content-Type", "text/csv; charset=utf-8"});
      request.headers.push_back({"Accept", "text/csv"});
      request.body = body;
      bool is_taken = false;
      WEIR_TRY(requests_.send(
          {request},
          [&](std::size_t, const HttpResponse& answer) {
            if (!answer.is_good()) return Verdict::no;
            is_taken = read_census_answer(answer.body, answers);
            return is_taken ? Verdict::taken : Verdict::again;
          },
          stop));
      if (!is_taken) break;
    }
    return {};
  }

 private:
  static void append_line(std::size_t id, const Address& address, std::string& body) {
    const StreetParts parts = split_street(address.street);
    const std::string street =
        parts.house_number + (parts.house_number.empty() ? "" : " ") + parts.street_name;
    body += fmt::format("{},", id);
    append_csv_cell(street, body);
    body += ',';
    append_csv_cell(trim(address.city), body);
    body += ',';
    append_csv_cell(trim(address.state), body);
    body += ',';
    append_csv_cell(postal_prefix(address.postal_code), body);
    body += '\n';
  }

  const i64 batch_size_;
};

}  // namespace

i64 GeocodeServices::requests() const {
  i64 requests = 0;
  for (const auto& service : services_) requests += service->requests();
  return requests;
}

Result<GeocodeServices> GeocodeServices::open(const Options& options) {
  store::HttpOptions once = options.http;
  once.attempts = 1;
  WEIR_ASSIGN(auto client, store::HttpClient::create(once));
  return make(options, std::move(client), Clock::system());
}

Result<GeocodeServices> GeocodeServices::make(const Options& options,
                                              std::unique_ptr<store::HttpClient> client,
                                              Clock clock) {
  std::string url = options.url;
  while (url.ends_with('/')) url.pop_back();
  if (url.find_first_of("?#") != url.npos)
    return Error(
        ErrorCode::usage,
        fmt::format("--geocoder {}: give the address below which the services are, without "
                    "a query",
                    printable(url.substr(0, url.find_first_of("?#")))));
  GeocodeServices made;
  made.shown_ = store::shown_request({.method = "GET", .url = url}).substr(4);
  made.client_ = std::move(client);
  made.pace_ = std::make_unique<Pace>(options.rate, std::move(clock));
  made.services_.push_back(
      std::make_unique<CityService>(url + "/address", options, *made.client_, *made.pace_));
  made.services_.push_back(
      std::make_unique<CensusService>(url + "/batch", options, *made.client_, *made.pace_));
  return made;
}

}  // namespace weir::courts
