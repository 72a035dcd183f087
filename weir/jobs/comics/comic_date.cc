#include <fmt/format.h>

#include <algorithm>

#include "weir/jobs/comics/computed_types.h"

namespace weir::comics {

namespace {

using extract::NamedComputed;
using extract::Value;

i64 days_of(i64 year, i64 month) {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

void compute(const NamedComputed::Input& input, std::span<Value> into, extract::Scratch& scratch) {
  if (input.of[0].null) return;
  const i64 year = input.of[0].integer;
  const auto part = [&](std::size_t at, i64 most) {
    return input.of[at].null ? 1 : std::clamp<i64>(input.of[at].integer, 1, most);
  };
  const i64 month = part(1, 12);
  const i64 day = part(2, days_of(year, month));
  into[0].null = false;
  into[0].text = scratch.copy(fmt::format("{:04}-{:02}-{:02}", year, month, day));
  into[1].null = false;
  into[1].integer = year - year % 10;
}

}  // namespace

NamedComputed comic_date() {
  return {.compute = compute,
          .of = {TypeKind::int32, TypeKind::int32, TypeKind::int32},
          .into = {TypeKind::string, TypeKind::int32}};
}

}  // namespace weir::comics
