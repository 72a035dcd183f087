// Computed fields: values made of other values of a row, after coercion and only where the target
// is null.
//
//   Template      into, template     the template with each {field} and {_source} put in
//   TemplateList  into, template, count   a list: the template for {n} = 1 to the value of `count`
//   Count         into, of           how many items the list `of` has
//   Match         into, of, pattern  what the pattern's one group finds in `of`
//   Replace       into, of, pattern, with   `of` with every match replaced; \1 to \9 are groups
//   Lookup        into, of, table    what the table has for `of`: inline, or a CSV file with a row
//   of
//                                    names and two columns, the first of which is what is looked up
//   Point         into, of = [x, y]  a point, longitude first
//
// A value stands in a text in its canonical form (weir/extract/value_text.h); what comes out is
// read as the type of the target, and trimmed. Where a field is null, or nothing comes out that the
// target can hold, the target stays null. Texts that are looked up must be equal byte by byte.
//
// Threads: immutable once made; each thread has its own Scratch.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "weir/base/result.h"
#include "weir/extract/declaration.h"
#include "weir/extract/value.h"

namespace weir::extract {

class Computed {
 public:
  virtual ~Computed() = default;
  // `row` has a value for each field that the computed field was made for. Its texts then borrow
  // from the row or from `scratch`.
  virtual void apply(std::span<Value> row, Scratch& scratch) const = 0;
};

struct ComputedField {
  std::string name;
  Type type;
};

// A list of TemplateList that would take more bytes stays null.
inline constexpr i64 max_template_list_bytes = 16 * MiB;
inline constexpr i64 max_lookup_file_bytes = 64 * MiB;

// `row` are the fields in their order, `source` is what {_source} gives; the file of a Lookup is
// relative to `folder`.
// Errors: declaration  a name, type, template or pattern that does not fit; a table file that is
//         not there or is not as above.
Result<std::unique_ptr<const Computed>> make_computed(const ComputedDecl& declared,
                                                      std::span<const ComputedField> row,
                                                      std::string_view source,
                                                      const std::string& folder);

}  // namespace weir::extract
