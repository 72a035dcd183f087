// Computed fields Match, Replace and Lookup: a text made of one text.
#include <fmt/format.h>
#include <re2/re2.h>

#include "weir/extract/coerce_text.h"
#include "weir/extract/computed_lookup_file.h"
#include "weir/extract/computed_target.h"

namespace weir::extract {

namespace {

// What all three have: where the text comes from, and where it goes.
struct Ends {
  TextSource of;
  TextTarget into;

  static Result<Ends> make(const ComputedContext& context) {
    WEIR_ASSIGN(TextTarget into, TextTarget::make(context));
    WEIR_ASSIGN(const std::size_t field, context.single(context.declared.of, "of"));
    WEIR_ASSIGN(TextSource of, TextSource::make(context, field));
    return Ends{of, std::move(into)};
  }
  bool are_open(std::span<const Value> row) const {
    return into.is_null(row) && !row[of.field].null;
  }
};

class Match final : public Computed {
 public:
  Match(Ends ends, Pattern pattern) : ends_(std::move(ends)), pattern_(std::move(pattern)) {}

  void apply(std::span<Value> row, Scratch& scratch) const override {
    if (!ends_.are_open(row)) return;
    if (const auto group = find_group(pattern_, ends_.of.text(row, scratch)))
      ends_.into.store(row, *group, scratch);
  }

 private:
  Ends ends_;
  Pattern pattern_;
};

class Replace final : public Computed {
 public:
  Replace(Ends ends, Pattern pattern, std::string with)
      : ends_(std::move(ends)), pattern_(std::move(pattern)), with_(std::move(with)) {}

  void apply(std::span<Value> row, Scratch& scratch) const override {
    if (!ends_.are_open(row)) return;
    std::string text(ends_.of.text(row, scratch));
    re2::RE2::GlobalReplace(&text, *pattern_, with_);
    ends_.into.store(row, scratch.copy(text), scratch);
  }

 private:
  Ends ends_;
  Pattern pattern_;
  std::string with_;
};

class Lookup final : public Computed {
 public:
  Lookup(Ends ends, LookupTexts texts) : ends_(std::move(ends)), texts_(std::move(texts)) {}

  void apply(std::span<Value> row, Scratch& scratch) const override {
    if (!ends_.are_open(row)) return;
    const auto found = texts_.find(ends_.of.text(row, scratch));
    if (found != texts_.end()) ends_.into.store(row, found->second, scratch);
  }

 private:
  Ends ends_;
  LookupTexts texts_;
};

}  // namespace

ComputedResult make_match(const ComputedContext& context) {
  WEIR_ASSIGN(Ends ends, Ends::make(context));
  WEIR_ASSIGN(Pattern pattern, make_pattern(context.declared.pattern, 1));
  return std::unique_ptr<const Computed>(
      std::make_unique<Match>(std::move(ends), std::move(pattern)));
}

ComputedResult make_replace(const ComputedContext& context) {
  WEIR_ASSIGN(Ends ends, Ends::make(context));
  WEIR_ASSIGN(Pattern pattern, make_pattern(context.declared.pattern, -1));
  std::string problem;
  if (!pattern->CheckRewriteString(context.declared.with, &problem))
    return context.error(fmt::format("\"with\": {}", problem));
  return std::unique_ptr<const Computed>(
      std::make_unique<Replace>(std::move(ends), std::move(pattern), context.declared.with));
}

ComputedResult make_lookup(const ComputedContext& context) {
  WEIR_ASSIGN(Ends ends, Ends::make(context));
  LookupTexts texts;
  for (const auto& [text, value] : context.declared.table) texts.emplace(text, value);
  if (!context.declared.table_file.empty()) {
    WEIR_ASSIGN(texts, read_lookup_file(context.scope.folder, context.declared.table_file));
  }
  if (texts.empty()) return context.error("the table is empty");
  return std::unique_ptr<const Computed>(
      std::make_unique<Lookup>(std::move(ends), std::move(texts)));
}

}  // namespace weir::extract
