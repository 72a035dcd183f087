#include "weir/extract/coerce_money.h"

#include "weir/base/bytes.h"
#include "weir/extract/coerce_text.h"

namespace weir::extract {

namespace {

bool is_letter(char c) {
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'z';
}

// The bytes of the currency that `text` begins with; 0: none.
std::size_t currency_bytes(std::string_view text) {
  if (text.empty()) return 0;
  if (text.front() == '$') return 1;
  if (text.starts_with("\u00A3") || text.starts_with("\u00A5")) return 2;
  if (text.starts_with("\xE2\x82") && text.size() >= 3 && static_cast<u8>(text[2]) >= 0xA0)
    return 3;
  if (text.starts_with("\xE2\x83") && text.size() >= 3 && static_cast<u8>(text[2]) <= 0x8F)
    return 3;
  const bool is_code = text.size() >= 3 && is_letter(text[0]) && is_letter(text[1]) &&
                       is_letter(text[2]) && (text.size() == 3 || !is_letter(text[3]));
  return is_code ? 3 : 0;
}

bool take_sign(std::string_view& text, bool& negative) {
  if (text.empty() || (text.front() != '-' && text.front() != '+')) return false;
  negative = text.front() == '-';
  text.remove_prefix(1);
  return true;
}

bool take_currency(std::string_view& text) {
  const std::size_t bytes = currency_bytes(text);
  if (bytes == 0) return false;
  text = trimmed(text.substr(bytes));
  return true;
}

bool begins_with_sign(std::string_view text) {
  return !text.empty() && (text.front() == '-' || text.front() == '+');
}

std::optional<Number> parse_unsigned(std::string_view text, NumberForm form, bool has_currency) {
  if (begins_with_sign(text)) return {};
  auto number = take_number(text, form);
  if (!number) return {};
  if (text.empty()) return number;
  text = trimmed(text);
  if (has_currency || !take_currency(text) || !text.empty()) return {};
  return number;
}

}  // namespace

std::optional<Number> parse_money(std::string_view text, NumberForm form) {
  bool negative = false;
  const bool in_parentheses = text.size() >= 2 && text.front() == '(' && text.back() == ')';
  if (in_parentheses) text = trimmed(text.substr(1, text.size() - 2));
  bool has_sign = take_sign(text, negative);
  const bool has_currency = take_currency(text);
  if (has_currency && !has_sign) has_sign = take_sign(text, negative);
  if (in_parentheses && has_sign) return {};
  auto number = parse_unsigned(text, form, has_currency);
  if (number) number->negative = negative || in_parentheses;
  return number;
}

}  // namespace weir::extract
