#include "weir/base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir {
namespace {

using testing::internal::CaptureStderr;
using testing::internal::GetCapturedStderr;

std::string logged(LogOptions options, LogLevel level, std::string_view message) {
  configure_log(options);
  CaptureStderr();
  log(level, message, {{"input", "a \"b\".xml"}});
  std::string text = GetCapturedStderr();
  configure_log({});
  return text;
}

TEST(Log, WritesALineWithItsFields) {
  EXPECT_EQ(logged({}, LogLevel::warning, "it was slow"),
            "warning: it was slow input=a \"b\".xml\n");
}

TEST(Log, LeavesOutWhatIsBelowTheLevel) {
  EXPECT_EQ(logged({}, LogLevel::info, "quiet"), "");
  EXPECT_NE(logged({.level = LogLevel::debug}, LogLevel::debug, "loud"), "");
}

TEST(Log, WritesJsonObjectsForMachines) {
  EXPECT_THAT(logged({.json = true}, LogLevel::error, "two\nlines"),
              testing::MatchesRegex("\\{\"time\":\"[-0-9T:.]+Z\",\"level\":\"error\","
                                    "\"message\":\"two\\\\nlines\","
                                    "\"input\":\"a \\\\\"b\\\\\".xml\"\\}\n"));
}

TEST(Log, KeepsTheStatusLineBelowTheLogLines) {
  CaptureStderr();
  show_status("50 %");
  log(LogLevel::warning, "x");
  show_status("");
  show_status("");
  EXPECT_EQ(GetCapturedStderr(), "\r\x1b[K50 %\r\x1b[Kwarning: x\n50 %\r\x1b[K");
}

TEST(LogLevel, IsReadByName) {
  auto level = parse_log_level("info");
  ASSERT_TRUE(level);
  EXPECT_EQ(*level, LogLevel::info);
  EXPECT_FALSE(parse_log_level("loud"));
}

}  // namespace
}  // namespace weir
