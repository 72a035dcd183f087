// Computed fields Template and TemplateList.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "weir/extract/computed_target.h"

namespace weir::extract {

namespace {

// A template cut into literal texts and what is put in between.
class TemplateText {
 public:
  // Errors: declaration  a name that is no field, { without }.
  static Result<TemplateText> make(const ComputedContext& context, bool has_number);

  using Texts = std::span<const Value::Item>;

  // The texts of the row's fields, in the template's order; nothing where one of them is null.
  std::optional<Texts> read(std::span<const Value> row, Scratch& scratch) const;
  // The template with `texts`, and `number` for {n}.
  std::string_view write(Texts texts, i64 number, Scratch& scratch) const;

 private:
  struct Part {
    std::string literal;
    std::optional<TextSource> field;
    bool is_number = false;
  };

  Result<Part> placeholder(const ComputedContext& context, const std::string& name,
                           bool has_number) const;

  std::vector<Part> parts_;
  i64 fields_ = 0;  // parts that are fields
};

Result<TemplateText> TemplateText::make(const ComputedContext& context, bool has_number) {
  TemplateText made;
  std::string_view rest = context.declared.text;
  if (rest.empty()) return context.error("needs \"template\"");
  while (!rest.empty()) {
    const std::size_t open = rest.find('{');
    if (open > 0) made.parts_.push_back({.literal = std::string(rest.substr(0, open))});
    if (open == rest.npos) break;
    const std::size_t close = rest.find('}', open);
    if (close == rest.npos) return context.error("the template has a { without }");
    const std::string name(rest.substr(open + 1, close - open - 1));
    WEIR_ASSIGN(Part part, made.placeholder(context, name, has_number));
    made.fields_ += part.field.has_value();
    made.parts_.push_back(std::move(part));
    rest.remove_prefix(close + 1);
  }
  return made;
}

Result<TemplateText::Part> TemplateText::placeholder(const ComputedContext& context,
                                                     const std::string& name,
                                                     bool has_number) const {
  if (name == "_source") return Part{.literal = std::string(context.scope.source)};
  if (name == "n" && has_number) return Part{.is_number = true};
  WEIR_ASSIGN(const std::size_t field, context.field(name));
  WEIR_ASSIGN(TextSource source, TextSource::make(context, field));
  return Part{.field = source};
}

std::optional<TemplateText::Texts> TemplateText::read(std::span<const Value> row,
                                                      Scratch& scratch) const {
  const std::span<Value::Item> texts = scratch.items(fields_);
  auto* text = texts.data();
  for (const Part& part : parts_) {
    if (!part.field) continue;
    if (row[part.field->field].null) return {};
    *text++ = {.text = part.field->text(row, scratch), .null = false};
  }
  return texts;
}

std::string_view TemplateText::write(Texts texts, i64 number, Scratch& scratch) const {
  char digits[20];
  const auto written = std::to_chars(digits, std::end(digits), number);
  const std::string_view number_text(digits, static_cast<std::size_t>(written.ptr - digits));
  const auto each_text = [&](auto take) {
    auto text = texts.begin();
    for (const Part& part : parts_) {
      const std::string_view given = part.field       ? (text++)->text
                                     : part.is_number ? number_text
                                                      : std::string_view(part.literal);
      take(given);
    }
  };
  std::size_t bytes = 0;
  each_text([&](std::string_view text) { bytes += text.size(); });
  char* const begin = scratch.allocate(static_cast<i64>(bytes));
  char* end = begin;
  each_text([&](std::string_view text) { end = std::ranges::copy(text, end).out; });
  return {begin, bytes};
}

class Template final : public Computed {
 public:
  Template(TextTarget target, TemplateText text)
      : target_(std::move(target)), text_(std::move(text)) {}

  void apply(std::span<Value> row, Scratch& scratch) const override {
    if (!target_.is_null(row)) return;
    if (const auto texts = text_.read(row, scratch))
      target_.store(row, text_.write(*texts, 0, scratch), scratch);
  }

 private:
  TextTarget target_;
  TemplateText text_;
};

class TemplateList final : public Computed {
 public:
  TemplateList(std::size_t into, std::size_t count, TemplateText text)
      : into_(into), count_(count), text_(std::move(text)) {}

  void apply(std::span<Value> row, Scratch& scratch) const override {
    Value& target = row[into_];
    const Value& count = row[count_];
    constexpr i64 item_bytes = sizeof(Value::Item);
    const bool has_count =
        !count.null && count.integer >= 1 && count.integer <= max_template_list_bytes / item_bytes;
    if (!target.null || !has_count) return;
    const auto texts = text_.read(row, scratch);
    if (!texts) return;
    const std::string_view last = text_.write(*texts, count.integer, scratch);
    const i64 most_bytes = count.integer * (item_bytes + static_cast<i64>(last.size()));
    if (most_bytes > max_template_list_bytes) return;
    const std::span<Value::Item> items = scratch.items(count.integer);
    for (i64 n = 1; n <= count.integer; ++n)
      items[static_cast<std::size_t>(n - 1)] = {.text = text_.write(*texts, n, scratch),
                                                .null = false};
    target.null = false;
    target.items = items;
  }

 private:
  std::size_t into_;
  std::size_t count_;
  TemplateText text_;
};

}  // namespace

ComputedResult make_template(const ComputedContext& context) {
  WEIR_ASSIGN(TextTarget target, TextTarget::make(context));
  WEIR_ASSIGN(TemplateText text, TemplateText::make(context, false));
  return std::unique_ptr<const Computed>(
      std::make_unique<Template>(std::move(target), std::move(text)));
}

ComputedResult make_template_list(const ComputedContext& context) {
  WEIR_ASSIGN(const std::size_t into, context.single(context.declared.into, "into"));
  WEIR_ASSIGN(const std::size_t count, context.field(context.declared.count));
  WEIR_ASSIGN(TemplateText text, TemplateText::make(context, true));
  const TypeKind kind = context.type(count).kind;
  if (context.type(into).kind != TypeKind::list)
    return context.error("\"into\" must be a list<string>");
  if (kind != TypeKind::int32 && kind != TypeKind::int64)
    return context.error("\"count\" must be an int32 or int64");
  return std::unique_ptr<const Computed>(
      std::make_unique<TemplateList>(into, count, std::move(text)));
}

}  // namespace weir::extract
