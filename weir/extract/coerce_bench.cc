// Coercion, a value an iteration, for each kind of value in the manner of a vehicle feed; beside
// std::from_chars, which reads plain numbers only. Results are compared before times are taken.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <charconv>
#include <string>
#include <vector>

#include "weir/extract/canonical_json.h"
#include "weir/extract/coerce.h"

namespace weir::extract {
namespace {

constexpr i64 value_count = 1000;  // so that {:03} has three digits

std::vector<std::string> texts_of(fmt::string_view pattern) {
  std::vector<std::string> texts;
  for (i64 i = 0; i < value_count; ++i)
    texts.push_back(fmt::vformat(pattern, fmt::make_format_args(i)));
  return texts;
}

CoerceSpec spec_of(Type type, CoerceOptions options = {}) {
  CoerceSpec spec{.type = type, .options = std::move(options)};
  spec.null_tokens = {"", "n/a", "na", "null", "none", "-", "--"};
  return spec;
}

void run(benchmark::State& state, const CoerceSpec& spec, const std::vector<std::string>& texts,
         RawKind kind = RawKind::text) {
  const auto coercer = make_coercer(spec, CoercerRegistry());
  if (!coercer) return state.SkipWithError(coercer.error().message().c_str());
  Scratch scratch;
  Value value;
  std::size_t at = 0;
  for (auto _ : state) {
    const RawValue raw{.kind = kind, .text = texts[at], .items = {}};
    if ((*coercer)->coerce(raw, value, scratch) != CoerceStatus::ok)
      return state.SkipWithError(texts[at].c_str());
    benchmark::DoNotOptimize(value);
    if (++at == texts.size()) {
      at = 0;
      scratch.clear();
    }
  }
  state.SetItemsProcessed(state.iterations());
}

constexpr Type string_type{TypeKind::string};
constexpr Type money_type{TypeKind::decimal, 12, 2};

void BM_String(benchmark::State& state) { run(state, spec_of(string_type), texts_of("model {}")); }
void BM_StringTrimmed(benchmark::State& state) {
  run(state, spec_of(string_type), texts_of("  model {} "));
}
void BM_Upper(benchmark::State& state) {
  run(state, spec_of(string_type, {.coerce = "upper"}), texts_of("ny {}"));
}
void BM_Enum(benchmark::State& state) {
  run(state,
      spec_of(string_type,
              {.coerce = "enum",
               .values = {{"AVL", "available"}, {"RSV", "reserved"}, {"SLD", "sold"}}}),
      std::vector<std::string>{"AVL", "rsv", "Sold"});
}
void BM_Int32(benchmark::State& state) {
  run(state, spec_of({TypeKind::int32}), texts_of("2{:03}"), RawKind::number);
}
void BM_Float64(benchmark::State& state) {
  run(state, spec_of({TypeKind::float64}), texts_of("-89.{:04}"), RawKind::number);
}
void BM_Decimal(benchmark::State& state) {
  run(state, spec_of(money_type), texts_of("45{:03}.25"));
}
void BM_Money(benchmark::State& state) {
  run(state, spec_of(money_type, {.coerce = "money"}), texts_of("$45,{:03}.00"));
}
void BM_Unit(benchmark::State& state) {
  run(state, spec_of({TypeKind::float64}, {.coerce = "unit", .unit = "km", .round = 1}),
      texts_of("12,{:03} mi"));
}
void BM_Bool(benchmark::State& state) {
  run(state, spec_of({TypeKind::boolean}), {"true", "N", "yes", "0"});
}
void BM_Date(benchmark::State& state) {
  run(state, spec_of({TypeKind::date}), {"2026-03-14", "1999-12-31", "2024-02-29"});
}
void BM_DateOrdered(benchmark::State& state) {
  run(state, spec_of({TypeKind::date}, {.format = "mdy"}), {"03/14/2026", "3/1/26"});
}
void BM_Timestamp(benchmark::State& state) {
  run(state, spec_of({TypeKind::timestamp}), {"2026-03-14T10:22:33-05:00"});
}
void BM_List(benchmark::State& state) {
  run(state, spec_of({TypeKind::list}, {.separator = "|"}), texts_of("AB{}|CD|EF|GH"));
}
void BM_Json(benchmark::State& state) {
  run(state, spec_of({TypeKind::json}), texts_of(R"({{"a":"{} cu ft","b":[1,2.5]}})"),
      RawKind::json);
}
void BM_JsonOutOfOrder(benchmark::State& state) {
  run(state, spec_of({TypeKind::json}), texts_of(R"({{"b": "{} ft3", "a": 300.0}})"),
      RawKind::json);
}
BENCHMARK(BM_String);
BENCHMARK(BM_StringTrimmed);
BENCHMARK(BM_Upper);
BENCHMARK(BM_Enum);
BENCHMARK(BM_Int32);
BENCHMARK(BM_Float64);
BENCHMARK(BM_Decimal);
BENCHMARK(BM_Money);
BENCHMARK(BM_Unit);
BENCHMARK(BM_Bool);
BENCHMARK(BM_Date);
BENCHMARK(BM_DateOrdered);
BENCHMARK(BM_Timestamp);
BENCHMARK(BM_List);
BENCHMARK(BM_Json);
BENCHMARK(BM_JsonOutOfOrder);

// The peer of BM_Int32 and BM_Float64.
template <typename Number>
void run_from_chars(benchmark::State& state, TypeKind kind, fmt::string_view pattern) {
  const std::vector<std::string> texts = texts_of(pattern);
  const auto coercer = make_coercer(spec_of({kind}), CoercerRegistry());
  Scratch scratch;
  Number number{};
  for (const std::string& text : texts) {
    Value value;
    std::from_chars(text.data(), text.data() + text.size(), number);
    (*coercer)->coerce({.kind = RawKind::number, .text = text, .items = {}}, value, scratch);
    const bool equal = kind == TypeKind::int32 ? value.integer == static_cast<i64>(number)
                                               : value.real == static_cast<double>(number);
    if (!equal) return state.SkipWithError(text.c_str());
  }
  std::size_t at = 0;
  for (auto _ : state) {
    const std::string& text = texts[at];
    std::from_chars(text.data(), text.data() + text.size(), number);
    benchmark::DoNotOptimize(number);
    if (++at == texts.size()) at = 0;
  }
  state.SetItemsProcessed(state.iterations());
}
void BM_FromCharsInt32(benchmark::State& state) {
  run_from_chars<i32>(state, TypeKind::int32, "2{:03}");
}
void BM_FromCharsFloat64(benchmark::State& state) {
  run_from_chars<double>(state, TypeKind::float64, "-89.{:04}");
}
BENCHMARK(BM_FromCharsInt32);
BENCHMARK(BM_FromCharsFloat64);

}  // namespace
}  // namespace weir::extract
