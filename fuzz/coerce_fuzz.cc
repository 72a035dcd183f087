// Coercion: the first byte picks a type and its options, the rest is the value. Whatever comes, it
// ends; valid UTF-8 stays valid; numbers keep within min and max; canonical JSON is its own
// canonical form; what is bad can be explained.
#include <cmath>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/extract/canonical_json.h"
#include "weir/extract/coerce.h"

namespace {

using namespace weir;
using namespace weir::extract;

constexpr double least = -1000;
constexpr double greatest = 100'000;

CoerceSpec bounded(Type type, CoerceOptions options = {}) {
  CoerceSpec spec{.type = type, .options = std::move(options)};
  spec.min = least;
  spec.max = greatest;
  return spec;
}

std::vector<CoerceSpec> all_specs() {
  using enum TypeKind;
  const Type money{decimal, 12, 2};
  std::vector<CoerceSpec> specs = {
      {.type = {string}},
      {.type = {string}, .options = {.trim = false, .max_chars = 3}},
      {.type = {string}, .options = {.coerce = "upper"}},
      {.type = {string}, .options = {.coerce = "lower", .pattern = "a(.*)"}},
      {.type = {string}, .options = {.coerce = "digits"}},
      {.type = {string}, .options = {.coerce = "vin"}},
      {.type = {boolean}, .options = {.coerce = "enum", .values = {{"Yes", "true"}, {"é", "no"}}}},
      {.type = {boolean}},
      {.type = {boolean}, .options = {.strict = true}},
      bounded({int32}),
      bounded({int64}, {.strict = true}),
      bounded({float32}),
      bounded({float64}, {.coerce = "percent", .decimal = ","}),
      bounded({float64}, {.coerce = "unit", .unit = "km", .assume = "mi", .round = 1}),
      bounded({int32}, {.coerce = "unit", .unit = "hp"}),
      bounded(money),
      bounded(money, {.coerce = "money"}),
      bounded(money, {.coerce = "money", .decimal = ","}),
      bounded(money, {.coerce = "money", .minor_units = true}),
      bounded({decimal, 38, 20}, {.strict = true}),
      {.type = {date}},
      {.type = {date}, .options = {.format = "mdy"}},
      {.type = {date}, .options = {.format = "dmy"}},
      {.type = {timestamp}},
      {.type = {timestamp}, .options = {.format = "epoch_ms"}},
      {.type = {datetime}, .options = {.strict = true}},
      {.type = {list},
       .options = {.separator = ",;·", .null_items = true},
       .split_by_default = true},
      {.type = {list}, .options = {.max_chars = 2}, .split_by_default = true},
      {.type = {json}},
      {.type = {point}},
  };
  CoerceSpec clamped = bounded({int32});
  clamped.clamp = true;
  specs.push_back(clamped);
  return specs;
}

void require(bool holds) {
  if (!holds) __builtin_trap();
}

void check_number(const CoerceSpec& spec, const Value& value) {
  if (!spec.min) return;
  switch (spec.type.kind) {
    case TypeKind::int32:
    case TypeKind::int64:
      return require(value.integer >= -1000 && value.integer <= 100'000);
    case TypeKind::float32:
    case TypeKind::float64:
      return require(value.real >= least && value.real <= greatest);
    default: {
      i128 unit = 1;
      for (int i = 0; i < spec.type.scale; ++i) unit *= 10;
      return require(value.decimal >= -1000 * unit && value.decimal <= 100'000 * unit);
    }
  }
}

void check_texts(const CoerceSpec& spec, const Value& value) {
  if (is_text(spec.type) && spec.type.kind != TypeKind::point) require(is_valid_utf8(value.text));
  if (spec.type.kind == TypeKind::list) {
    require(!value.items.empty());
    for (const Value::Item& item : value.items) require(item.null || is_valid_utf8(item.text));
  }
  if (spec.type.kind != TypeKind::json) return;
  Scratch scratch;
  std::string_view again;
  require(canonical_json(value.text, scratch, again) && again == value.text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::vector<CoerceSpec> specs = all_specs();
  static const std::vector<std::unique_ptr<const Coercer>> coercers = [] {
    std::vector<std::unique_ptr<const Coercer>> made;
    for (const CoerceSpec& spec : specs)
      made.push_back(std::move(make_coercer(spec, CoercerRegistry())).value());
    return made;
  }();
  if (size == 0) return 0;
  const std::size_t pick = data[0] % specs.size();
  // A copy of exactly the value's bytes, so that a sanitizer sees each read beyond them.
  const std::vector<char> bytes(data + 1, data + size);
  const std::string_view text(bytes.data(), bytes.size());
  const bool is_json = specs[pick].type.kind == TypeKind::json;
  const RawValue raw{.kind = is_json ? RawKind::json : RawKind::text, .text = text, .items = {}};
  Scratch scratch;
  Value value;
  const CoerceStatus status = coercers[pick]->coerce(raw, value, scratch);
  if (status != CoerceStatus::ok) {
    if (status != CoerceStatus::null) require(!coercers[pick]->explain(raw).empty());
    return 0;
  }
  require(!value.null);
  check_number(specs[pick], value);
  if (is_valid_utf8(text)) check_texts(specs[pick], value);
  return 0;
}
