// RecordWriter: from captures to coerced values.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "weir/base/bytes.h"
#include "weir/base/key_encoding.h"
#include "weir/extract/case_folding.h"
#include "weir/extract/record_writer.h"

namespace weir::extract {

namespace {

bool equals_any(std::string_view text, const std::vector<std::string>& values) {
  return std::ranges::find(values, trim(text)) != values.end();
}

// A member of a JSON object, text escaped as JSON asks.
void append_json_string(std::string_view text, std::string& out) {
  out += '"';
  const auto is_special = [](char c) {
    return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
  };
  while (!text.empty()) {
    const auto special = std::ranges::find_if(text, is_special);
    out.append(text.begin(), special);
    if (special == text.end()) break;
    if (static_cast<unsigned char>(*special) < 0x20)
      out += fmt::format("\\u{:04x}", static_cast<int>(*special));
    else
      out.append({'\\', *special});
    text = {special + 1, text.end()};
  }
  out += '"';
}

}  // namespace

bool RecordWriter::holds(const ConditionPlan& condition, i32 row) {
  const bool present = capture_->present(row, condition.up, condition.slot);
  switch (condition.kind) {
    case Condition::Kind::present:
      return present;
    case Condition::Kind::absent:
      return !present;
    case Condition::Kind::equals:
      break;
  }
  return present && equals_any(capture_->value(row, condition.up, condition.slot, *scratch_).text,
                               condition.values);
}

bool RecordWriter::all_hold(const std::vector<ConditionPlan>& conditions, i32 row) {
  return std::ranges::all_of(conditions, [&](const ConditionPlan& one) { return holds(one, row); });
}

void RecordWriter::refuse(Reason reason, std::string detail) {
  if (refused_ && refusal_.reason <= reason) return;
  refused_ = true;
  refusal_ = {reason, std::move(detail)};
}

// Lists of {name, value, unit} become single values, found by name.
void RecordWriter::collect_specs() {
  std::ranges::fill(specs_, RawValue{});
  for (const SpecTransform& transform : plan_.specs) collect_spec(transform);
}

std::string_view RecordWriter::with_unit(std::string_view value, std::string_view unit) {
  const std::size_t size = value.size() + 1 + unit.size();
  char* const begin = scratch_->allocate(static_cast<i64>(size));
  char* end = std::ranges::copy(value, begin).out;
  *end++ = ' ';
  std::ranges::copy(unit, end);
  return {begin, size};
}

void RecordWriter::collect_spec(const SpecTransform& transform) {
  i32 hint = 0;
  rest_.clear();
  rest_names_.clear();
  for (i32 at = capture_->first_row(transform.row_node); at >= 0; at = capture_->row(at).next) {
    const RawValue name = capture_->value(at, 0, transform.name_slot, *scratch_);
    const RawValue value = capture_->value(at, 0, transform.value_slot, *scratch_);
    if (!has_value(name) || !has_value(value) || null_tokens_.contains(trimmed(value.text)))
      continue;
    RawValue unit;
    if (transform.unit_slot >= 0) unit = capture_->value(at, 0, transform.unit_slot, *scratch_);
    const std::string_view text = has_value(unit) ? with_unit(value.text, unit.text) : value.text;

    text_.assign(trimmed(name.text));
    std::ranges::transform(text_, text_.begin(), ascii_lower);
    const i32 slot = transform.mapping.find(text_, hint);
    if (slot >= 0) {
      RawValue& spec = specs_[static_cast<std::size_t>(slot)];
      if (!has_value(spec)) spec = {.kind = RawKind::text, .text = text, .items = {}};
    } else if (transform.rest >= 0 && rest_names_.add(text_)) {
      rest_ += rest_.empty() ? '{' : ',';
      append_json_string(trimmed(name.text), rest_);
      rest_ += ':';
      append_json_string(trimmed(text), rest_);
    }
  }
  if (transform.rest < 0 || rest_.empty()) return;
  rest_ += '}';
  specs_[static_cast<std::size_t>(transform.rest)] = {
      .kind = RawKind::json, .text = scratch_->copy(rest_), .items = {}};
}

bool RecordWriter::has_value(const RawValue& raw) {
  return raw.kind != RawKind::missing && raw.kind != RawKind::null;
}

std::string_view RecordWriter::number_text(i64 number) {
  constexpr i64 most_digits = 20;  // with the sign
  char* const begin = scratch_->allocate(most_digits);
  const char* const end = std::to_chars(begin, begin + most_digits, number).ptr;
  scratch_->shrink(end);
  return {begin, end};
}

// What a candidate gives that is no capture.
RawValue RecordWriter::given_value(const Candidate& candidate, const RowContext& row) {
  const auto text = [](std::string_view from) {
    return RawValue{.kind = RawKind::text, .text = from, .items = {}};
  };
  const auto number = [&](i64 value) {
    return RawValue{.kind = RawKind::number, .text = number_text(value), .items = {}};
  };
  switch (candidate.kind) {
    using enum Candidate::Kind;
    case constant:
      return text(candidate.text);
    case spec:
      return specs_[static_cast<std::size_t>(candidate.slot)];
    case part:
      return text(row.part);
    case beside: {
      const std::string_view at = row.beside[static_cast<std::size_t>(candidate.slot)];
      return at.data() == nullptr ? RawValue{} : text(at);
    }
    case document: {
      const auto at = static_cast<std::size_t>(candidate.slot);
      if (input_->document[at].null) return {};
      return text(input_->document_texts[at]);
    }
    case none:
      return {};
    case capture:
    case built_in:
      break;
  }
  switch (candidate.built_in) {
    case BuiltIn::file:
      return text(input_->file);
    case BuiltIn::row:
      return number(place_->row);
    case BuiltIn::source:
      return text(plan_.source->name);
    case BuiltIn::name:
      return text(row.name);
    case BuiltIn::n:
      return number(row.n);
    case BuiltIn::parent_n:
      return number(row.parent_n);
    case BuiltIn::run_date:
      return text(input_->run_date);
    case BuiltIn::warning:
      return text(place_->warning);
  }
  return {};
}

// The first candidate that is not null; one that cannot be coerced ends the search, and is told by
// `false`.
bool RecordWriter::evaluate(const FieldPlan& field, const RowContext& row, bool is_key,
                            Value& out) {
  out = Value{};
  if (field.coercer == nullptr) return true;
  const bool by_order = field.policy == Policy::priority || field.policy == Policy::only;
  if (!by_order && plan_.is_archive()) return merge_documents(field, row, is_key, out);
  return evaluate_from(field, field.candidates, row, is_key, out);
}

bool RecordWriter::evaluate_from(const FieldPlan& field, std::span<const Candidate> candidates,
                                 const RowContext& row, bool is_key, Value& out) {
  for (const Candidate& candidate : candidates) {
    const Coercer& coercer = candidate.coercer == nullptr ? *field.coercer : *candidate.coercer;
    if (candidate.kind == Candidate::Kind::document) {
      const auto at = static_cast<std::size_t>(candidate.slot);
      if (plan_.document[at].type == field.type && !input_->document[at].null) {
        out = input_->document[at];
        return true;
      }
    }
    const RawValue raw = raw_value(candidate, row);
    if (!has_value(raw)) continue;
    const CoerceStatus status = coercer.coerce(raw, out, *scratch_);
    if (status == CoerceStatus::ok) return true;
    out = Value{};
    if (status == CoerceStatus::null) continue;
    if (!field.reject_bad && !is_key) return false;
    const Reason reason = is_key                        ? Reason::key_format
                          : status == CoerceStatus::bad ? Reason::coerce
                                                        : Reason::range;
    refuse(reason, fmt::format("{}: {}", field.name, coercer.explain(raw)));
    return false;
  }
  return true;
}

// Computed fields, then what must be there, then defaults.
void RecordWriter::complete(const TablePlan& table, const RowPlan& rows, TableState& state) {
  for (const auto& computed : table.computed)
    &state == &states_.front() ? computed->apply_to_record(state.values, child_keys_, *scratch_)
                               : computed->apply(state.values, *scratch_);
  for (std::size_t i = 0; i < rows.fields.size(); ++i) {
    const FieldPlan& field = rows.fields[i];
    Value& value = state.values[i];
    if (value.null && field.default_value) value = *field.default_value;
    if (value.null && field.required)
      refuse(Reason::required, fmt::format("{} is required and has no value", field.name));
  }
}

i32 RecordWriter::link_of(const RowPlan& rows, TableState& state, i32 field) {
  i32& link = state.links[static_cast<std::size_t>(field)];
  if (link == unknown_link)
    link = make_link(*rows.fields[static_cast<std::size_t>(field)].lookup, rows, state);
  return link;
}

void RecordWriter::fill_link_part(const LinkPart& part, const RowPlan& rows, TableState& state,
                                  std::span<Value> values, bool& any, bool& full) {
  if (part.column < 0 || (part.field < 0 && part.below == nullptr)) return;
  Value& value = values[static_cast<std::size_t>(part.column)];
  if (part.below == nullptr && !part.field_is_link) {
    value = state.values[static_cast<std::size_t>(part.field)];
  } else {
    const i32 row = part.below != nullptr ? make_link(*part.below, rows, state)
                                          : link_of(rows, state, part.field);
    full |= row == full_link;
    value.null = row < 0;
    value.integer = row;
  }
  any |= !value.null;
}

// Appends what tells links of a lookup apart: the parts of its key, and theirs. False: it is null.
bool RecordWriter::encode_link(const LookupRef& link, const RowPlan& rows, const TableState& state,
                               bool fold, std::string& out) {
  const LookupPlan& lookup = plan_.lookups[static_cast<std::size_t>(link.table)];
  const std::size_t begin = out.size();
  bool any = false;
  for (const LinkPart& part : link.key) {
    const LookupRef* below = part.below.get();
    if (part.field_is_link) below = rows.fields[static_cast<std::size_t>(part.field)].lookup.get();
    bool has_value = false;
    if (below != nullptr) {
      has_value = encode_link(*below, rows, state, fold, out);
    } else {
      const Type type = lookup.types[static_cast<std::size_t>(part.column)];
      Value value;
      if (part.field >= 0) value = state.values[static_cast<std::size_t>(part.field)];
      has_value = !value.null;
      if (fold && has_value && type.kind == TypeKind::string)
        value.text = fold_case(value.text, *scratch_);
      encode_value(type, value, out);
    }
    any = any || has_value;
    if (!part.required || has_value) continue;
    any = false;
    break;
  }
  if (any) return true;
  out.resize(begin);
  encode_null(out);
  return false;
}

i32 RecordWriter::make_link(const LookupRef& link, const RowPlan& rows, TableState& state) {
  const LookupPlan& lookup = plan_.lookups[static_cast<std::size_t>(link.table)];
  const std::span<Value> values = scratch_->values(static_cast<i64>(lookup.types.size()));
  bool any = false, full = false, ignored = false;
  for (const LinkPart& part : link.key) {
    fill_link_part(part, rows, state, values, any, full);
    if (full) return full_link;
    if (part.required && values[static_cast<std::size_t>(part.column)].null) return no_link;
  }
  if (!any) return no_link;
  for (const LinkPart& part : link.others) fill_link_part(part, rows, state, values, ignored, full);
  if (full) return full_link;
  for (const auto& computed : lookup.computed) computed->apply(values, *scratch_);
  const i32 row = columns_.lookup(link.table).intern(values);
  return row < 0 ? full_link : row;
}

}  // namespace weir::extract
