#include "weir/jobs/comics/natural_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <vector>

namespace weir::comics {
namespace {

using ::testing::ElementsAreArray;

TEST(NaturalOrder, IsThatOfCounting) {
  const std::vector<std::string> wanted = {"",
                                           "1.jpg",
                                           "02.jpg",
                                           "2.jpg",
                                           "10.jpg",
                                           "99999999999999999999.jpg",
                                           "100000000000000000000.jpg",
                                           "a/9.jpg",
                                           "a-1.jpg",
                                           "A1.jpg",
                                           "a01.jpg",
                                           "a1.jpg",
                                           "a1b.jpg",
                                           "a2.jpg",
                                           "b"};
  std::vector<std::string> names(wanted.rbegin(), wanted.rend());
  std::ranges::sort(names, [](const auto& a, const auto& b) { return natural_order(a, b) < 0; });
  EXPECT_THAT(names, ElementsAreArray(wanted));
}

// Short names of few letters, so that many are alike.
rc::Gen<std::string> names() {
  return rc::gen::container<std::string>(rc::gen::elementOf(std::string("0129aAb/.")));
}

TEST(NaturalOrder, IsTotal) {
  rc::check([] {
    const std::string a = *names();
    const std::string b = *names();
    const std::string c = *names();
    const auto is_before = [](std::string_view one, std::string_view other) {
      return natural_order(one, other) < 0;
    };
    const bool is_equal = a == b;
    RC_ASSERT((!is_before(a, b) && !is_before(b, a)) == is_equal);
    RC_ASSERT(!(is_before(a, b) && is_before(b, a)));
    if (is_before(a, b) && is_before(b, c)) RC_ASSERT(is_before(a, c));
  });
}

}  // namespace
}  // namespace weir::comics
