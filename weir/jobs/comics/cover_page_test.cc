#include "weir/jobs/comics/cover_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace weir::comics {
namespace {

using ::testing::Eq;
using ::testing::Optional;

class TextStream final : public ByteStream {
 public:
  explicit TextStream(std::string text) : text_(std::move(text)) {}
  Result<i64> read(std::span<std::byte> out) override {
    const std::size_t count = std::min(out.size(), text_.size());
    std::copy_n(reinterpret_cast<const std::byte*>(text_.data()), count, out.data());
    text_.erase(0, count);
    return static_cast<i64>(count);
  }

 private:
  std::string text_;
};

// An archive of the given members, in this order.
class TextArchive final : public store::Archive {
 public:
  explicit TextArchive(const std::vector<std::pair<std::string, std::string>>& texts)
      : Archive("zip") {
    for (const auto& [name, text] : texts) {
      members_.push_back({.name = name, .size = static_cast<i64>(text.size())});
      texts_[name] = text;
    }
  }
  Result<std::unique_ptr<ByteStream>> read(const store::Member& member) const override {
    if (texts_.at(member.name) == "broken") return Error(ErrorCode::corrupt, "broken");
    return std::unique_ptr<ByteStream>(std::make_unique<TextStream>(texts_.at(member.name)));
  }

 private:
  std::map<std::string, std::string> texts_;
};

std::string cover_of(const std::vector<std::pair<std::string, std::string>>& texts) {
  const TextArchive archive(texts);
  const store::Member* page = find_cover_page(archive);
  return page == nullptr ? "none" : page->name;
}

std::string info(const std::string& pages) {
  return "<ComicInfo><Title>T</Title><Pages>" + pages + "</Pages></ComicInfo>";
}

TEST(CoverPage, IsTheFirstInNaturalOrder) {
  EXPECT_EQ(cover_of({{"10.jpg", ""}, {"2.jpg", ""}, {"1.txt", ""}, {"__MACOSX/1.jpg", ""}}),
            "2.jpg");
  EXPECT_EQ(cover_of({{"b.txt", ""}}), "none");
  EXPECT_EQ(cover_of({}), "none");
}

TEST(CoverPage, ThatIsMarkedComesFirst) {
  const std::string marked = info("<Page Image='0'/><Page Image='2' Type='FrontCover'/>");
  EXPECT_EQ(cover_of({{"10.jpg", ""}, {"x/comicinfo.XML", marked}, {"9.jpg", ""}, {"8.jpg", ""}}),
            "10.jpg");
}

TEST(CoverPage, AMarkThatCannotBeIsNone) {
  for (const std::string& text : std::vector<std::string>{
           info("<Page Image='7' Type='FrontCover'/>"), info("<Page Image='x' Type='FrontCover'/>"),
           info("<Page Image='1' Type='FrontCover'"), std::string("broken"), std::string()})
    EXPECT_EQ(cover_of({{"ComicInfo.xml", text}, {"2.png", ""}, {"1.png", ""}}), "1.png") << text;
}

TEST(CoverPage, MarksAreThoseOfPagesOfAComic) {
  EXPECT_THAT(marked_cover(info("<Page Type='Story FrontCover' Image=' 3 '/>"
                                "<Page Image='4' Type='FrontCover'/>")),
              Optional(3));
  for (const std::string& text : std::vector<std::string>{
           info("<Page Image='3' Type='InnerCover'/>"), info("<Page Type='FrontCover'/>"),
           info("<Page Image='-3' Type='FrontCover'/>"),
           info("<x><Page Type='FrontCover' Image='1'/></x>"),
           std::string("<ComicInfo><Page Image='3' Type='FrontCover'/></ComicInfo>"),
           std::string("<!DOCTYPE a><ComicInfo/>")})
    EXPECT_THAT(marked_cover(text), Eq(std::nullopt)) << text;
}

}  // namespace
}  // namespace weir::comics
