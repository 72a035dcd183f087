// Computed types that jobs bring.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "weir/extract/computed_target.h"

namespace weir::extract {

namespace {

std::string listed(const std::vector<TypeKind>& kinds) {
  std::string text;
  for (const TypeKind kind : kinds)
    text += fmt::format("{}{}", text.empty() ? "" : ", ", to_string(Type{.kind = kind}));
  return text;
}

class Named final : public Computed {
 public:
  explicit Named(const NamedComputed& named) : named_(named) {}

  Result<void> find(const ComputedContext& context) {
    const std::vector<std::string>& of = context.declared.of;
    WEIR_TRY(find_fields(context, "into", context.declared.into, named_.into, into_));
    const std::size_t fields = std::min(of.size(), named_.of.size());
    WEIR_TRY(find_fields(context, "of", {of.begin(), of.begin() + static_cast<i64>(fields)},
                         named_.of, of_));
    return find_tables(context, {of.begin() + static_cast<i64>(fields), of.end()});
  }

  void apply(std::span<Value> row, Scratch& scratch) const override {
    apply_to_record(row, {}, scratch);
  }

  void apply_to_record(std::span<Value> row, ChildKeys children, Scratch& scratch) const override {
    std::array<Value, most_fields> of, into;
    std::array<const std::vector<Value>*, most_fields> tables;
    for (std::size_t i = 0; i < of_.size(); ++i) of[i] = row[of_[i]];
    for (std::size_t i = 0; i < tables_.size(); ++i) tables[i] = &children[tables_[i]];
    named_.compute({{of.data(), of_.size()}, {tables.data(), tables_.size()}},
                   {into.data(), into_.size()}, scratch);
    for (std::size_t i = 0; i < into_.size(); ++i)
      if (row[into_[i]].null) row[into_[i]] = into[i];
  }

 private:
  static constexpr std::size_t most_fields = 24;

  static Result<void> find_fields(const ComputedContext& context, std::string_view key,
                                  const std::vector<std::string>& names,
                                  const std::vector<TypeKind>& kinds,
                                  std::vector<std::size_t>& found) {
    WEIR_ASSERT(kinds.size() <= most_fields);
    bool fits = names.size() == kinds.size();
    for (std::size_t i = 0; fits && i < names.size(); ++i) {
      WEIR_ASSIGN(const std::size_t field, context.field(names[i]));
      fits = context.type(field).kind == kinds[i];
      found.push_back(field);
    }
    if (fits) return {};
    return context.error(fmt::format("\"{}\" takes {}", key, listed(kinds)));
  }

  Result<void> find_tables(const ComputedContext& context, const std::vector<std::string>& names) {
    WEIR_ASSERT(named_.tables.size() <= most_fields);
    bool fits = names.size() == named_.tables.size();
    for (std::size_t i = 0; fits && i < names.size(); ++i) {
      const auto tables = context.scope.tables;
      const auto there = std::ranges::find(tables, names[i], &ComputedField::name);
      fits = there != tables.end() && there->type.kind == named_.tables[i];
      if (fits) tables_.push_back(static_cast<std::size_t>(there - tables.begin()));
    }
    if (fits) return {};
    if (named_.tables.empty())
      return context.error(fmt::format("\"of\" takes {}", listed(named_.of)));
    return context.error(fmt::format(
        "behind its fields \"of\" takes {} child tables of the record, with a key of {}",
        named_.tables.size(), listed(named_.tables)));
  }

  NamedComputed named_;
  std::vector<std::size_t> of_, into_;
  std::vector<std::size_t> tables_;
};

}  // namespace

ComputedResult make_named(const ComputedContext& context, const NamedComputed& named) {
  auto made = std::make_unique<Named>(named);
  WEIR_TRY(made->find(context));
  return std::unique_ptr<const Computed>(std::move(made));
}

}  // namespace weir::extract
