// RecordWriter: from captures to coerced values.
#include <fmt/format.h>

#include <algorithm>

#include "weir/base/bytes.h"
#include "weir/extract/record_writer.h"

namespace weir::extract {

namespace {

bool equals_any(std::string_view text, const std::vector<std::string>& values) {
  return std::ranges::find(values, trim(text)) != values.end();
}

// A member of a JSON object, text escaped as JSON asks.
void append_json_string(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", static_cast<int>(c));
    else
      out += c;
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
  std::vector<bool> found(specs_.size());
  for (const SpecTransform& transform : plan_.specs) collect_spec(transform, found);
}

void RecordWriter::collect_spec(const SpecTransform& transform, std::vector<bool>& found) {
  std::string rest;
  std::vector<std::string> rest_names;
  for (i32 at = capture_->first_row(transform.row_node); at >= 0; at = capture_->row(at).next) {
    const RawValue name = capture_->value(at, 0, transform.name_slot, *scratch_);
    const RawValue value = capture_->value(at, 0, transform.value_slot, *scratch_);
    if (!has_value(name) || !has_value(value) || is_null_token(value.text)) continue;
    RawValue unit;
    if (transform.unit_slot >= 0) unit = capture_->value(at, 0, transform.unit_slot, *scratch_);
    const std::string_view text =
        has_value(unit) ? scratch_->copy(fmt::format("{} {}", value.text, unit.text)) : value.text;

    text_.assign(trim(name.text));
    std::ranges::transform(text_, text_.begin(), ascii_lower);
    const auto mapped =
        std::ranges::find(transform.mapping, text_, &std::pair<std::string, i32>::first);
    if (mapped != transform.mapping.end()) {
      const auto slot = static_cast<std::size_t>(mapped->second);
      if (!found[slot]) specs_[slot] = {.kind = RawKind::text, .text = text, .items = {}};
      found[slot] = true;
    } else if (transform.rest >= 0 && std::ranges::find(rest_names, text_) == rest_names.end()) {
      rest_names.push_back(text_);
      rest += rest.empty() ? "{" : ",";
      append_json_string(trim(name.text), rest);
      rest += ':';
      append_json_string(trim(text), rest);
    }
  }
  if (transform.rest >= 0 && !rest.empty())
    specs_[static_cast<std::size_t>(transform.rest)] = {
        .kind = RawKind::json, .text = scratch_->copy(rest + "}"), .items = {}};
}

bool RecordWriter::has_value(const RawValue& raw) {
  return raw.kind != RawKind::missing && raw.kind != RawKind::null;
}

bool RecordWriter::is_null_token(std::string_view text) const {
  const auto& tokens =
      plan_.declaration->entities[static_cast<std::size_t>(plan_.entity)].null_tokens;
  return std::ranges::any_of(tokens, [&](const std::string& token) {
    return equals_ignoring_ascii_case(trim(text), token);
  });
}

RawValue RecordWriter::raw_value(const Candidate& candidate, const RowContext& row) {
  const auto text = [](std::string_view from) {
    return RawValue{.kind = RawKind::text, .text = from, .items = {}};
  };
  const auto number = [&](i64 value) {
    return RawValue{
        .kind = RawKind::number, .text = scratch_->copy(fmt::format("{}", value)), .items = {}};
  };
  switch (candidate.kind) {
    using enum Candidate::Kind;
    case capture:
      return capture_->value(row.row, candidate.up, candidate.slot, *scratch_);
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
  for (const auto& computed : table.computed) computed->apply(state.values, *scratch_);
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

i32 RecordWriter::make_link(const LookupRef& link, const RowPlan& rows, TableState& state) {
  const LookupPlan& lookup = plan_.lookups[static_cast<std::size_t>(link.table)];
  std::vector<Value> values(lookup.types.size());
  bool any = false, full = false, ignored = false;
  for (const LinkPart& part : link.key) fill_link_part(part, rows, state, values, any, full);
  if (full) return full_link;
  if (!any) return no_link;
  for (const LinkPart& part : link.others) fill_link_part(part, rows, state, values, ignored, full);
  if (full) return full_link;
  for (const auto& computed : lookup.computed) computed->apply(values, *scratch_);
  const i32 row = columns_.lookup(link.table).intern(values);
  return row < 0 ? full_link : row;
}

}  // namespace weir::extract
