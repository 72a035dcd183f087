#include "weir/jobs/courts/address.h"

#include <gtest/gtest.h>

namespace weir::courts {
namespace {

std::string normalized(std::string_view text) {
  std::string out;
  append_normalized(text, out);
  return out;
}

std::string key_of(const Address& address) {
  std::string key = "what stood there";
  make_lookup_key(address, key);
  return key;
}

TEST(Address, IsUpperCaseWithOneSpaceForEachRunOfOtherCharacters) {
  EXPECT_EQ(normalized("2928 Ocean Pkwy"), "2928 OCEAN PKWY");
  EXPECT_EQ(normalized("  10  W.  231st\tSt., \n#4 "), "10 W 231ST ST 4");
  EXPECT_EQ(normalized("O'Brien Ave"), "O BRIEN AVE");
  EXPECT_EQ(normalized("Dr. M.L.K. Jr. Blvd"), "DR M L K JR BLVD");
  EXPECT_EQ(normalized("20-44 A/B & C"), "20-44 A/B & C");
  EXPECT_EQ(normalized("_.,;:"), "");
  EXPECT_EQ(normalized(""), "");
}

TEST(Address, TakesLettersBeyondAsciiAsOtherCharacters) {
  EXPECT_EQ(normalized("Rue Caf\u00E9 5"), "RUE CAF 5");
  EXPECT_EQ(normalized("\u00C9toile"), "TOILE");
  EXPECT_EQ(normalized("\xFF\xFE x"), "X") << "bytes that are no characters";
}

TEST(Address, TakesLettersWhoseUpperCaseIsAscii) {
  EXPECT_EQ(normalized("Hauptstra\u00DFe 1"), "HAUPTSTRASSE 1");
  EXPECT_EQ(normalized("\uFB03 \u0131 \u017F \uFB06"), "FFI I S ST");
  EXPECT_EQ(normalized("a\u1E97b"), "AT B") << "a combining mark is another character";
  EXPECT_EQ(normalized("a\u0149b"), "A NB");
}

TEST(Address, HasAKeyOfStreetCityAndFiveCharactersOfThePostalCode) {
  EXPECT_EQ(key_of({.street = "5 Main St.", .city = " new  york ", .postal_code = " 10019-1234 "}),
            "5 MAIN ST|NEW YORK|10019");
  EXPECT_EQ(key_of({.street = "5 Main St", .city = "", .postal_code = "100"}), "5 MAIN ST||100");
  EXPECT_EQ(key_of({.street = "5", .city = "x", .state = "NY"}), "5|X|")
      << "the state is not in it";
  EXPECT_EQ(
      key_of({.street = "5", .city = "x", .postal_code = "\u00E9\u00E9\u00E9\u00E9\u00E9\u00E9"}),
      "5|X|\u00E9\u00E9\u00E9\u00E9\u00E9");
}

struct Split {
  std::string street, house_number, street_name;
};

TEST(Address, IsSplitIntoHouseNumberAndStreetName) {
  const std::vector<Split> splits = {
      {"2928 Ocean Pkwy", "2928", "OCEAN PKWY"},
      {"20-44 Morris Ave", "20-44", "MORRIS AVE"},
      {"22 - 08 Astoria Blvd", "22-08", "ASTORIA BLVD"},
      {"123A Main St", "123A", "MAIN ST"},
      {"123/125 Main St", "123/125", "MAIN ST"},
      {"7 1/2 Jane Street", "7 1/2", "JANE STREET"},
      {"12 & 14 Elm St", "12", "ELM ST"},
      {"12 & 14 & 16 Elm St", "12", "ELM ST"},
      {"10 W 231 ST", "10", "W 231 ST"},
      {"1 149th Street", "1", "149TH STREET"},
      {"149th Street", "", "149TH STREET"},
      {"E 149TH STREET", "", "E 149TH STREET"},
      {"21st 22 Ave", "", "21ST 22 AVE"},
      {"One Penn Plaza", "", "ONE PENN PLAZA"},
      {"#12 Main St", "12", "MAIN ST"},
      {"12 Main St #3", "12", "MAIN ST"},
      {"100 Main St, Apt. 4B", "100", "MAIN ST"},
      {"100 Main St Unit 4", "100", "MAIN ST"},
      {"100 Main St 2nd Floor", "100", "MAIN ST"},
      {"100 Main St Fl 2", "100", "MAIN ST"},
      {"100 Avenue D", "100", "AVENUE D"},
      {"100 Unit", "100", "UNIT"},
      {"100", "100", ""},
      {"5 - Main", "5", "- MAIN"},
      {"5 &", "5", "&"},
      {"", "", ""},
      {"...", "", ""},
  };
  for (const Split& split : splits) {
    const StreetParts parts = split_street(split.street);
    EXPECT_EQ(parts.house_number, split.house_number) << split.street;
    EXPECT_EQ(parts.street_name, split.street_name) << split.street;
  }
}

}  // namespace
}  // namespace weir::courts
