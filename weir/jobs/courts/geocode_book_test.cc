#include "weir/jobs/courts/geocode_book.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>

#include "weir/jobs/courts/geocode_result.h"
#include "weir/jobs/courts/geocode_testing.h"
#include "weir/spool/parts_test.h"

namespace weir::courts {
namespace {

using ::testing::IsEmpty;

class AddressBookTest : public ::testing::Test {
 protected:
  std::filesystem::path file() const { return folder_.path() / "geocode.db"; }
  AddressBook open(const std::string& shown = "http://a", i64 services = 2) {
    auto book = AddressBook::open(file(), {.shown = shown, .services = services});
    EXPECT_TRUE(book) << book.error().message();
    return std::move(book).value();
  }
  static void ask(AddressBook& book, FakeServices& fake) {
    const auto asked = book.ask(*fake.services, 1, book.size(), {}, {});
    EXPECT_TRUE(asked) << asked.error().message();
  }
  static std::string status(AddressBook& book, i64 number) {
    const auto result = book.result(number);
    EXPECT_TRUE(result);
    ResultCells cells;
    if (result->empty()) return "";
    EXPECT_TRUE(decode_result(*result, cells));
    return std::string(cells[result_status].text);
  }

  spool::TestFolder folder_;
};

TEST_F(AddressBookTest, NumbersEachAddressOnce) {
  AddressBook book = open();
  EXPECT_EQ(*book.add(std::vector<Address>{
                {.street = "A"}, {.street = "A", .city = "x"}, {.street = "A"}}),
            (std::vector<i64>{1, 2, 1}));
  EXPECT_EQ(*book.add(std::vector<Address>{{.street = "A", .city = "x"}, {.street = "B"}}, 2),
            (std::vector<i64>{2, 0}))
      << "no more than two";
  EXPECT_EQ(book.size(), 2);
  EXPECT_EQ(*book.at(2), (Address{.street = "A", .city = "x"}));
}

// The second service is asked for what the first one did not find; its place counts, and what the
// first one knows besides stays.
TEST_F(AddressBookTest, AsksTheSecondServiceForWhatHasNoPlace) {
  FakeServices fake([](const SentRequest& request) {
    if (request.method == "POST") return answer(200, "id,lat,lon,zip_code\n0,1,2,10019\n1,,,\n");
    if (request.url.ends_with("A")) return answer(200, R"({"lat": 40, "lon": -73})");
    return answer(200, R"({"status": "unknown", "boro": "Bronx"})");
  });
  AddressBook book = open();
  ASSERT_TRUE(book.add(std::vector<Address>{{.street = "A"}, {.street = "B"}, {.street = "C"}}));
  ask(book, fake);
  EXPECT_EQ(status(book, 1), "success");
  EXPECT_EQ(status(book, 2), "success");
  EXPECT_EQ(status(book, 3), "unknown") << "nobody knows its place";
  ResultCells cells;
  const std::string second = *book.result(2);
  ASSERT_TRUE(decode_result(second, cells));
  EXPECT_EQ(cells[7].text, "Bronx");
  EXPECT_EQ(cells[19].text, "10019");
  EXPECT_EQ(fake.sent.back().body, "0,B,,,\n1,C,,,\n");
}

TEST_F(AddressBookTest, KnowsNothingUntilAllServicesHaveAnswered) {
  FakeServices fake([](const SentRequest& request) {
    return request.method == "POST" ? answer(500) : answer(404);
  });
  AddressBook book = open();
  ASSERT_TRUE(book.add(std::vector<Address>{{.street = "A"}}));
  ask(book, fake);
  EXPECT_EQ(status(book, 1), "");
  FakeServices again([](const SentRequest& request) {
    EXPECT_EQ(request.method, "POST") << "the first one's answer is there";
    return answer(200, "id,lat\n0,\n");
  });
  ask(book, again);
  EXPECT_EQ(status(book, 1), "no_match");
}

TEST_F(AddressBookTest, LeavesOutAServiceThatAnswersNothing) {
  FakeServices fake(
      [](const SentRequest& request) -> Result<store::HttpResponse> {
        if (request.method == "GET") return Error(ErrorCode::usage, "no such host");
        std::string csv = "id,lat,lon\n";
        for (i64 i = 0; i < std::ranges::count(request.body, '\n'); ++i)
          csv += fmt::format("{},1,2\n", i);
        return answer(200, csv);
      },
      400);
  AddressBook book = open();
  std::vector<std::string> streets;
  for (int i = 0; i < 1'200; ++i) streets.push_back(fmt::format("{} Main", i));
  std::vector<Address> addresses;
  for (const std::string& street : streets) addresses.push_back({.street = street});
  ASSERT_TRUE(book.add(addresses));
  ask(book, fake);
  EXPECT_EQ(fake.city().requests(), 500) << "one batch";
  EXPECT_EQ(fake.census().requests(), 3);
  EXPECT_EQ(status(book, 1'200), "success");
}

TEST_F(AddressBookTest, KeepsItsAnswersWhenItIsOpenedAgain) {
  FakeServices fake([](const SentRequest&) { return answer(200, R"({"lat": 40})"); });
  {
    AddressBook book = open();
    ASSERT_TRUE(book.add(std::vector<Address>{{.street = "A"}}));
    ask(book, fake);
  }
  AddressBook book = open();
  EXPECT_EQ(*book.add(std::vector<Address>{{.street = "A"}}), std::vector<i64>{1});
  ask(book, fake);
  EXPECT_EQ(fake.sent.size(), 1U);
  EXPECT_EQ(status(book, 1), "success");
}

TEST_F(AddressBookTest, BeginsAnewForOtherServicesAndWhereItIsDamaged) {
  ASSERT_TRUE(open().add(std::vector<Address>{{.street = "A"}}));
  EXPECT_EQ(open("http://b").size(), 0);
  std::ofstream(file(), std::ios::binary) << std::string(8192, 'x');
  EXPECT_EQ(open().size(), 0);
}

}  // namespace
}  // namespace weir::courts
