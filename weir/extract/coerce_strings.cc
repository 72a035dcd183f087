// Coercers that give a text: string with upper, lower, digits, vin, enum, percent, and those that
// jobs register. Where the field has another type, their text is then read as that (coerce.cc).
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "weir/extract/coerce_enum.h"
#include "weir/extract/coerce_rules.h"
#include "weir/extract/coerce_vin.h"

namespace weir::extract {

namespace {

struct AsWritten {
  CoerceStatus operator()(std::string_view text, std::string_view& out, Scratch&) const {
    out = text;
    return CoerceStatus::ok;
  }
  std::string what() const { return "a text"; }
};

// Every byte through `Map`; the text itself where nothing changes.
template <char (*Map)(char)>
struct Mapped {
  CoerceStatus operator()(std::string_view text, std::string_view& out, Scratch& scratch) const {
    const auto first = std::ranges::find_if(text, [](char c) { return Map(c) != c; });
    out = text;
    if (first == text.end()) return CoerceStatus::ok;
    char* const begin = scratch.allocate(static_cast<i64>(text.size()));
    std::ranges::transform(text, begin, Map);
    out = {begin, text.size()};
    return CoerceStatus::ok;
  }
  std::string what() const { return "a text"; }
};

char ascii_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

struct Digits {
  CoerceStatus operator()(std::string_view text, std::string_view& out, Scratch& scratch) const {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    out = text;
    if (std::ranges::all_of(text, is_digit)) return CoerceStatus::ok;
    char* const begin = scratch.allocate(static_cast<i64>(text.size()));
    char* const end = std::ranges::copy_if(text, begin, is_digit).out;
    out = {begin, static_cast<std::size_t>(end - begin)};
    return out.empty() ? CoerceStatus::null : CoerceStatus::ok;
  }
  std::string what() const { return "a text"; }
};

// The number without its percent sign.
struct Percent {
  CoerceStatus operator()(std::string_view text, std::string_view& out, Scratch&) const {
    out = text.ends_with('%') ? trimmed(text.substr(0, text.size() - 1)) : text;
    return out.empty() ? CoerceStatus::bad : CoerceStatus::ok;
  }
  std::string what() const { return "a percentage"; }
};

struct Registered {
  NamedCoercer coercer;

  CoerceStatus operator()(std::string_view text, std::string_view& out, Scratch& scratch) const {
    return coercer.rewrite(text, out, scratch);
  }
  std::string what() const { return coercer.what; }
};

// The bytes of the first `count` characters of `text`. UTF-8 continuation bytes begin none.
std::string_view first_characters(std::string_view text, i64 count) {
  i64 characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<u8>(text[i]) & 0xC0) != 0x80;
    if (begins && characters++ == count) return text.substr(0, i);
  }
  return text;
}

template <typename Rewrite>
class StringRule {
 public:
  StringRule(Rewrite rewrite, const CoerceSpec& spec, bool trims)
      : rewrite_(std::move(rewrite)),
        max_chars_(spec.options.max_chars.value_or(std::numeric_limits<i64>::max())),
        trims_(trims) {}

  CoerceStatus read(std::string_view text, Value& out, Scratch& scratch) const {
    const CoerceStatus status = rewrite_(text, out.text, scratch);
    if (status != CoerceStatus::ok) return status;
    out.null = false;
    if (static_cast<i64>(out.text.size()) > max_chars_) [[unlikely]]
      cut(out);
    return CoerceStatus::ok;
  }
  std::string what() const { return rewrite_.what(); }

 private:
  void cut(Value& out) const {
    out.text = first_characters(out.text, max_chars_);
    if (trims_) out.text = trimmed(out.text);
  }

  Rewrite rewrite_;
  i64 max_chars_;
  bool trims_;
};

template <typename Rewrite>
CoercerResult make_string(const CoerceSpec& spec, Rewrite rewrite, bool trims = true) {
  WEIR_ASSIGN(TextRules text_rules, TextRules::make(spec, trims));
  StringRule<Rewrite> rule(std::move(rewrite), spec, trims);
  return std::unique_ptr<const Coercer>(
      std::make_unique<RuleCoercer<StringRule<Rewrite>>>(std::move(text_rules), std::move(rule)));
}

}  // namespace

CoercerResult make_string_coercer(const CoerceSpec& spec, const CoercerRegistry& registry) {
  const bool trims = spec.options.trim.value_or(true);
  if (!spec.options.coerce) return make_string(spec, AsWritten{}, trims);
  const std::string& name = *spec.options.coerce;
  if (name == "upper") return make_string(spec, Mapped<ascii_upper>{}, trims);
  if (name == "lower") return make_string(spec, Mapped<ascii_lower>{}, trims);
  if (name == "digits") return make_string(spec, Digits{});
  if (name == "vin") return make_string(spec, Vin{spec.options.check_digit.value_or(true)});
  if (name == "percent") return make_string(spec, Percent{});
  if (name == "enum") {
    WEIR_ASSIGN(EnumTable table, EnumTable::make(spec.options.values));
    return make_string(spec, std::move(table));
  }
  const NamedCoercer* registered = registry.find(name);
  if (registered == nullptr) return option_error(fmt::format("no coercer is called \"{}\"", name));
  return make_string(spec, Registered{*registered});
}

}  // namespace weir::extract
