// Coercion: from the text of a feed to a value of the declared type.
//
// The rules are those of docs/guide/declaration.md, "Coercion"; decimal arithmetic never passes
// through binary floating point. A Coercer is compiled once from a field's type and options and
// runs per value without lookups of names.
//
// Threads: a Coercer is immutable; each thread has its own Scratch.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/extract/declaration.h"
#include "weir/extract/registry.h"
#include "weir/extract/value.h"

namespace weir::extract {

struct CoerceSpec {
  Type type;
  CoerceOptions options;                     // of entity and source, already merged
  std::vector<std::string> null_tokens{""};  // unless the options say others
  bool strict = false;                       // unless the options say otherwise
  std::optional<double> min, max;
  bool clamp = false;             // what is below min or above max becomes it
  bool split_by_default = false;  // a text for list<string> is split at "," (JSON and CSV, not XML)
};

enum class CoerceStatus : u8 { ok, null, bad, out_of_range };

class Coercer {
 public:
  virtual ~Coercer() = default;
  // `out` is set where the status is ok (out.null is then false). The texts of `out` borrow from
  // `raw` or `scratch`.
  virtual CoerceStatus coerce(const RawValue& raw, Value& out, Scratch& scratch) const = 0;
  // Why `raw` was not taken, for a reject: `"2026-13-01" is not a date`. Slow; may be called for
  // any value.
  virtual std::string explain(const RawValue& raw) const = 0;
};

// A coercer that a job brings: it makes of a text (trimmed, no null token) the text that is then
// read as the field's type. `out` may borrow from `text` or `scratch`; null and bad are as above.
struct NamedCoercer {
  CoerceStatus (*rewrite)(std::string_view text, std::string_view& out, Scratch& scratch) = nullptr;
  std::string what;    // for messages: "a language"
  bool clamp = false;  // numbers: as in CoerceSpec
};

// The coercers that declarations may name beside the built-in ones.
using CoercerRegistry = Registry<NamedCoercer>;

// Errors: declaration  the options do not fit the type, a pattern, unit or coercer is not known.
Result<std::unique_ptr<const Coercer>> make_coercer(const CoerceSpec& spec,
                                                    const CoercerRegistry& registry);

}  // namespace weir::extract
