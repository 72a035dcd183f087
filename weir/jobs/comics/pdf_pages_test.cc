#include "weir/jobs/comics/pdf_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "weir/jobs/comics/pdf_reader.h"
#include "weir/jobs/comics/pdf_testing.h"

namespace weir::comics {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PdfPages : public ::testing::Test {
 protected:
  std::filesystem::path file(const std::string& bytes) {
    std::ofstream(path_, std::ios::binary) << bytes;
    return path_;
  }
  // The page count of a plain file; -1 where it is not plain.
  i64 plain_count(const std::string& bytes) {
    const auto plain = read_plain_pdf(file(bytes));
    EXPECT_TRUE(plain.ok());
    return *plain ? (*plain)->page_count : -1;
  }

  std::filesystem::path path_ =
      std::filesystem::path(::testing::TempDir()) /
      (std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()) + ".pdf");
};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  return text.replace(at, from.size(), to);
}

TEST_F(PdfPages, OfAPlainFileStandInTheRootOfItsPages) {
  EXPECT_EQ(plain_count(pdf_of_pages(1)), 1);
  EXPECT_EQ(plain_count(pdf_of_pages(700)), 700);
  EXPECT_EQ(plain_count(pdf_of({"<</Pages 2 0 R/Type/Catalog>>", "<</Kids[]/Count 0>>"})), 0);
}

TEST_F(PdfPages, AnythingUnusualIsNotPlain) {
  const std::string plain = pdf_of_pages(3);
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"/Root", "/Prev 9/Root"},
                                                        {"/Root", "/Encrypt 9 0 R/Root"},
                                                        {"/Root", "/ID(a)/Root"},
                                                        {"/Pages 2 0 R", "/Pages 9 0 R"},
                                                        {"/Pages 2 0 R", "/Pages 1 0 R"},
                                                        {"/Count 3", "/Count X"},
                                                        {"/Count 3", "/Count 9"},
                                                        {"/Count 3", "/Count 3/Count 3"},
                                                        {"/Count", "/Counts"},
                                                        {"2 0 obj", "7 0 obj"},
                                                        {"xref\n0 6", "xref\n1 6"},
                                                        {"startxref\n", "startxref\n1"},
                                                        {"%%EOF", "%%"},
                                                        {"startxref", "start"}})
    EXPECT_EQ(plain_count(replaced(plain, from, to)), -1) << from << " " << to;
}

TEST_F(PdfPages, AFileCutAnywhereIsNotPlain) {
  const std::string plain = pdf_of_pages(3);
  for (std::size_t size = 0; size + 2 < plain.size(); ++size)
    EXPECT_EQ(plain_count(plain.substr(0, size)), -1) << size;
}

TEST_F(PdfPages, OfOtherFilesPopplerCountsThem) {
  const auto pages = count_pdf_pages(file(replaced(pdf_of_pages(3), "/Root", "/ID[(a)(b)]/Root")));
  ASSERT_TRUE(pages) << pages.error().message();
  EXPECT_EQ(*pages, 3);
}

TEST_F(PdfPages, ABrokenFileIsAnErrorWithItsReason) {
  for (const std::string text : {"%PDF-1.4\n", "%PDF-1.4\nxref\n0 1\nstartxref\n9\n%%EOF\n"}) {
    const auto pages = count_pdf_pages(file(text));
    ASSERT_FALSE(pages);
    EXPECT_EQ(pages.error().code(), ErrorCode::corrupt);
    EXPECT_THAT(pages.error().message(), HasSubstr("damaged"));
  }
  EXPECT_EQ(count_pdf_pages("/nowhere.pdf").error().code(), ErrorCode::not_found);
}

class Members final : public extract::MemberSink {
 public:
  void enter(std::string_view name) override { told.emplace_back(name); }
  void text(std::string_view text) override { told.back() += "=" + std::string(text); }
  void leave() override {}
  std::vector<std::string> told;
};

TEST_F(PdfPages, WhatAFileSaysOfItselfIsADocument) {
  const auto tell = [&](const std::string& bytes, Members& members) {
    const store::Input input{.file = file(bytes)};
    const auto told = make_pdf_reader()->read({.input = &input}, members);
    EXPECT_TRUE(told) << (told ? "" : told.error().message());
    return told.ok() && *told;
  };
  Members members;
  EXPECT_TRUE(tell(pdf_of_pages(1,
                                "<</Title(One)/Author(Ann; Bob)/Subject(Long ago)/Keywords"
                                "<FEFF0061002C00E9>/CreationDate(D:20200101000000Z)>>"),
                   members));
  EXPECT_THAT(members.told, ElementsAre("title=One", "summary=Long ago", "writer=Ann; Bob",
                                        "keywords=a,\xC3\xA9"));
  Members none;
  EXPECT_FALSE(tell(pdf_of_pages(1), none));
  EXPECT_FALSE(tell("PK\3\4", none));
  EXPECT_FALSE(tell("", none));
  EXPECT_THAT(none.told, ElementsAre());
}

}  // namespace
}  // namespace weir::comics
