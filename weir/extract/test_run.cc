#include "weir/extract/test_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/base/bytes.h"
#include "weir/base/key_encoding.h"
#include "weir/extract/extractor.h"
#include "weir/extract/value_text.h"
#include "weir/format/csv_splitter.h"

namespace weir::extract {

namespace {

// What one record may need; a test is small.
constexpr i64 arena_bytes = 64 * MiB;

// The rows of one record as a test sees them: texts, `""` for null, numbers counted from 1.
class TestRows {
 public:
  TestRows(const Tables& tables, const ChunkBatches& batches)
      : tables_(tables), batches_(batches) {}

  i64 count(i32 table) const { return batch(table).rows; }
  TestValue value(i32 table, i32 column, i64 row) const;

 private:
  const Batch& batch(i32 table) const { return batches_.tables[static_cast<std::size_t>(table)]; }
  const Column& at(i32 table, std::string_view name) const {
    const i64 index = tables_.batch_schema(table).find(name);
    WEIR_ASSERT(index >= 0);
    return batch(table).columns[static_cast<std::size_t>(index)];
  }
  TestValue stored(const Column& column, i64 row) const;
  TestValue record_key(i32 record_table, i32 column, i64 record) const;
  i64 parent_number(i32 table, i32 wanted, i64 row) const;

  const Tables& tables_;
  const ChunkBatches& batches_;
};

Value value_at(const Column& column, i64 row) {
  Value value;
  value.null = false;
  switch (column.type.kind) {
    using enum TypeKind;
    case boolean:
      value.integer = column.bool_at(row);
      break;
    case int32:
    case date:
      value.integer = column.at<i32>(row);
      break;
    case int64:
    case timestamp:
    case datetime:
      value.integer = column.at<i64>(row);
      break;
    case float32:
      value.real = static_cast<double>(column.at<float>(row));
      break;
    case float64:
      value.real = column.at<double>(row);
      break;
    case decimal:
      value.decimal = column.at<i128>(row);
      break;
    default:
      value.text = column.text_at(row);
  }
  return value;
}

TestValue single(std::string text) { return {.items = {std::move(text)}, .is_list = false}; }

TestValue TestRows::stored(const Column& column, i64 row) const {
  if (column.is_null(row)) return single("");
  if (column.type.kind == TypeKind::list) {
    TestValue list{.items = {}, .is_list = true};
    for (i32 item = column.offsets[row]; item < column.offsets[row + 1]; ++item)
      list.items.emplace_back(column.child->is_null(item) ? "" : column.child->text_at(item));
    return list;
  }
  if (!has_text(column.type)) return single(to_hex(column.text_at(row)));
  Scratch scratch;
  return single(std::string(text_of(column.type, value_at(column, row), scratch)));
}

// A record that deletes its key has no row; its key stands in the batch of records.
TestValue TestRows::record_key(i32 record_table, i32 column, i64 record) const {
  const Table& table = tables_.tables[static_cast<std::size_t>(record_table)];
  if (batch(record_table).rows > 0)
    return stored(at(record_table, table.columns[static_cast<std::size_t>(column)].name), record);
  std::string_view bytes = batches_.records.columns[weir::record_key].text_at(record);
  for (const i32 key : table.key) {
    KeyPart part;
    const Type type = table.columns[static_cast<std::size_t>(key)].type;
    if (!decode_key_part(type, bytes, part)) break;
    if (key != column) continue;
    if (is_text(type)) return single(part.text);
    Scratch scratch;
    Value value;
    value.null = false;
    if (type.kind == TypeKind::decimal)
      value.decimal = part.decimal;
    else
      value.integer = part.integer;
    return single(std::string(text_of(type, value, scratch)));
  }
  return single("");
}

i64 TestRows::parent_number(i32 table, i32 wanted, i64 row) const {
  while (table != wanted) {
    const Table& at_table = tables_.tables[static_cast<std::size_t>(table)];
    const Table& parent = tables_.tables[static_cast<std::size_t>(at_table.parent)];
    if (parent.kind == TableKind::record) return at(table, "_record").at<i32>(row) + 1;
    row = at(table, "_parent").at<i32>(row);
    table = at_table.parent;
  }
  return row + 1;
}

TestValue TestRows::value(i32 table, i32 column, i64 row) const {
  const Table& of = tables_.tables[static_cast<std::size_t>(table)];
  const TableColumn& wanted = of.columns[static_cast<std::size_t>(column)];
  switch (wanted.source) {
    using enum ColumnSource;
    case stored:
      return this->stored(at(table, wanted.name), row);
    case surrogate:
      return single(fmt::format("{}", row + 1));
    case parent_id:
      return single(fmt::format("{}", parent_number(table, wanted.table, row)));
    case lookup_ref: {
      const Column& links = at(table, wanted.name);
      return single(links.is_null(row) ? "" : fmt::format("{}", links.at<i32>(row) + 1));
    }
    case ColumnSource::record_key:
      break;
  }
  const Entity& entity = tables_.entities[static_cast<std::size_t>(of.entity)];
  return record_key(entity.record_table, wanted.index, at(table, "_record").at<i32>(row));
}

std::string shown(const TestValue& value) {
  if (!value.is_list) return fmt::format("\"{}\"", value.items.front());
  std::string text;
  for (const std::string& item : value.items)
    text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", item);
  return "[" + text + "]";
}

// What a test gives in place of a reader.
class GivenMembers final : public DocumentReader {
 public:
  explicit GivenMembers(const std::vector<std::pair<std::string, std::string>>& members)
      : members_(members) {}

  Result<bool> read(const RecordFile&, MemberSink& out) const override {
    for (const auto& [name, text] : members_) out.member(name, text);
    return true;
  }

 private:
  const std::vector<std::pair<std::string, std::string>>& members_;
};

// Runs one test.
class TestCase {
 public:
  TestCase(const Declaration& declaration, const Tables& tables, const Plan& plan,
           const TestDecl& test)
      : declaration_(declaration), tables_(tables), plan_(plan), test_(test) {}

  std::vector<std::string> run();

 private:
  Result<void> fill_document();
  std::string_view record(const SourceDecl& source);
  Result<void> extract(ChunkColumns& columns);
  Result<void> extract_document(Extractor& extractor);
  void compare(const ChunkBatches& batches);
  void compare_rejects(const Batch& rejects);
  void compare_row(const TestRows& rows, i32 table, i64 row,
                   const std::vector<std::pair<std::string, TestValue>>& expected);
  void fail(std::string message) { failures_.push_back(std::move(message)); }

  const Declaration& declaration_;
  const Tables& tables_;
  const Plan& plan_;
  const TestDecl& test_;
  InputContext input_;
  FormatContext format_;
  std::string padded_;
  std::vector<std::string> failures_;
};

Result<void> TestCase::fill_document() {
  input_.file = declaration_.file;
  input_.document.resize(plan_.document.size());
  input_.document_texts.resize(plan_.document.size());
  for (const auto& [field, text] : test_.doc) {
    const auto at = std::ranges::find(plan_.document, field, &FieldPlan::name);
    if (at == plan_.document.end())
      return Error(ErrorCode::declaration, fmt::format("there is no document field {}", field));
    const auto index = static_cast<std::size_t>(at - plan_.document.begin());
    input_.document_texts[index] = text;
    const RawValue raw{.kind = RawKind::text, .text = input_.document_texts[index], .items = {}};
    // What a test writes is the value itself, as an enum would have made it.
    Value value;
    if (at->type.kind == TypeKind::string) {
      value.null = false;
      value.text = input_.document_texts[index];
    } else if (at->coercer->coerce(raw, value, input_.scratch) != CoerceStatus::ok) {
      return Error(ErrorCode::declaration,
                   fmt::format("document field {}: {}", field, at->coercer->explain(raw)));
    }
    input_.document[index] = value;
  }
  return {};
}

// The record's bytes, with what a front end needs behind them. CSV has its header in the first
// line.
std::string_view TestCase::record(const SourceDecl& source) {
  auto scope = std::make_shared<format::XmlScope>();
  if (!source.name_space.empty())
    scope->bindings.push_back({.prefix = "", .uri = source.name_space});
  format_.scopes.push_back(std::move(scope));
  std::string_view text = trim(test_.input);
  if (source.format == Format::csv) {
    format::CsvSplitter splitter(source.delimiter.front());
    const std::size_t line_end = std::min(text.find('\n'), text.size());
    splitter.split(trim(text.substr(0, line_end)), -1);
    for (const format::CsvCell& cell : splitter.cells()) format_.header.emplace_back(cell.text);
    text = trim(text.substr(line_end));
  }
  padded_.assign(text);
  const std::size_t size = padded_.size();
  padded_.append(static_cast<std::size_t>(FrontEnd::padding), ' ');
  return std::string_view(padded_).substr(0, size);
}

void TestCase::compare_rejects(const Batch& rejects) {
  if (test_.reject.empty() && rejects.rows > 0)
    fail(fmt::format("the record was rejected: {}: {}", rejects.columns[reject_reason].text_at(0),
                     rejects.columns[reject_detail].text_at(0)));
  if (test_.reject.empty()) return;
  if (rejects.rows == 0)
    fail(fmt::format("the record was taken, not rejected as {}", test_.reject));
  else if (rejects.columns[reject_reason].text_at(0) != test_.reject)
    fail(fmt::format("the record was rejected as {} ({}), not as {}",
                     rejects.columns[reject_reason].text_at(0),
                     rejects.columns[reject_detail].text_at(0), test_.reject));
}

void TestCase::compare_row(const TestRows& rows, i32 table, i64 row,
                           const std::vector<std::pair<std::string, TestValue>>& expected) {
  const Table& of = tables_.tables[static_cast<std::size_t>(table)];
  for (const auto& [name, wanted] : expected) {
    const auto column = std::ranges::find(of.columns, name, &TableColumn::name);
    if (column == of.columns.end()) {
      fail(fmt::format("{} has no column {}", of.name, name));
      continue;
    }
    const TestValue found = rows.value(table, static_cast<i32>(column - of.columns.begin()), row);
    if (found.items != wanted.items || found.is_list != wanted.is_list)
      fail(fmt::format("{} row {}: {} is {}, expected {}", of.name, row + 1, name, shown(found),
                       shown(wanted)));
  }
}

void TestCase::compare(const ChunkBatches& batches) {
  compare_rejects(batches.rejects);
  const TestRows rows(tables_, batches);
  for (const auto& [name, expected] : test_.rows) {
    const auto table = static_cast<i32>(tables_.find(name));
    if (table < 0) {
      fail(fmt::format("there is no table {}", name));
      continue;
    }
    const auto wanted = static_cast<i64>(expected.size());
    if (rows.count(table) != wanted)
      fail(fmt::format("{} has {} rows, expected {}", name, rows.count(table), wanted));
    for (i64 row = 0; row < std::min(wanted, rows.count(table)); ++row)
      compare_row(rows, table, row, expected[static_cast<std::size_t>(row)]);
  }
}

std::vector<std::string> TestCase::run() {
  flow::Arena arena(arena_bytes);
  ChunkColumns columns(tables_, arena);
  if (const auto filled = fill_document(); !filled.ok()) {
    fail(filled.error().message());
    return failures_;
  }
  if (const auto extracted = extract(columns); !extracted.ok())
    fail(extracted.error().message());
  else
    compare(columns.view());
  return failures_;
}

Result<void> TestCase::extract(ChunkColumns& columns) {
  Extractor extractor(plan_, columns, {}, arena_bytes);
  if (plan_.is_archive()) return extract_document(extractor);
  const std::string_view text = record(*plan_.source);
  const format::CutRecord cut{.begin = 0, .end = static_cast<i64>(text.size()), .row = 1};
  const auto progress = extractor.extract(padded_, {&cut, 1}, input_, format_);
  if (!progress.input_failed) return {};
  return Error(ErrorCode::corrupt,
               fmt::format("the input is not well-formed: {}", progress.failure.detail));
}

// An archive of which the one document is there. Readers have no file to look at; the test says
// what they tell.
Result<void> TestCase::extract_document(Extractor& extractor) {
  const auto at = std::ranges::find_if(plan_.documents, [&](const DocumentPlan& document) {
    return document.source->name == test_.document && document.reader == nullptr;
  });
  if (at == plan_.documents.end())
    return Error(
        ErrorCode::declaration,
        fmt::format("`document` says \"{}\", which is no document with a member", test_.document));
  RecordDocuments documents;
  documents.documents.resize(plan_.documents.size());
  documents.documents[static_cast<std::size_t>(at - plan_.documents.begin())] = {
      .state = DocumentBytes::State::whole, .text = record(*at->source), .problem = {}};
  std::vector<GivenMembers> given;
  given.reserve(test_.given.size());
  for (const auto& [name, members] : test_.given) {
    given.emplace_back(members);
    for (std::size_t i = 0; i < plan_.documents.size(); ++i)
      if (plan_.documents[i].source->name == name) documents.told.emplace_back(i, &given.back());
  }
  const bool taken = extractor.extract(documents, input_, {.row = 1, .raw = padded_});
  WEIR_ASSERT(taken);
  return {};
}

const Plan* plan_of(const Declaration& declaration, const std::vector<std::unique_ptr<Plan>>& plans,
                    const TestDecl& test) {
  for (std::size_t i = 0; i < plans.size(); ++i)
    if (test.source.empty() || declaration.sources[i].name == test.source) return plans[i].get();
  return nullptr;
}

}  // namespace

std::vector<TestFailure> run_tests(const Declaration& declaration, const Tables& tables,
                                   const std::vector<std::unique_ptr<Plan>>& plans) {
  std::vector<TestFailure> failures;
  for (const TestDecl& test : declaration.tests) {
    const Plan* plan = plan_of(declaration, plans, test);
    if (plan == nullptr) {
      failures.push_back(
          {test.name, test.place, fmt::format("there is no source {}", test.source)});
      continue;
    }
    for (std::string& message : TestCase(declaration, tables, *plan, test).run())
      failures.push_back({test.name, test.place, std::move(message)});
  }
  return failures;
}

}  // namespace weir::extract
