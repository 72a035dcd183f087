#include "weir/jobs/comics/media/picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "weir/jobs/comics/media/picture_testing.h"

namespace weir::comics {
namespace {

using ::testing::HasSubstr;

constexpr const char* encodings[] = {
    ".jpg",  ".jpg[interlace]",          ".png", ".png[interlace]", ".gif",
    ".webp", ".webp[lossless,effort=0]", ".jxl", ".avif[effort=0]"};

std::string error_of(const std::string& bytes) {
  const auto made = make_thumbnail(bytes_of(bytes), {});
  return made.ok() ? "no error" : made.error().message();
}

TEST(Picture, EveryKindBecomesAThumbnailThatFitsAndKeepsItsProportions) {
  for (const char* encoding : encodings) {
    const std::string picture = picture_of(800, 1000, encoding);
    for (const PictureFormat format : {PictureFormat::webp, PictureFormat::jpeg}) {
      const auto made =
          make_thumbnail(bytes_of(picture), {.width = 320, .height = 480, .format = format});
      ASSERT_TRUE(made) << encoding << ": " << made.error().message();
      const auto header = read_picture_header(bytes_of(made->bytes));
      ASSERT_TRUE(header);
      EXPECT_EQ(header->width, 320) << encoding;
      EXPECT_EQ(header->height, 400) << encoding;
      EXPECT_EQ(picture_kind(bytes_of(made->bytes)),
                format == PictureFormat::webp ? PictureKind::webp : PictureKind::jpeg);
    }
  }
  const auto made = make_thumbnail(bytes_of(bmp_of(800, 1000)), {});
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_EQ(made->width, 320);
}

TEST(Picture, IsNeverEnlarged) {
  const auto made = make_thumbnail(bytes_of(picture_of(7, 5, ".png")), {});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->width, 7);
  EXPECT_EQ(made->height, 5);
}

TEST(Picture, IsNarrowWhereItIsVeryHigh) {
  const auto made = make_thumbnail(bytes_of(picture_of(2, 4000, ".png")), {});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->width, 1);
  EXPECT_EQ(made->height, 480);
}

TEST(Picture, WhatIsTransparentOrGrayBecomesOpaqueColour) {
  for (const int bands : {1, 4}) {
    const auto made = make_thumbnail(bytes_of(picture_of(40, 40, ".png", bands)),
                                     {.format = PictureFormat::jpeg});
    ASSERT_TRUE(made) << made.error().message();
  }
}

TEST(Picture, HoldsNothingButItsPixels) {
  const auto made = make_thumbnail(bytes_of(picture_of(4, 4, ".jpg[profile=srgb]")), {});
  ASSERT_TRUE(made);
  EXPECT_LT(made->bytes.size(), 400U);
}

// As PNG has it.
std::string crc_bytes(const std::string& text) {
  u32 crc = ~u32{0};
  for (const char c : text) {
    crc ^= static_cast<u8>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xEDB88320U : 0U);
  }
  crc = ~crc;
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(crc >> shift & 255);
  return bytes;
}

TEST(Picture, WithMoreThanItsMegapixelsIsRefusedByItsHeader) {
  // PNG: 10000 x 10001, with the checksum that belongs to it.
  std::string png = picture_of(4, 4, ".png[interlace=0]");
  png.replace(16, 8, std::string("\0\0\x27\x10\0\0\x27\x11", 8));
  png.replace(29, 4, crc_bytes(png.substr(12, 17)));
  EXPECT_THAT(error_of(png), HasSubstr("10000x10001 pixels are more than the 100 megapixels"));
  EXPECT_THAT(error_of(bmp_of(1, 1).replace(18, 8, std::string("\x10\x27\0\0\x11\x27\0\0", 8))),
              HasSubstr("10000x10001 pixels are more than the 100 megapixels"));
}

TEST(Picture, AnythingElseIsRefusedBeforeALibrarySeesIt) {
  for (const std::string bytes : {"", "GIF", "<svg xmlns='http://www.w3.org/2000/svg'/>",
                                  "%PDF-1.4\n", "push graphic-context", "P6 1 1 255 abc"})
    EXPECT_THAT(error_of(bytes), HasSubstr("none of JPEG, PNG")) << bytes;
}

TEST(Picture, ThatIsCutIsAnErrorWithItsReason) {
  for (const char* encoding : encodings) {
    const std::string picture = picture_of(300, 300, encoding);
    for (const std::size_t size : {picture.size() / 2, std::size_t{40}})
      EXPECT_THAT(error_of(picture.substr(0, size)), HasSubstr("cannot be decoded: "))
          << encoding << " " << size;
  }
  EXPECT_THAT(error_of(bmp_of(9, 9).substr(0, 20)), HasSubstr("BMP"));
}

TEST(Picture, ReasonsAreNotMixedBetweenThreads) {
  const std::string jpeg = picture_of(300, 300, ".jpg").substr(0, 900);
  const std::string gif = picture_of(300, 300, ".gif").substr(0, 900);
  const std::string of_jpeg = error_of(jpeg);
  const std::string of_gif = error_of(gif);
  const auto repeat = [](const std::string& picture, const std::string& wanted) {
    for (int i = 0; i < 50; ++i) EXPECT_EQ(error_of(picture), wanted);
  };
  std::jthread other([&] { repeat(jpeg, of_jpeg); });
  repeat(gif, of_gif);
}

TEST(Picture, TakesNoMoreMemoryThanItsHeaderTells) {
  for (const char* encoding : encodings) {
    const std::string picture = picture_of(1600, 2400, encoding);
    const auto header = read_picture_header(bytes_of(picture));
    ASSERT_TRUE(header);
    const i64 taken =
        memory_taken([&] { EXPECT_TRUE(make_thumbnail(bytes_of(picture), {})) << encoding; });
    EXPECT_LE(taken, header->memory_bytes) << encoding;
  }
}

}  // namespace
}  // namespace weir::comics
