#include "weir/jobs/courts/geocode_service.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <map>

#include "weir/jobs/courts/geocode_result.h"
#include "weir/jobs/courts/geocode_testing.h"

namespace weir::courts {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* place = R"({"lat": 40.5, "lon": -73.5})";

std::vector<std::string> ask(GeocodeService& service, const std::vector<Address>& addresses) {
  std::vector<std::string> answers(addresses.size());
  const auto asked = service.ask(addresses, answers, {});
  EXPECT_TRUE(asked) << asked.error().message();
  return answers;
}

const Address home{.street = "20-44 Morris Ave #3",
                   .city = "Jamaica & x",
                   .state = "NY",
                   .postal_code = "11430-0001"};

TEST(CityService, AsksForHouseNumberStreetBoroughAndZip) {
  FakeServices fake([](const SentRequest&) { return answer(200, place); });
  const auto answers = ask(fake.city(), {home, {.street = "Broadway"}});
  EXPECT_TRUE(has_place(answers[0]));
  EXPECT_EQ(fake.sent[0].method, "GET");
  EXPECT_EQ(fake.sent[0].url,
            "http://geo.example/v1/address?house_number=20-44&street=MORRIS%20AVE&"
            "borough=Jamaica%20%26%20x&zip=11430");
  EXPECT_EQ(fake.sent[1].url, "http://geo.example/v1/address?street=BROADWAY");
  EXPECT_EQ(fake.sent[0].headers[0].name, "Authorization");
  EXPECT_EQ(fake.sent[0].headers[0].value, "Bearer secret");
}

TEST(CityService, RepeatsWhatMayPassAndNothingElse) {
  std::map<std::string, std::vector<store::HttpResponse>> script = {
      {"A", {answer(429), answer(500), answer(200, place)}},
      {"B", {answer(200, "<html>"), answer(200, "{"), answer(200, place)}},
      {"C", {answer(403, "no")}},
      {"D", {answer(404)}},
      {"E", {answer(503), answer(503), answer(503), answer(200, place)}}};
  std::map<std::string, std::size_t> seen;
  FakeServices fake([&](const SentRequest& request) -> Result<store::HttpResponse> {
    const std::string name(1, request.url.back());
    if (name == "F" && seen[name]++ == 0) return Error(ErrorCode::io, "cut");
    if (name == "F") return answer(200, place);
    return script[name][seen[name]++];
  });
  const auto answers = ask(fake.city(), {{.street = "A"},
                                         {.street = "B"},
                                         {.street = "C"},
                                         {.street = "D"},
                                         {.street = "E"},
                                         {.street = "F"}});
  EXPECT_TRUE(has_place(answers[0]));
  EXPECT_TRUE(has_place(answers[1]));
  EXPECT_THAT(answers[2], IsEmpty());
  EXPECT_EQ(answers[3], no_match_result());
  EXPECT_THAT(answers[4], IsEmpty()) << "three attempts";
  EXPECT_TRUE(has_place(answers[5]));
  EXPECT_EQ(seen["C"], 1U);
  EXPECT_EQ(seen["E"], 3U);
  EXPECT_THAT(fake.city().problem(), HasSubstr("503"));
  EXPECT_THAT(fake.city().problem(), Not(HasSubstr("secret")));
}

TEST(CityService, WaitsAsLongAsItIsAskedTo) {
  FakeServices fake([](const SentRequest& request) {
    return request.number == 1 ? answer(429, "", {{"retry-after", "60"}}) : answer(200, place);
  });
  EXPECT_TRUE(has_place(ask(fake.city(), {home})[0]));
  ASSERT_EQ(fake.waits.size(), 1U);
  EXPECT_GE(fake.waits[0], std::chrono::seconds(60));
}

TEST(CityService, GivesUpWhereItIsToWaitTooLong) {
  FakeServices fake([](const SentRequest&) { return answer(429, "", {{"retry-after", "86400"}}); });
  EXPECT_THAT(ask(fake.city(), {home})[0], IsEmpty());
  EXPECT_EQ(fake.sent.size(), 1U);
}

TEST(CityService, KeepsToItsPaceAlsoWhenItRepeats) {
  std::vector<Clock::Time> times;
  FakeServices* at = nullptr;
  FakeServices fake(
      [&](const SentRequest& request) {
        times.push_back(at->now);
        return answer(request.number <= 5 ? 500 : 200, place);
      },
      2'500, 4);
  at = &fake;
  ask(fake.city(),
      {{.street = "A"}, {.street = "B"}, {.street = "C"}, {.street = "D"}, {.street = "E"}});
  ASSERT_EQ(times.size(), 10U);
  for (std::size_t i = 1; i < times.size(); ++i)
    EXPECT_GE(times[i] - times[i - 1], std::chrono::milliseconds(250)) << i;
}

TEST(CensusService, SendsAListAndTakesItsAnswersInAnyOrder) {
  FakeServices fake(
      [](const SentRequest&) { return answer(200, "id,lat,lon\n1,1,2\n0,40.5,-73.5\n"); });
  const auto answers = ask(fake.census(), {home, {.street = "a \"b\", 5", .city = "x,y"}});
  EXPECT_TRUE(has_place(answers[0]));
  EXPECT_TRUE(has_place(answers[1]));
  EXPECT_EQ(fake.sent[0].method, "POST");
  EXPECT_EQ(fake.sent[0].url, "http://geo.example/v1/batch");
  EXPECT_EQ(fake.sent[0].body,
            "0,20-44 MORRIS AVE,Jamaica & x,NY,11430\n"
            "1,A B 5,\"x,y\",,\n");
}

TEST(CensusService, AsksAgainForWhatAnAnswerLeavesOut) {
  FakeServices fake([](const SentRequest& request) {
    return answer(200, request.number == 1 ? "id,lat,lon\n1,1,2\n" : "id,lat,lon\n0,,\n");
  });
  const auto answers = ask(fake.census(), {{.street = "A"}, {.street = "B"}, {.street = "C"}});
  EXPECT_EQ(answers[0], no_match_result());
  EXPECT_TRUE(has_place(answers[1]));
  EXPECT_THAT(answers[2], IsEmpty());
  ASSERT_EQ(fake.sent.size(), 3U);
  EXPECT_EQ(fake.sent[1].body, "0,A,,,\n2,C,,,\n");
  EXPECT_EQ(fake.sent[2].body, "2,C,,,\n");
}

TEST(CensusService, SendsADamagedAnswersListAgain) {
  FakeServices fake([](const SentRequest& request) {
    return request.number == 1 ? answer(200, "oops") : answer(200, "id,lat,lon\n0,1,2\n");
  });
  EXPECT_TRUE(has_place(ask(fake.census(), {home})[0]));
  EXPECT_EQ(fake.sent.size(), 2U);
}

TEST(GeocodeServices, RefuseAUrlWithAQuery) {
  std::vector<SentRequest> sent;
  const auto made = GeocodeServices::make(
      {.url = "http://geo.example/?key=secret"},
      std::make_unique<FakeClient>([](const SentRequest&) { return answer(200); }, sent),
      Clock::system());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), ErrorCode::usage);
  EXPECT_THAT(made.error().message(), Not(HasSubstr("secret")));
}

TEST(GeocodeServices, AreShownWithoutUserAndPassword) {
  std::vector<SentRequest> sent;
  const auto made = GeocodeServices::make(
      {.url = "https://me:secret@geo.example/v1//"},
      std::make_unique<FakeClient>([](const SentRequest&) { return answer(200); }, sent),
      Clock::system());
  ASSERT_TRUE(made);
  EXPECT_EQ(made->shown(), "https://geo.example/v1");
}

}  // namespace
}  // namespace weir::courts
