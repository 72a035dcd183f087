#include "weir/extract/coerce_vin.h"

#include <array>

namespace weir::extract {

namespace {

constexpr i64 vin_length = 17;
constexpr i64 check_position = 8;

// What a character counts in the sum; -1: it cannot stand in a number.
constexpr std::array<i8, 256> make_values() {
  std::array<i8, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < 10; ++i) values['0' + i] = static_cast<i8>(i);
  constexpr std::string_view letters = "ABCDEFGHJKLMNPRSTUVWXYZ";
  constexpr std::string_view counts = "12345678123457923456789";
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const i8 value = static_cast<i8>(counts[i] - '0');
    values[static_cast<u8>(letters[i])] = value;
    values[static_cast<u8>(letters[i] + ('a' - 'A'))] = value;
  }
  return values;
}
constexpr std::array<i8, 256> values = make_values();
constexpr std::array<i8, vin_length> weights = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

}  // namespace

CoerceStatus Vin::operator()(std::string_view text, std::string_view& out, Scratch& scratch) const {
  std::array<char, vin_length> number;
  std::size_t length = 0;
  i32 sum = 0;
  bool is_changed = false;
  for (const char c : text) {
    const i8 value = values[static_cast<u8>(c)];
    if (c == ' ' || c == '-') {
      is_changed = true;
      continue;
    }
    if (value < 0 || length == number.size()) return CoerceStatus::bad;
    sum += value * weights[length];
    is_changed = is_changed || is_lower(c);
    number[length++] = is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c;
  }
  if (length != number.size()) return CoerceStatus::bad;
  const char check = sum % 11 == 10 ? 'X' : static_cast<char>('0' + sum % 11);
  if (checks_digit && number[check_position] != check) return CoerceStatus::bad;
  out = is_changed ? scratch.copy({number.data(), number.size()}) : text;
  return CoerceStatus::ok;
}

std::string Vin::what() const {
  return checks_digit ? "a vehicle identification number with its check digit"
                      : "a vehicle identification number";
}

}  // namespace weir::extract
