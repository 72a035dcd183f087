// Addresses as they are looked up: the key of an offline table, and house number and street name as
// services want them.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace weir::courts {

// What a geocoder is asked. Texts borrow; a missing one is empty.
struct Address {
  std::string_view street;  // without it an address is not looked up
  std::string_view city;
  std::string_view state;
  std::string_view postal_code;

  friend bool operator==(const Address&, const Address&) = default;
};

// Appends N(text): upper case, every run of characters other than A-Z 0-9 / & - one space, none at
// the ends.
void append_normalized(std::string_view text, std::string& out);

// The first five characters of a postal code, trimmed.
std::string_view postal_prefix(std::string_view postal_code);

// Makes `key` N(street)|N(city)|the postal code's prefix.
void make_lookup_key(const Address& address, std::string& key);

// The street of an address, both parts as N gives them. The house number is what it begins with:
// digits, then letters or further numbers behind a hyphen or slash (`20-44`, `123A`, `12 - 34`,
// `7 1/2`); an ordinal (`149TH`) belongs to the name. Left out of the name: the further numbers of
// `12 & 14`, and an apartment, unit, suite, room, floor or `#` at the end.
struct StreetParts {
  std::string house_number;
  std::string street_name;
};
StreetParts split_street(std::string_view street);

}  // namespace weir::courts
