#include "weir/jobs/comics/identifiers.h"

#include <gtest/gtest.h>

namespace weir::comics {
namespace {

// "source key", or "none".
std::string shown(const std::optional<Identifier>& identifier) {
  return identifier ? identifier->source + " " + identifier->key : "none";
}

TEST(Identifiers, HaveSourcesByName) {
  EXPECT_EQ(shown(identifier_of_source("Metron", "5")), "metron 5");
  EXPECT_EQ(shown(identifier_of_source("Comic Vine", "5")), "comicvine 5");
  EXPECT_EQ(shown(identifier_of_source("Grand Comics Database", "5")), "grandcomicsdatabase 5");
  EXPECT_EQ(shown(identifier_of_source("GCD", "5")), "grandcomicsdatabase 5");
  EXPECT_EQ(shown(identifier_of_source("\u6F2B\u753B Net", "a b")), "\u6F2B\u753Bnet a b");
  EXPECT_EQ(shown(identifier_of_source(" - ", "5")), "none");
  EXPECT_EQ(shown(identifier_of_source("Metron", "")), "none");
}

TEST(Identifiers, OfTradeAreKnownByTheirLength) {
  EXPECT_EQ(shown(identifier_of_gtin("9780306406157")), "isbn 9780306406157");
  EXPECT_EQ(shown(identifier_of_gtin("979-0-306-40615-7")), "isbn 9790306406157");
  EXPECT_EQ(shown(identifier_of_gtin("080442957X")), "isbn 080442957X");
  EXPECT_EQ(shown(identifier_of_gtin("0306406152")), "isbn 0306406152");
  EXPECT_EQ(shown(identifier_of_gtin("036000291452")), "upc 036000291452");
  EXPECT_EQ(shown(identifier_of_gtin("4006381333931")), "gtin 4006381333931");
  EXPECT_EQ(shown(identifier_of_gtin("76194137521100111")), "gtin 76194137521100111");
  EXPECT_EQ(shown(identifier_of_gtin("none")), "none");
  EXPECT_EQ(shown(identifier_of_source("GTIN", "9780306406157")), "isbn 9780306406157");
  EXPECT_EQ(shown(identifier_of_source("ISBN", "978-0-306-40615-7")), "isbn 9780306406157");
  EXPECT_EQ(shown(identifier_of_source("UPC", "76194137521100111")), "upc 76194137521100111");
  EXPECT_EQ(shown(identifier_of_source("ISBN", "-")), "none");
}

TEST(Identifiers, OfKnownHostsAreTheNumbersInTheirUrls) {
  EXPECT_EQ(shown(identifier_of_url("https://comicvine.gamespot.com/saga-1/4000-123/")),
            "comicvine 123");
  EXPECT_EQ(shown(identifier_of_url("http://www.comicvine.com/x/4000-123")), "comicvine 123");
  EXPECT_EQ(shown(identifier_of_url("metron.cloud/issue/5")), "metron 5");
  EXPECT_EQ(shown(identifier_of_url("https://Metron.Cloud:443/issue/5/?a=b#c")), "metron 5");
  EXPECT_EQ(shown(identifier_of_url("https://www.comics.org/issue/7/")), "grandcomicsdatabase 7");
}

TEST(Identifiers, OfOtherUrlsAreHostAndPath) {
  EXPECT_EQ(shown(identifier_of_url("https://Example.org/A/b?c=1#top")), "example.org /A/b?c=1");
  EXPECT_EQ(shown(identifier_of_url("https://u:p@example.org:80/a")), "example.org /a");
  EXPECT_EQ(shown(identifier_of_url("https://comicvine.gamespot.com/saga/4050-9/")),
            "comicvine.gamespot.com /saga/4050-9/");
  EXPECT_EQ(shown(identifier_of_url("https://metron.cloud/issue/saga-1/")),
            "metron.cloud /issue/saga-1/");
  EXPECT_EQ(shown(identifier_of_url("https://example.org/")), "none");
  EXPECT_EQ(shown(identifier_of_url("nonsense")), "none");
  EXPECT_EQ(shown(identifier_of_url("")), "none");
}

TEST(Identifiers, AreFoundInTheNotesOfTaggers) {
  EXPECT_EQ(shown(identifier_of_note("Tagged with ComicTagger 1.3.5 using info from Comic Vine on "
                                     "2021-03-04 05:06:07. [Issue ID 100003]")),
            "comicvine 100003");
  EXPECT_EQ(shown(identifier_of_note("using info from Metron on 2021 [issue id 4]")), "metron 4");
  EXPECT_EQ(shown(identifier_of_note("Tagged with ComicTagger 1.3.5 [Issue ID 100003]")), "none");
  EXPECT_EQ(shown(identifier_of_note("using info from Comic Vine on 2021")), "none");
  EXPECT_EQ(shown(identifier_of_note("using info from Comic Vine on x [Issue ID 4x]")), "none");
  EXPECT_EQ(shown(identifier_of_note("using info from Comic Vine on x [Issue ID ]")), "none");
}

}  // namespace
}  // namespace weir::comics
