// Coercers of date, timestamp and datetime.
#include <fmt/format.h>

#include "weir/base/time.h"
#include "weir/extract/coerce_rules.h"
#include "weir/extract/coerce_time.h"

namespace weir::extract {

namespace {

CoerceStatus store(i64 value, Value& out) {
  out.null = false;
  out.integer = value;
  return CoerceStatus::ok;
}

struct DateRule {
  CoerceStatus read(std::string_view text, Value& out, Scratch&) const {
    const auto days = parse_date(text);
    return days ? store(*days, out) : CoerceStatus::bad;
  }
  std::string what() const { return "a date"; }
};

struct StrictDateRule {
  CoerceStatus read(std::string_view text, Value& out, Scratch&) const {
    const auto days = parse_iso_date(text);
    return days ? store(*days, out) : CoerceStatus::bad;
  }
  std::string what() const { return "a date as 2026-03-14"; }
};

struct OrderedDateRule {
  DateOrder order;

  CoerceStatus read(std::string_view text, Value& out, Scratch&) const {
    const auto days = parse_ordered_date(text, order);
    return days ? store(*days, out) : CoerceStatus::bad;
  }
  std::string what() const {
    return order == DateOrder::mdy ? "a date as month/day/year" : "a date as day.month.year";
  }
};

// A timestamp is a point in time, a datetime what was written.
template <bool is_timestamp>
struct TimeRule {
  CoerceStatus read(std::string_view text, Value& out, Scratch&) const {
    const auto time = parse_time(text);
    if (!time) return CoerceStatus::bad;
    if (!is_timestamp) return store(time->local_us, out);
    const i64 utc_us = time->local_us - time->offset_us;
    return is_valid_time(utc_us) ? store(utc_us, out) : CoerceStatus::bad;
  }
  std::string what() const { return "a date and time"; }
};

struct StrictTimeRule {
  CoerceStatus read(std::string_view text, Value& out, Scratch&) const {
    const auto time = parse_iso_datetime(text);
    return time ? store(*time, out) : CoerceStatus::bad;
  }
  std::string what() const { return "a time as 2026-03-14T10:22:33"; }
};

struct EpochRule {
  i64 scale;

  CoerceStatus read(std::string_view text, Value& out, Scratch&) const {
    const auto time = parse_epoch(text, scale);
    return time ? store(*time, out) : CoerceStatus::bad;
  }
  std::string what() const {
    return scale == 6 ? "a number of seconds since 1970" : "a number of milliseconds since 1970";
  }
};

Error format_error(const std::string& format, std::string_view known) {
  return option_error(
      fmt::format("format = \"{}\" is not known here; there are {}", format, known));
}

CoercerResult make_date_coercer(const CoerceSpec& spec, bool is_strict) {
  if (spec.options.format) {
    const std::string& format = *spec.options.format;
    if (format == "mdy") return make_rule_coercer(spec, OrderedDateRule{DateOrder::mdy});
    if (format == "dmy") return make_rule_coercer(spec, OrderedDateRule{DateOrder::dmy});
    return format_error(format, "\"mdy\" and \"dmy\"");
  }
  if (is_strict) return make_rule_coercer(spec, StrictDateRule{});
  return make_rule_coercer(spec, DateRule{});
}

}  // namespace

CoercerResult make_time_coercer(const CoerceSpec& spec) {
  const bool is_strict = spec.options.strict.value_or(spec.strict);
  if (spec.type.kind == TypeKind::date) return make_date_coercer(spec, is_strict);
  if (spec.options.format) {
    const std::string& format = *spec.options.format;
    if (format == "epoch_ms") return make_rule_coercer(spec, EpochRule{3});
    if (format == "epoch_s") return make_rule_coercer(spec, EpochRule{6});
    return format_error(format, "\"epoch_ms\" and \"epoch_s\"");
  }
  if (is_strict) return make_rule_coercer(spec, StrictTimeRule{});
  if (spec.type.kind == TypeKind::timestamp) return make_rule_coercer(spec, TimeRule<true>{});
  return make_rule_coercer(spec, TimeRule<false>{});
}

}  // namespace weir::extract
