// What the computed fields share: fields by name, and texts stored into a field of any type.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/extract/coerce.h"
#include "weir/extract/computed.h"
#include "weir/extract/value_text.h"

namespace weir::extract {

using ComputedResult = Result<std::unique_ptr<const Computed>>;

// The computed field that is made, and what it may name.
struct ComputedContext {
  const ComputedDecl& declared;
  const ComputedScope& scope;

  Error error(std::string_view message) const;
  // Errors: declaration  no field is called so.
  Result<std::size_t> field(const std::string& name) const;
  // The one name of `of` or `into`. Errors: declaration  none, several, unknown.
  Result<std::size_t> single(const std::vector<std::string>& names, std::string_view key) const;
  Type type(std::size_t field) const { return scope.row[field].type; }
};

// A field whose values are taken as texts.
struct TextSource {
  std::size_t field = 0;
  Type type;

  // Errors: declaration  values of its type have no text.
  static Result<TextSource> make(const ComputedContext& context, std::size_t field);
  // The value is not null.
  std::string_view text(std::span<const Value> row, Scratch& scratch) const {
    return text_of(type, row[field], scratch);
  }
};

// The target of a computed field that gives texts.
class TextTarget {
 public:
  static Result<TextTarget> make(const ComputedContext& context);

  bool is_null(std::span<const Value> row) const { return row[field_].null; }
  // Reads `text` as the field's type; it stays null where that cannot be.
  void store(std::span<Value> row, std::string_view text, Scratch& scratch) const;

 private:
  std::size_t field_ = 0;
  std::shared_ptr<const Coercer> coercer_;
};

ComputedResult make_template(const ComputedContext& context);
ComputedResult make_template_list(const ComputedContext& context);
ComputedResult make_match(const ComputedContext& context);
ComputedResult make_replace(const ComputedContext& context);
ComputedResult make_lookup(const ComputedContext& context);
ComputedResult make_named(const ComputedContext& context, const NamedComputed& named);

}  // namespace weir::extract
