#include <algorithm>

#include "weir/extract/case_folding.h"
#include "weir/jobs/comics/computed_types.h"

namespace weir::comics {

namespace {

using extract::NamedComputed;
using extract::Value;

// The one of `names` that differs from `name` in case only, or null.
Value find(const std::vector<Value>& names, const Value& name, extract::Scratch& scratch) {
  auto there = std::ranges::find_if(
      names, [&](const Value& one) { return !one.null && one.text == name.text; });
  if (there != names.end()) return *there;
  const std::string_view wanted = extract::fold_case(name.text, scratch);
  there = std::ranges::find_if(names, [&](const Value& one) {
    return !one.null && extract::fold_case(one.text, scratch) == wanted;
  });
  return there == names.end() ? Value() : *there;
}

// A name of the comic's own is taken as the comic spells it.
void compute(const NamedComputed::Input& input, std::span<Value> into, extract::Scratch& scratch) {
  const Value& name = input.of[0];
  if (name.null) return;
  into[1] = find(*input.tables[0], name, scratch);
  if (!into[1].null) return;
  into[0] = find(*input.tables[1], name, scratch);
  if (into[0].null) into[0] = name;
}

}  // namespace

NamedComputed main_name() {
  return {.compute = compute,
          .of = {TypeKind::string},
          .tables = {TypeKind::string, TypeKind::string},
          .into = {TypeKind::string, TypeKind::string}};
}

}  // namespace weir::comics
