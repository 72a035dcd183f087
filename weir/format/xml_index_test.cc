#include "weir/format/xml_index.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace weir::format {
namespace {

// The positions of a mark as the definition says, byte by byte.
bool is_marked(std::string_view text, u64 at, u64 XmlMarks::*mark) {
  const char c = text[at];
  const auto ends = [&](std::string_view what) { return text.substr(0, at + 1).ends_with(what); };
  const bool white = c == '\t' || c == '\n' || c == '\r';
  const bool control = static_cast<u8>(c) < 0x20;
  const bool forbidden = (control && !white) || ends("\xEF\xBF\xBE") || ends("\xEF\xBF\xBF");
  if (mark == &XmlMarks::forbidden) return forbidden;
  if (mark == &XmlMarks::text) return forbidden || c == '<' || c == '&' || c == '\r' || ends("]]>");
  if (mark == &XmlMarks::value)
    return forbidden || control || c == '<' || c == '&' || c == '"' || c == '\'';
  return std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")
             .find(c) == std::string_view::npos;
}

template <u64 XmlMarks::*Mark>
void expect_all_found(const std::string& text, XmlKernel kernel) {
  XmlWindow<XmlMarks> window(kernel);
  const char* end = text.data() + text.size();
  window.attach(text.data(), end);
  const char* next = window.find<Mark>(text.data());
  for (u64 i = 0; i < text.size(); ++i) {
    const bool found = next == text.data() + i;
    ASSERT_EQ(found, is_marked(text, i, Mark)) << "byte " << i << " of " << text.size();
    if (found) next = window.find<Mark>(next + 1);
  }
  EXPECT_EQ(next, end);
}

std::string random_text(std::mt19937& random, u64 size) {
  static const std::vector<std::string> pieces = {"<",
                                                  ">",
                                                  "&",
                                                  "]",
                                                  "]]>",
                                                  "\"",
                                                  "'",
                                                  "\r",
                                                  "\n",
                                                  "\t",
                                                  " ",
                                                  "a",
                                                  "Zz",
                                                  "09",
                                                  "-._:",
                                                  "/=",
                                                  "\x01",
                                                  "\x7F",
                                                  "\xEF\xBF\xBE",
                                                  "\xEF\xBF\xBF",
                                                  "\xEF",
                                                  "\xBF",
                                                  "\xE5\xAD\x97",
                                                  "plain text "};
  std::string text;
  while (text.size() < size) text += pieces[random() % pieces.size()];
  text.resize(size);
  return text;
}

TEST(XmlIndex, EveryKernelFindsEveryMark) {
  std::mt19937 random(1);
  for (const XmlKernel kernel : xml_kernels())
    for (const u64 size : {0u, 1u, 2u, 63u, 64u, 65u, 127u, 128u, 8191u, 8192u, 8193u, 20000u}) {
      const std::string text = random_text(random, size);
      expect_all_found<&XmlMarks::text>(text, kernel);
      expect_all_found<&XmlMarks::name>(text, kernel);
      expect_all_found<&XmlMarks::value>(text, kernel);
      expect_all_found<&XmlMarks::forbidden>(text, kernel);
    }
}

TEST(XmlIndex, FindsTheSameFromAnyPlaceInAnyOrder) {
  std::mt19937 random(2);
  const std::string text = random_text(random, 30000);
  for (const XmlKernel kernel : xml_kernels()) {
    XmlWindow<XmlMarks> window(kernel);
    window.attach(text.data(), text.data() + text.size());
    for (int i = 0; i < 2000; ++i) {
      u64 at = random() % text.size();
      const u64 limit = at + random() % (text.size() - at);
      const char* found = window.find<&XmlMarks::text>(text.data() + at);
      const char* bounded =
          window.find_before<&XmlMarks::text>(text.data() + at, text.data() + limit);
      while (at < text.size() && !is_marked(text, at, &XmlMarks::text)) ++at;
      ASSERT_EQ(found - text.data(), static_cast<i64>(at));
      ASSERT_EQ(bounded - text.data(), static_cast<i64>(std::min(at, limit)));
    }
  }
}

TEST(XmlIndex, EveryKernelFindsTheEdgesOfTags) {
  std::mt19937 random(3);
  const std::string text = random_text(random, 10000);
  for (const XmlKernel kernel : xml_kernels()) {
    XmlWindow<XmlTagMarks> window(kernel);
    window.attach(text.data(), text.data() + text.size());
    for (u64 at = 0; at < text.size(); ++at) {
      const u64 open = std::min(text.find('<', at), text.size());
      const u64 edge = std::min(text.find_first_of(">\"'", at), text.size());
      ASSERT_EQ(window.find<&XmlTagMarks::open>(text.data() + at), text.data() + open);
      ASSERT_EQ(window.find<&XmlTagMarks::edge>(text.data() + at), text.data() + edge);
    }
  }
}

}  // namespace
}  // namespace weir::format
