#include "weir/extract/computed.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "weir/base/bytes.h"
#include "weir/extract/computed_target.h"

namespace weir::extract {

namespace {

class Count final : public Computed {
 public:
  static ComputedResult make(const ComputedContext& context) {
    auto made = std::make_unique<Count>();
    WEIR_ASSIGN(made->into_, context.single(context.declared.into, "into"));
    WEIR_ASSIGN(made->of_, context.single(context.declared.of, "of"));
    const TypeKind into = context.type(made->into_).kind;
    if (into != TypeKind::int32 && into != TypeKind::int64)
      return context.error("\"into\" must be an int32 or int64");
    if (context.type(made->of_).kind != TypeKind::list)
      return context.error("\"of\" must be a list<string>");
    return std::unique_ptr<const Computed>(std::move(made));
  }

  void apply(std::span<Value> row, Scratch&) const override {
    Value& target = row[into_];
    if (!target.null || row[of_].null) return;
    target.null = false;
    target.integer = static_cast<i64>(row[of_].items.size());
  }

 private:
  std::size_t into_ = 0;
  std::size_t of_ = 0;
};

class Point final : public Computed {
 public:
  static ComputedResult make(const ComputedContext& context) {
    auto made = std::make_unique<Point>();
    WEIR_ASSIGN(made->into_, context.single(context.declared.into, "into"));
    if (context.type(made->into_).kind != TypeKind::point)
      return context.error("\"into\" must be a point");
    if (context.declared.of.size() != 2)
      return context.error("\"of\" takes two fields, longitude first");
    WEIR_ASSIGN(made->x_, context.field(context.declared.of[0]));
    WEIR_ASSIGN(made->y_, context.field(context.declared.of[1]));
    if (!is_float(context.type(made->x_)) || !is_float(context.type(made->y_)))
      return context.error("both fields of \"of\" must be a float32 or float64");
    return std::unique_ptr<const Computed>(std::move(made));
  }

  void apply(std::span<Value> row, Scratch& scratch) const override {
    Value& target = row[into_];
    if (!target.null || row[x_].null || row[y_].null) return;
    target.null = false;
    target.text = write_point(row[x_].real, row[y_].real, scratch);
  }

 private:
  static bool is_float(Type type) {
    return type.kind == TypeKind::float32 || type.kind == TypeKind::float64;
  }

  std::size_t into_ = 0;
  std::size_t x_ = 0;
  std::size_t y_ = 0;
};

}  // namespace

Error ComputedContext::error(std::string_view message) const {
  return Error(ErrorCode::declaration, fmt::format("computed {}: {}", declared.type, message));
}

Result<std::size_t> ComputedContext::field(const std::string& name) const {
  const auto there = std::ranges::find(scope.row, name, &ComputedField::name);
  if (there == scope.row.end()) return error(fmt::format("no field is called \"{}\"", name));
  return static_cast<std::size_t>(there - scope.row.begin());
}

Result<std::size_t> ComputedContext::single(const std::vector<std::string>& names,
                                            std::string_view key) const {
  if (names.size() != 1) return error(fmt::format("\"{}\" takes one field", key));
  return field(names.front());
}

Result<TextSource> TextSource::make(const ComputedContext& context, std::size_t field) {
  const Type type = context.type(field);
  if (!has_text(type))
    return context.error(fmt::format("field \"{}\" is a {}, which has no text",
                                     context.scope.row[field].name, to_string(type)));
  return TextSource{field, type};
}

Result<TextTarget> TextTarget::make(const ComputedContext& context) {
  TextTarget target;
  WEIR_ASSIGN(target.field_, context.single(context.declared.into, "into"));
  const CoerceSpec spec{.type = context.type(target.field_)};
  WEIR_ASSIGN(target.coercer_, make_coercer(spec, CoercerRegistry()));
  return target;
}

void TextTarget::store(std::span<Value> row, std::string_view text, Scratch& scratch) const {
  const RawValue raw{.kind = RawKind::text, .text = text, .items = {}};
  Value value;
  if (coercer_->coerce(raw, value, scratch) == CoerceStatus::ok) row[field_] = value;
}

ComputedResult make_computed(const ComputedDecl& declared, const ComputedScope& scope,
                             const ComputedRegistry& registry) {
  const ComputedContext context{declared, scope};
  if (declared.type == "Template") return make_template(context);
  if (declared.type == "TemplateList") return make_template_list(context);
  if (declared.type == "Count") return Count::make(context);
  if (declared.type == "Match") return make_match(context);
  if (declared.type == "Replace") return make_replace(context);
  if (declared.type == "Lookup") return make_lookup(context);
  if (declared.type == "Point") return Point::make(context);
  if (const NamedComputed* named = registry.find(declared.type)) return make_named(context, *named);
  return Error(ErrorCode::declaration,
               fmt::format("no computed type is called \"{}\"", declared.type));
}

}  // namespace weir::extract
