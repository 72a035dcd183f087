#include "weir/jobs/comics/media/pdf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "weir/jobs/comics/media/pdf_pictures.h"
#include "weir/jobs/comics/media/picture_testing.h"
#include "weir/jobs/comics/pdf_testing.h"

namespace weir::comics {
namespace {

using ::testing::HasSubstr;

class Pdf : public ::testing::Test {
 protected:
  std::filesystem::path file(const std::string& bytes) {
    std::ofstream(path_, std::ios::binary) << bytes;
    return path_;
  }
  // One page that a picture fills.
  std::filesystem::path picture_file(const std::string& entries, const std::string& bytes) {
    const std::string draw = "q 600 0 0 900 0 0 cm /I Do Q";
    return file(pdf_of(
        {"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
         "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 900]/Contents 4 0 R"
         "/Resources<</XObject<</I 5 0 R>>>>>>",
         fmt::format("<</Length {}>>stream\n{}\nendstream", draw.size(), draw),
         fmt::format("<</Type/XObject/Subtype/Image{}/ColorSpace/DeviceRGB/BitsPerComponent 8"
                     "/Length {}>>stream\n{}\nendstream",
                     entries, bytes.size(), bytes)}));
  }

  std::filesystem::path path_ =
      std::filesystem::path(::testing::TempDir()) /
      (std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()) + "#1 é%.pdf");
};

TEST_F(Pdf, TellsItsPagesAndWhatItSaysOfItself) {
  const auto pdf = open_pdf_file(
      file(pdf_of_pages(3, "<</Title(  One  )/Author(Ann)/CreationDate(D:20200102030405Z)>>")));
  ASSERT_TRUE(pdf) << pdf.error().message();
  EXPECT_EQ((*pdf)->page_count(), 3);
  const PdfInfo info = (*pdf)->info();
  EXPECT_EQ(info.title, "One");
  EXPECT_EQ(info.author, "Ann");
  EXPECT_EQ(info.subject, "");
  EXPECT_EQ(info.created_us, 1'577'934'245'000'000);
  EXPECT_EQ(info.modified_us, 0);
}

TEST_F(Pdf, TheFirstPageFillsTheSizeAsFarAsItsProportionsGo) {
  const auto pdf = open_pdf_file(file(pdf_of_pages(2)));
  ASSERT_TRUE(pdf);
  const auto page = (*pdf)->first_page({.width = 320, .height = 480});
  ASSERT_TRUE(page) << page.error().message();
  EXPECT_EQ(page->width, 240);
  EXPECT_EQ(page->height, 480);
}

TEST_F(Pdf, WithoutPagesHasNoFirstOne) {
  const auto pdf = open_pdf_file(
      file(pdf_of({"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 0/Kids[]>>"})));
  ASSERT_TRUE(pdf);
  EXPECT_THAT((*pdf)->first_page({}).error().message(), HasSubstr("no first page"));
}

TEST_F(Pdf, ThatIsBrokenOrNotThereIsAnErrorThatSaysSo) {
  const auto broken = open_pdf_file(file("%PDF-1.4\nno more"));
  EXPECT_EQ(broken.error().code(), ErrorCode::corrupt);
  EXPECT_THAT(broken.error().message(), HasSubstr("PDF document is damaged"));
  EXPECT_EQ(open_pdf_file("/nowhere.pdf").error().code(), ErrorCode::not_found);
}

TEST_F(Pdf, ItsLargestPictureIsFoundWithoutDecodingIt) {
  const auto found = [&](const std::string& text) {
    const auto pictures = find_pdf_pictures(file(text));
    EXPECT_TRUE(pictures);
    return *pictures;
  };
  EXPECT_EQ(found("<</Width 30/Height 20>> <</Height 9 /Width 80>>").most_pixels, 720);
  EXPECT_EQ(found("<</Widths[30]/Height 20>>").most_pixels, 0);
  EXPECT_EQ(found("<</Width 3 0 R/Height 20>>").most_pixels, max_picture_pixels);
  EXPECT_EQ(found("<</Width 3>>").most_pixels, max_picture_pixels);
  EXPECT_EQ(found("").most_pixels, 0);
  EXPECT_TRUE(found("<</Width 3/Height 3/Filter/JPXDecode>>").has_jpx);
}

TEST_F(Pdf, PicturesAreFoundWhereverTheyLie) {
  const std::string picture = "<</Width 30/Height 20>>";
  constexpr std::size_t window = 1 << 20;
  for (std::size_t at = window - 2100; at < window + 30; at += at < window - 40 ? 97 : 1) {
    const auto pictures = find_pdf_pictures(file(std::string(at, ' ') + picture));
    ASSERT_TRUE(pictures);
    ASSERT_EQ(pictures->most_pixels, 600) << at;
  }
}

TEST_F(Pdf, WithAPictureOfTooManyMegapixelsIsRefused) {
  const auto pdf = open_pdf_file(picture_file("/Width 10000/Height 10001", ""));
  ASSERT_TRUE(pdf);
  const auto memory = (*pdf)->memory_bytes({});
  ASSERT_FALSE(memory);
  EXPECT_EQ(memory.error().code(), ErrorCode::too_large);
}

TEST_F(Pdf, TakesNoMoreMemoryThanItTells) {
  const std::string jpeg = picture_of(3000, 4000, ".jpg[interlace]");
  const auto pdf = open_pdf_file(picture_file("/Width 3000/Height 4000/Filter/DCTDecode", jpeg));
  ASSERT_TRUE(pdf);
  const auto told = (*pdf)->memory_bytes({});
  ASSERT_TRUE(told) << told.error().message();
  const i64 taken = memory_taken([&] { EXPECT_TRUE((*pdf)->first_page({})); });
  EXPECT_LE(taken, *told);
}

}  // namespace
}  // namespace weir::comics
