#include "weir/store/http_retry.h"

#include <gtest/gtest.h>

namespace weir::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

HttpOptions options() {
  HttpOptions options;
  options.attempts = 5;
  options.first_wait = milliseconds(100);
  options.longest_wait = milliseconds(300);
  options.longest_retry_after = seconds(10);
  return options;
}

TEST(HttpBackoff, DoublesUpToItsLimitAndTakesAHalfOffAtRandom) {
  const HttpOptions given = options();
  for (u64 seed = 0; seed < 200; ++seed) {
    HttpBackoff backoff(given, seed);
    i64 full = 100;
    for (i32 attempt = 1; attempt < 5; ++attempt) {
      const auto wait = backoff.next(attempt);
      ASSERT_TRUE(wait);
      EXPECT_LE(wait->count(), full);
      EXPECT_GE(wait->count(), full / 2);
      full = std::min<i64>(2 * full, 300);
    }
    EXPECT_FALSE(backoff.next(5));
  }
}

TEST(HttpBackoff, SpreadsRequestsThatFailedTogether) {
  const HttpOptions given = options();
  EXPECT_NE(HttpBackoff(given, 1).next(1), HttpBackoff(given, 2).next(1));
}

TEST(HttpBackoff, WaitsAtLeastAsLongAsTheServerAsks) {
  const HttpOptions given = options();
  HttpBackoff backoff(given, 1);
  EXPECT_GE(backoff.next(1, seconds(7)).value(), seconds(7));
  EXPECT_FALSE(backoff.next(1, seconds(11)));
}

TEST(HttpBackoff, KnowsWhichAnswersMayPass) {
  for (const i32 status : {408, 429, 500, 502, 503, 504}) EXPECT_TRUE(is_passing_status(status));
  for (const i32 status : {200, 301, 400, 403, 404, 412, 501, 505})
    EXPECT_FALSE(is_passing_status(status));
}

}  // namespace
}  // namespace weir::store
