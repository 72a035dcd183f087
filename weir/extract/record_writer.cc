#include "weir/extract/record_writer.h"

#include <algorithm>

#include "weir/base/bytes.h"
#include "weir/base/hash.h"
#include "weir/base/key_encoding.h"
#include "weir/extract/case_folding.h"
#include "weir/extract/value_text.h"

namespace weir::extract {

std::string_view to_string(Reason reason) {
  switch (reason) {
    using enum Reason;
    case utf8:
      return "utf8";
    case json_syntax:
      return "json_syntax";
    case xml_syntax:
      return "xml_syntax";
    case csv_width:
      return "csv_width";
    case not_object:
      return "not_object";
    case oversize:
      return "oversize";
    case document:
      return "document";
    case missing_key:
      return "missing_key";
    case key_format:
      return "key_format";
    case coerce:
      return "coerce";
    case range:
      return "range";
    case required:
      return "required";
  }
  return "unknown";
}

RecordWriter::RecordWriter(const Plan& plan, ChunkColumns& columns, PartFilter filter)
    : plan_(plan),
      columns_(columns),
      filter_(filter),
      states_(plan.table_plans.size()),
      child_keys_(plan.table_plans.size() - 1),
      null_tokens_(plan.declaration->entities[static_cast<std::size_t>(plan.entity)].null_tokens) {
  for (std::size_t i = 0; i < states_.size(); ++i) {
    if (plan.table_plans[i].is_seen) states_[i].seen = &child_keys_[i - 1];
    if (plan.table_plans[i].rows.empty()) continue;
    const std::size_t fields = plan.table_plans[i].rows.front().fields.size();
    states_[i].values.resize(fields);
    states_[i].links.resize(fields);
  }
  specs_.resize(static_cast<std::size_t>(plan.spec_values));
}

Written RecordWriter::write(const RecordCapture& capture, const InputContext& input,
                            const RecordPlace& place, Scratch& scratch) {
  capture_ = &capture;
  input_ = &input;
  place_ = &place;
  scratch_ = &scratch;
  refused_ = false;
  if (!all_hold(plan_.where, 0)) return Written::left_out;

  columns_.mark();
  record_row_ = static_cast<i32>(columns_.records().whole_rows());
  const bool deleted = plan_.has_deletes && all_hold(plan_.deleted_when, 0);
  read_record_row(deleted);
  // Computed fields of the record may see its child rows, which are then made before it.
  const bool children_first = plan_.sees_children && !deleted;
  const Step children = children_first ? write_child_tables() : Step::done;
  Step step = children == Step::full ? children : write_record_row(deleted);
  if (step == Step::done) step = children;
  if (step == Step::done) step = write_history(deleted);
  if (step == Step::done && !deleted && !children_first) step = write_child_tables();
  if (step == Step::done) step = append_record(deleted);
  if (step == Step::done) return Written::written;

  columns_.back_to_mark();
  if (step == Step::left_out) return Written::left_out;
  if (step == Step::full) return Written::full;
  return reject(input, place, refusal_) ? Written::rejected : Written::full;
}

bool RecordWriter::takes(const DocumentPlan& document, const RecordCapture& capture,
                         Scratch& scratch) {
  capture_ = &capture;
  scratch_ = &scratch;
  return all_hold(document.where, 0);
}

void RecordWriter::read_record_row(bool deleted) {
  const RowPlan& rows = plan_.table_plans.front().rows.front();
  TableState& state = states_.front();
  std::ranges::fill(state.links, unknown_link);
  stored_rows_.assign(static_cast<std::size_t>(capture_->row_count()), -1);
  positions_.assign(static_cast<std::size_t>(capture_->row_count()), 0);
  stored_rows_[0] = 0;
  positions_[0] = 1;
  if (!plan_.specs.empty()) collect_specs();

  const RowContext context{.row = 0, .n = 1};
  bad_keys_.clear();
  for (i32 i = 0; i < static_cast<i32>(rows.fields.size()); ++i) {
    const auto at = static_cast<std::size_t>(i);
    const bool is_key = std::ranges::find(plan_.key_fields, i) != plan_.key_fields.end();
    if (deleted && !is_key)
      state.values[at] = Value{};
    else if (!evaluate(rows.fields[at], context, is_key, state.values[at]) && is_key)
      bad_keys_.push_back(i);
  }
}

RecordWriter::Step RecordWriter::write_record_row(bool deleted) {
  const TablePlan& table = plan_.table_plans.front();
  const RowPlan& rows = table.rows.front();
  TableState& state = states_.front();
  if (!deleted) complete(table, rows, state);
  if (const Step key = check_record_key(); key != Step::done) return key;
  return deleted ? Step::done : append_row(table, rows, state, -1);
}

// Encodes the key, and tells whether the record has a good one and is of this part.
RecordWriter::Step RecordWriter::check_record_key() {
  const RowPlan& rows = plan_.table_plans.front().rows.front();
  const TableState& state = states_.front();
  key_.clear();
  bool key_is_missing = false;
  for (const i32 field : plan_.key_fields) {
    const auto at = static_cast<std::size_t>(field);
    const bool is_link = rows.fields[at].coercer == nullptr;
    const bool is_bad = std::ranges::find(bad_keys_, field) != bad_keys_.end();
    if (state.values[at].null && !is_link && !is_bad) {
      refuse(Reason::missing_key, rows.fields[at].name + " is the key and has no value");
      key_is_missing = true;
    }
    encode_value(rows.fields[at].type, state.values[at], key_);
  }
  if (filter_.parts > 1) {  // a reject is of one part, too
    const bool has_key = !plan_.key_fields.empty() && bad_keys_.empty() && !key_is_missing;
    const bool is_taken =
        has_key ? hash64(key_) % filter_.parts == filter_.part : takes_row(place_->row);
    if (!is_taken) return Step::left_out;
  }
  return refused_ ? Step::refused : Step::done;
}

RecordWriter::Step RecordWriter::write_history(bool deleted) {
  if (plan_.history == nullptr) return Step::done;
  flow::BatchBuilder& batch = columns_.table(plan_.history->table);
  if (!batch.column(0).append(record_row_)) return Step::full;
  Value value;
  for (std::size_t i = 0; i < plan_.history->fields.size(); ++i) {
    const HistoryOf of = plan_.history->of[i];
    const bool feeds = of == HistoryOf::both || (of == HistoryOf::deletes) == deleted;
    value = Value{};
    if (feeds) evaluate(plan_.history->fields[i], {.row = 0, .n = 1}, false, value);
    if (!append_value(batch.column(plan_.history->fields[i].column), value)) return Step::full;
  }
  return refused_ ? Step::refused : Step::done;
}

RecordWriter::Step RecordWriter::write_child_tables() {
  for (std::vector<Value>& keys : child_keys_) keys.clear();
  for (std::size_t i = 1; i < plan_.table_plans.size(); ++i)
    if (const Step step = write_table(i); step != Step::done) return step;
  return Step::done;
}

RecordWriter::Step RecordWriter::write_table(std::size_t table_plan) {
  const TablePlan& table = plan_.table_plans[table_plan];
  TableState& state = states_[table_plan];
  state.keys.clear();
  state.rows = 0;
  const i64 before = columns_.table(table.table).rows();
  i32 document = 0;
  for (const RowPlan& rows : table.rows) {
    const bool has_any = columns_.table(table.table).rows() > before;
    if (rows.document != document && has_any && !table.of_all_documents) break;
    document = rows.document;
    if (const Step step = write_place(table, rows, state); step != Step::done) return step;
  }
  return Step::done;
}

i32 RecordWriter::parent_of(const RowPlan& rows, i32 row) const {
  while (row > 0 && capture_->row(row).row_node != rows.parent_row_node)
    row = capture_->row(row).parent;
  return row;
}

RecordWriter::Step RecordWriter::write_place(const TablePlan& table, const RowPlan& rows,
                                             TableState& state) {
  for (i32 at = capture_->first_row(rows.row_node); at >= 0; at = capture_->row(at).next) {
    // The row that it is nested in may have been left out by its key.
    const i32 parent = parent_of(rows, at);
    if (stored_rows_[static_cast<std::size_t>(parent)] < 0) continue;
    if (!all_hold(rows.where, at)) continue;
    RowContext context{.row = at, .parent = parent, .name = capture_->row(at).name};
    const Step step = rows.split ? write_split(table, rows, state, context)
                                 : write_row(table, rows, state, context);
    if (step != Step::done) return step;
  }
  return Step::done;
}

RecordWriter::Step RecordWriter::write_split(const TablePlan& table, const RowPlan& rows,
                                             TableState& state, RowContext& context) {
  const auto split = [&](std::string_view text, std::vector<std::string_view>& parts) {
    parts.clear();
    for (std::size_t from = 0; from <= text.size();) {
      const std::size_t to = std::min(text.find_first_of(rows.separator, from), text.size());
      parts.push_back(trim(text.substr(from, to - from)));
      from = to + 1;
    }
  };
  split(capture_->value(context.row, 0, rows.text_slot, *scratch_).text, parts_);
  beside_parts_.resize(rows.beside.size());
  beside_.resize(rows.beside.size());
  for (std::size_t i = 0; i < rows.beside.size(); ++i) {
    const Candidate& from = rows.beside[i];
    split(capture_->value(context.row, from.up, from.slot, *scratch_).text, beside_parts_[i]);
  }
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    if (parts_[i].empty()) continue;
    for (std::size_t b = 0; b < beside_.size(); ++b)
      beside_[b] = i < beside_parts_[b].size() ? beside_parts_[b][i] : std::string_view();
    context.part = parts_[i];
    context.beside = beside_;
    const Step step = write_row(table, rows, state, context);
    if (step != Step::done) return step;
  }
  return Step::done;
}

RecordWriter::Step RecordWriter::write_row(const TablePlan& table, const RowPlan& rows,
                                           TableState& state, RowContext& context) {
  const auto parent = static_cast<std::size_t>(context.parent);
  context.n = ++state.rows;
  context.parent_n = positions_[parent];
  std::ranges::fill(state.links, unknown_link);
  for (std::size_t i = 0; i < rows.fields.size(); ++i)
    evaluate(rows.fields[i], context, false, state.values[i]);
  complete(table, rows, state);
  if (refused_) return Step::refused;

  if (!has_new_key(table, rows, state)) return Step::done;
  const auto at = static_cast<std::size_t>(context.row);
  stored_rows_[at] = static_cast<i32>(columns_.table(table.table).whole_rows());
  positions_[at] = context.n;
  if (state.seen != nullptr)
    state.seen->push_back(state.values[static_cast<std::size_t>(table.key.front())]);
  return append_row(table, rows, state, stored_rows_[parent]);
}

// Of rows in a record with equal keys the first is kept; a row whose key is all null is left out.
bool RecordWriter::has_new_key(const TablePlan& table, const RowPlan& rows, TableState& state) {
  if (table.key.empty()) return true;
  text_.clear();
  bool any = false;
  for (const i32 field : table.key) {
    const auto at = static_cast<std::size_t>(field);
    const FieldPlan& plan = rows.fields[at];
    if (plan.coercer == nullptr) {
      any |= encode_link(*plan.lookup, rows, state, table.fold_case, text_);
      continue;
    }
    Value value = state.values[at];
    if (table.fold_case && plan.type.kind == TypeKind::string && !value.null)
      value.text = fold_case(value.text, *scratch_);
    any |= !value.null;
    encode_value(plan.type, value, text_);
  }
  return any && state.keys.add(text_);
}

RecordWriter::Step RecordWriter::append_row(const TablePlan& table, const RowPlan& rows,
                                            TableState& state, i32 stored_parent) {
  flow::BatchBuilder& batch = columns_.table(table.table);
  if (!batch.column(0).append(record_row_)) return Step::full;
  if (table.has_parent_column && !batch.column(1).append(stored_parent)) return Step::full;
  for (std::size_t i = 0; i < rows.fields.size(); ++i) {
    const FieldPlan& field = rows.fields[i];
    if (field.column < 0) continue;
    flow::ColumnBuilder& column = batch.column(field.column);
    bool room;
    if (field.blank) {
      room = column.append_null();
    } else if (field.lookup == nullptr) {
      room = append_value(column, state.values[i]);
    } else {
      const i32 link = link_of(rows, state, static_cast<i32>(i));
      if (link == full_link) return Step::full;
      room = link < 0 ? column.append_null() : column.append(link);
    }
    if (!room) return Step::full;
  }
  return Step::done;
}

RecordWriter::Step RecordWriter::append_record(bool deleted) {
  version_.clear();
  for (const VersionPart& part : plan_.version) {
    if (part.field >= 0) {
      const auto at = static_cast<std::size_t>(part.field);
      encode_value(plan_.table_plans.front().rows.front().fields[at].type,
                   states_.front().values[at], version_);
    } else if (part.candidate.kind == Candidate::Kind::document) {
      const auto at = static_cast<std::size_t>(part.candidate.slot);
      encode_value(plan_.document[at].type, input_->document[at], version_);
    } else if (part.candidate.kind == Candidate::Kind::built_in &&
               part.candidate.built_in == BuiltIn::row) {
      encode_int(place_->row, version_);
    } else {
      const RawValue raw = raw_value(part.candidate, {.row = 0, .n = 1});
      has_value(raw) ? encode_text(raw.text, version_) : encode_null(version_);
    }
  }
  flow::BatchBuilder& records = columns_.records();
  const bool has_key = !plan_.key_fields.empty();
  const bool has_version = !plan_.version.empty();
  const bool room = records.column(record_entity).append(plan_.entity) &&
                    records.column(record_input).append(input_->number) &&
                    records.column(record_row).append(place_->row) &&
                    (has_key ? records.column(record_key).append_text(key_)
                             : records.column(record_key).append_null()) &&
                    (has_version ? records.column(record_version).append_text(version_)
                                 : records.column(record_version).append_null()) &&
                    records.column(record_deleted).append_bool(deleted);
  return room ? Step::done : Step::full;
}

bool RecordWriter::takes_row(i64 row) const {
  return hash64({reinterpret_cast<const char*>(&row), sizeof row}) % filter_.parts == filter_.part;
}

bool RecordWriter::reject(const InputContext& input, const RecordPlace& place,
                          const Refusal& refusal) {
  columns_.mark();
  flow::BatchBuilder& rejects = columns_.rejects();
  const bool room = rejects.column(reject_input).append(input.number) &&
                    rejects.column(reject_row).append(place.row) &&
                    rejects.column(reject_offset).append(place.offset) &&
                    append_reject_key(refusal) &&
                    rejects.column(reject_reason).append_text(to_string(refusal.reason)) &&
                    rejects.column(reject_detail).append_text(refusal.detail) &&
                    rejects.column(reject_raw).append_text(place.raw);
  if (!room) columns_.back_to_mark();
  return room;
}

// The key as people write it: its values joined by "|". Only for a record whose fields were read.
bool RecordWriter::append_reject_key(const Refusal& refusal) {
  flow::ColumnBuilder& column = columns_.rejects().column(reject_key);
  if (refusal.reason < Reason::coerce || plan_.key_fields.empty()) return column.append_null();
  text_.clear();
  for (const i32 field : plan_.key_fields) {
    const auto at = static_cast<std::size_t>(field);
    const Type type = plan_.table_plans.front().rows.front().fields[at].type;
    if (!text_.empty()) text_ += '|';
    if (!states_.front().values[at].null && has_text(type))
      text_ += text_of(type, states_.front().values[at], *scratch_);
  }
  return column.append_text(text_);
}

}  // namespace weir::extract
