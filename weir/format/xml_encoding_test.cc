#include "weir/format/xml_encoding.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

namespace weir::format {
namespace {

using testing::HasSubstr;
using namespace std::string_literals;

// A text that comes a few bytes at a time.
class Pieces final : public ByteStream {
 public:
  Pieces(std::string text, u64 piece_bytes) : text_(std::move(text)), piece_bytes_(piece_bytes) {}
  Result<i64> read(std::span<std::byte> out) override {
    const u64 size = std::min({out.size(), piece_bytes_, text_.size() - at_});
    if (size > 0) std::memcpy(out.data(), text_.data() + at_, size);
    at_ += size;
    return static_cast<i64>(size);
  }

 private:
  std::string text_;
  u64 piece_bytes_;
  u64 at_ = 0;
};

Result<std::string> read_all(const std::string& text, u64 piece_bytes, u64 out_bytes) {
  XmlUtf8Stream stream(std::make_unique<Pieces>(text, piece_bytes));
  std::string all;
  std::string block(out_bytes, '\0');
  while (true) {
    WEIR_ASSIGN(const i64 size, stream.read(std::as_writable_bytes(std::span(block))));
    if (size == 0) return all;
    all.append(block, 0, static_cast<u64>(size));
  }
}

// Whatever the sizes of pieces, `text` becomes `expected`.
void expect_read(const std::string& text, const std::string& expected) {
  for (const u64 piece_bytes : {1u, 2u, 3u, 7u, 100000u})
    for (const u64 out_bytes : {1u, 5u, 4096u}) {
      const auto read = read_all(text, piece_bytes, out_bytes);
      ASSERT_TRUE(read.ok()) << read.error().message();
      ASSERT_EQ(*read, expected);
    }
}

std::string error_of(const std::string& text) {
  const auto read = read_all(text, 3, 16);
  return read.ok() ? "none" : read.error().message();
}

std::string utf16(std::u16string_view text, bool little) {
  std::string bytes;
  for (const char16_t unit : text) {
    const char low = static_cast<char>(unit & 0xFF), high = static_cast<char>(unit >> 8);
    bytes += little ? low : high;
    bytes += little ? high : low;
  }
  return bytes;
}

TEST(XmlUtf8Stream, PassesUtf8WithAndWithoutAMark) {
  const std::string text = "<?xml version='1.0' encoding='utf-8'?><a>\xE5\xAD\x97</a>";
  expect_read(text, text);
  expect_read("\xEF\xBB\xBF" + text, text);
  expect_read("<a/>", "<a/>");
  expect_read("<a>" + std::string(5000, 'x') + "</a>", "<a>" + std::string(5000, 'x') + "</a>");
  expect_read("", "");
  expect_read("\xEF\xBB", "\xEF\xBB");  // no document; the tokenizer says so
}

TEST(XmlUtf8Stream, ReadsUtf16OfBothOrders) {
  const std::u16string text =
      u"<?xml version='1.0' encoding='UTF-16'?><a>\u00E4\u5B57\U0001F600</a>";
  const std::string expected =
      "<?xml version='1.0' encoding='UTF-16'?><a>\xC3\xA4\xE5\xAD\x97\xF0\x9F\x98\x80</a>";
  for (const bool little : {true, false}) {
    expect_read(utf16(u"\uFEFF", little) + utf16(text, little), expected);
    expect_read(utf16(text, little), expected);
  }
  expect_read(utf16(u"\uFEFF<a/>", true), "<a/>");
}

TEST(XmlUtf8Stream, ReadsLatin1AndWindows1252AsDeclared) {
  const std::string tail = "?><a>\xE4\x80\x99\xFF</a>";
  expect_read("<?xml version='1.0' encoding='ISO-8859-1'" + tail,
              "<?xml version='1.0' encoding='ISO-8859-1'?><a>\xC3\xA4\xC2\x80\xC2\x99\xC3\xBF</a>");
  expect_read("<?xml version=\"1.0\" encoding=\"windows-1252\"" + tail,
              "<?xml version=\"1.0\" encoding=\"windows-1252\"?><a>\xC3\xA4\xE2\x82\xAC\xE2\x84\xA2"
              "\xC3\xBF</a>");
}

TEST(XmlUtf8Stream, PrefersTheMarkToTheDeclaration) {
  const std::string text = "<?xml version='1.0' encoding='ISO-8859-1'?><a>\xC3\xA4</a>";
  expect_read("\xEF\xBB\xBF" + text, text);
}

TEST(XmlUtf8Stream, NamesAnEncodingThatItDoesNotRead) {
  EXPECT_THAT(error_of("<?xml version='1.0' encoding='EUC-JP'?><a/>"), HasSubstr("\"EUC-JP\""));
  EXPECT_THAT(error_of("<?xml version='1.0' encoding='UTF-16'?><a/>"), HasSubstr("\"UTF-16\""));
  EXPECT_THAT(error_of("\xFF\xFE\0\0<\0\0\0"s), HasSubstr("UTF-32"));
}

TEST(XmlUtf8Stream, RefusesDamagedUtf16) {
  EXPECT_THAT(error_of("\xFF\xFE<\0a\0/\0>"s), HasSubstr("ends within a character"));
  EXPECT_THAT(error_of("\xFF\xFE<\0a\0\0\xDC>\0"s), HasSubstr("half of a surrogate pair"));
  EXPECT_THAT(error_of("\xFF\xFE<\0a\0\0\xD8>\0"s), HasSubstr("half of a surrogate pair"));
  EXPECT_THAT(error_of("\xFF\xFE<\0a\0\0\xD8"s), HasSubstr("ends within a character"));
}

// The text made UTF-8 within `room` bytes.
std::string made_utf8(std::string text, u64 room) {
  const i64 size = std::ssize(text);
  text.resize(room, '?');
  const i64 made = windows1252_to_utf8(std::as_writable_bytes(std::span(text)), size);
  return made < 0 ? "no room" : text.substr(0, static_cast<u64>(made));
}

TEST(Windows1252, BecomesUtf8WhereItLies) {
  EXPECT_EQ(made_utf8("Caf\xE9 \x80\x81.", 100), "Caf\u00E9 \u20AC\u0081.");
  EXPECT_EQ(made_utf8("\x80\x80", 6), "\u20AC\u20AC");
  EXPECT_EQ(made_utf8("\x80\x80", 5), "no room");
  EXPECT_EQ(made_utf8("", 0), "");
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  const auto streamed = read_all("<?xml version='1.0' encoding='windows-1252'?>" + all, 7, 100);
  ASSERT_TRUE(streamed.ok());
  EXPECT_EQ("<?xml version='1.0' encoding='windows-1252'?>" + made_utf8(all, 1000), *streamed);
}

}  // namespace
}  // namespace weir::format
