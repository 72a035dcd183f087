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
// Any other type is a job's own: a NamedComputed in a ComputedRegistry.
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
#include <vector>

#include "weir/base/result.h"
#include "weir/extract/declaration.h"
#include "weir/extract/registry.h"
#include "weir/extract/value.h"

namespace weir::extract {

// The values that a computed type sees of child tables: for each table, of each row its key.
using ChildKeys = std::span<const std::vector<Value>>;

class Computed {
 public:
  virtual ~Computed() = default;
  // `row` has a value for each field that the computed field was made for. Its texts then borrow
  // from the row or from `scratch`.
  virtual void apply(std::span<Value> row, Scratch& scratch) const = 0;
  // The same in the record's own row, of which `children` are the child tables.
  virtual void apply_to_record(std::span<Value> row, ChildKeys, Scratch& scratch) const {
    apply(row, scratch);
  }
};

struct ComputedField {
  std::string name;
  Type type;
};

// What a computed field may name.
struct ComputedScope {
  std::span<const ComputedField> row;  // the fields in their order
  // Child tables of the record, as in ChildKeys, each with the type of the one field of its key;
  // only in the record's own row.
  std::span<const ComputedField> tables = {};
  std::string_view source = {};  // what {_source} gives
  std::string folder = {};       // the file of a Lookup is relative to it
};

// A computed type that a job brings: it makes the values of `into` from those of `of`, which are so
// many fields of these types, and behind them child tables of the record.
struct NamedComputed {
  struct Input {
    std::span<const Value> of;
    std::span<const std::vector<Value>* const> tables;  // of each row its key
  };
  // Sets those of `into`, which are null, that it has a value for; a field that has a value already
  // keeps it. Texts borrow from `input` or `scratch`.
  void (*compute)(const Input& input, std::span<Value> into, Scratch& scratch) = nullptr;
  std::vector<TypeKind> of = {};
  std::vector<TypeKind> tables = {};  // of the one field of their key
  std::vector<TypeKind> into = {};
};

using ComputedRegistry = Registry<NamedComputed>;

// A list of TemplateList that would take more bytes stays null.
inline constexpr i64 max_template_list_bytes = 16 * MiB;
inline constexpr i64 max_lookup_file_bytes = 64 * MiB;

// Errors: declaration  a name, type, template or pattern that does not fit; a table file that is
//         not there or is not as above.
Result<std::unique_ptr<const Computed>> make_computed(const ComputedDecl& declared,
                                                      const ComputedScope& scope,
                                                      const ComputedRegistry& registry);

}  // namespace weir::extract
