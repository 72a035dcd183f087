#include "weir/jobs/courts/address.h"

#include <algorithm>
#include <array>
#include <vector>

#include "weir/base/bytes.h"

namespace weir::courts {

namespace {

constexpr std::size_t postal_code_characters = 5;

// Characters beyond ASCII whose upper case has letters of A-Z, in the order of their bytes.
struct Special {
  std::string_view character;
  std::string_view upper;  // a space: what other characters become
};
constexpr auto specials = std::to_array<Special>({
    {"\u00DF", "SS"},
    {"\u0131", "I"},
    {"\u0149", " N"},
    {"\u017F", "S"},
    {"\u01F0", "J "},
    {"\u1E96", "H "},
    {"\u1E97", "T "},
    {"\u1E98", "W "},
    {"\u1E99", "Y "},
    {"\u1E9A", "A "},
    {"\uFB00", "FF"},
    {"\uFB01", "FI"},
    {"\uFB02", "FL"},
    {"\uFB03", "FFI"},
    {"\uFB04", "FFL"},
    {"\uFB05", "ST"},
    {"\uFB06", "ST"},
});

// The character that ASCII byte `c` becomes; a space for what is not kept.
constexpr std::array<char, 128> make_kept() {
  std::array<char, 128> kept{};
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const char c = static_cast<char>(i);
    const bool stays =
        (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '&' || c == '-';
    kept[i] = stays ? c : ' ';
    if (c >= 'a' && c <= 'z') kept[i] = static_cast<char>(c - 'a' + 'A');
  }
  return kept;
}
constexpr std::array<char, 128> kept = make_kept();

// Appends characters so that runs of spaces become one, and none stands in front.
class Spaced {
 public:
  explicit Spaced(std::string& out) : out_(out), begin_(out.size()) {}

  void add(char c) {
    if (c == ' ') {
      waiting_ = out_.size() != begin_;
      return;
    }
    if (waiting_) out_ += ' ';
    waiting_ = false;
    out_ += c;
  }

 private:
  std::string& out_;
  std::size_t begin_;
  bool waiting_ = false;  // a space, should more come
};

std::string_view upper_of(std::string_view character) {
  const auto* at = std::ranges::find(specials, character, &Special::character);
  return at == specials.end() ? " " : at->upper;
}

using Words = std::vector<std::string_view>;

Words split_words(std::string_view text) {
  Words words;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_with_digit(std::string_view word) { return !word.empty() && is_digit(word.front()); }

bool is_ordinal(std::string_view word) {
  const std::size_t digits = std::min(word.find_first_not_of("0123456789"), word.size());
  const std::string_view rest = word.substr(digits);
  return digits != 0 && (rest == "ST" || rest == "ND" || rest == "RD" || rest == "TH");
}

bool is_house_number(std::string_view word) { return begins_with_digit(word) && !is_ordinal(word); }

bool is_fraction(std::string_view word) {
  return word.size() == 3 && is_digit(word[0]) && word[1] == '/' && is_digit(word[2]);
}

// How many of `words` are the house number, which is put into `number`.
std::size_t take_house_number(const Words& words, std::string& number) {
  if (words.empty() || !is_house_number(words[0])) return 0;
  number = words[0];
  std::size_t taken = 1;
  const auto number_follows = [&] {
    return taken + 1 < words.size() && is_house_number(words[taken + 1]);
  };
  const bool joins = number_follows() && (words[taken] == "-" || words[taken] == "/");
  if (joins) {
    number.append(words[taken]).append(words[taken + 1]);
    taken += 2;
  } else if (taken < words.size() && is_fraction(words[taken])) {
    number.append(" ").append(words[taken++]);
  }
  while (number_follows() && words[taken] == "&") taken += 2;
  return taken;
}

// Without what tells a part of the building.
Words without_unit(Words words) {
  constexpr auto units =
      std::to_array<std::string_view>({"APT", "APARTMENT", "UNIT", "STE", "SUITE", "RM", "ROOM",
                                       "FL", "FLOOR", "BSMT", "BASEMENT"});
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (std::ranges::find(units, words[i]) == units.end()) continue;
    const bool is_floor = words[i].starts_with("FL");
    words.resize(is_floor && i > 1 && is_ordinal(words[i - 1]) ? i - 1 : i);
    break;
  }
  return words;
}

}  // namespace

void append_normalized(std::string_view text, std::string& out) {
  Spaced spaced(out);
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 128) {
      spaced.add(kept[byte]);
      ++i;
      continue;
    }
    const i64 bytes = std::max<i64>(utf8_character_bytes(text.substr(i)), 1);
    for (const char c : upper_of(text.substr(i, static_cast<std::size_t>(bytes)))) spaced.add(c);
    i += static_cast<std::size_t>(bytes);
  }
}

std::string_view postal_prefix(std::string_view postal_code) {
  const std::string_view code = trim(postal_code);
  std::size_t end = 0;
  for (std::size_t count = 0; count < postal_code_characters && end < code.size(); ++count)
    end += static_cast<std::size_t>(std::max<i64>(utf8_character_bytes(code.substr(end)), 1));
  return code.substr(0, end);
}

void make_lookup_key(const Address& address, std::string& key) {
  key.clear();
  append_normalized(address.street, key);
  key += '|';
  append_normalized(address.city, key);
  key += '|';
  key += postal_prefix(address.postal_code);
}

StreetParts split_street(std::string_view street) {
  std::string normalized;
  append_normalized(street.substr(0, street.find('#')), normalized);
  if (normalized.empty()) append_normalized(street, normalized);
  StreetParts parts;
  Words words = split_words(normalized);
  const std::size_t taken = take_house_number(words, parts.house_number);
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(taken));
  for (const std::string_view word : without_unit(std::move(words)))
    parts.street_name.append(parts.street_name.empty() ? "" : " ").append(word);
  return parts;
}

}  // namespace weir::courts
