// Checks on the relational model: names of tables and columns, profiles, tests.
#include <fmt/format.h>

#include <algorithm>

#include "weir/base/bytes.h"
#include "weir/extract/check_context.h"
#include "weir/extract/tables_of.h"

namespace weir::extract {
namespace {

std::vector<std::string> table_names(const Tables& tables) {
  std::vector<std::string> names;
  for (const Table& table : tables.tables) names.push_back(table.name);
  return names;
}

std::vector<std::string> column_names(const Table& table) {
  std::vector<std::string> names;
  for (const TableColumn& column : table.columns) names.push_back(column.name);
  return names;
}

const Table* find_table(const Tables& tables, std::string_view name) {
  const auto found = std::ranges::find(tables.tables, name, &Table::name);
  return found == tables.tables.end() ? nullptr : &*found;
}

// Where a table is declared, in the order of Tables::tables but for lookups.
struct Declared {
  std::string table;
  std::string label;
  Place place;
};

std::vector<Declared> declared_tables(const Declaration& declaration) {
  std::vector<Declared> declared;
  for (const LookupDecl& lookup : declaration.lookups)
    declared.push_back({lookup.table, fmt::format("[lookup.{}]", lookup.name), lookup.place});
  for (const EntityDecl& entity : declaration.entities) {
    const std::string label = fmt::format("[entity.{}]", entity.name);
    declared.push_back({entity.record.table, label, entity.record.place});
    for (const TableDecl* table : child_tables(entity.record))
      declared.push_back(
          {table->table, fmt::format("{} table {}", label, table->name), table->place});
    if (entity.history)
      declared.push_back({entity.history->table, fmt::format("[entity.{}.history]", entity.name),
                          entity.history->place});
  }
  return declared;
}

void check_table_names(const CheckContext& context, const std::vector<Declared>& declared) {
  std::vector<std::string> seen;
  for (const Declared& table : declared) {
    if (table.table.empty()) continue;
    if (!is_plain_name(table.table))
      context.report(
          table.place, table.label,
          fmt::format("the table \"{}\": a name has letters a-z, digits and _, a letter first",
                      printable(table.table)));
    if (table.table.starts_with("weir_"))
      context.report(
          table.place, table.label,
          fmt::format("the table \"{}\": names with weir_ are those of the manifest", table.table));
    if (std::ranges::find(seen, table.table) != seen.end())
      context.report(table.place, table.label,
                     fmt::format("there are two tables \"{}\"", table.table));
    seen.push_back(table.table);
  }
}

void check_column_names(const CheckContext& context, const Tables& tables,
                        const std::vector<Declared>& declared) {
  for (const Declared& owner : declared) {
    const Table* table = find_table(tables, owner.table);
    if (table == nullptr) continue;
    const std::vector<std::string> names = column_names(*table);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto before = names.begin() + static_cast<i64>(i);
      if (std::find(names.begin(), before, names[i]) != before)
        context.report(
            owner.place, owner.label,
            fmt::format("the table \"{}\" would have two columns \"{}\"", owner.table, names[i]));
    }
  }
}

void check_profiles(const CheckContext& context, const Tables& tables) {
  for (const ProfileDecl& profile : context.declaration.profiles) {
    const TomlNode& node = member_of(member_of(context.root, "profile"), profile.name);
    const std::string label = fmt::format("[profile.{}]", profile.name);
    for (const auto& [table_name, column_name] : profile.blank) {
      const std::string written = fmt::format("{}.{}", table_name, column_name);
      const std::vector<TomlNode>& items = member_of(node, "blank").children;
      const Place place = std::ranges::find(items, written, &TomlNode::text)->place;
      const Table* table = find_table(tables, table_name);
      if (table == nullptr) {
        context.report_unknown(place, label, "table", table_name, table_names(tables));
        continue;
      }
      const auto column = std::ranges::find(table->columns, column_name, &TableColumn::name);
      if (column == table->columns.end()) {
        context.report_unknown(place, label, "column", column_name, column_names(*table),
                               fmt::format("table \"{}\"", table_name));
        continue;
      }
      const i32 index = static_cast<i32>(column - table->columns.begin());
      const bool is_own =
          column->source == ColumnSource::stored || column->source == ColumnSource::lookup_ref;
      if (!is_own || std::ranges::find(table->key, index) != table->key.end())
        context.report(
            place, label,
            fmt::format("\"{}.{}\" belongs to a key and cannot be blank", table_name, column_name));
    }
  }
}

class TestCheck {
 public:
  TestCheck(const CheckContext& context, const Tables& tables, const TestDecl& test,
            const TomlNode& node)
      : context_(context),
        tables_(tables),
        test_(test),
        node_(node),
        label_(fmt::format("[[test]] \"{}\"", printable(test.name))) {}

  void run() {
    if (test_.name.empty()) context_.report(test_.place, label_, "a test needs a \"name\"");
    if (node_.find("input") == nullptr)
      context_.report(test_.place, label_, "a test needs an \"input\", one record");
    const bool has_rows = node_.find("rows") != nullptr;
    if (has_rows == (node_.find("reject") != nullptr))
      context_.report(test_.place, label_, "a test expects either \"rows\" or a \"reject\"");
    check_source_name();
    for (const auto& [table, rows] : test_.rows) check_rows(table, rows);
  }

 private:
  void report(std::string_view key, std::string_view message) {
    context_.report(node_.place_of({key}), label_, message);
  }

  void check_source_name() {
    const std::vector<SourceDecl>& sources = context_.declaration.sources;
    if (test_.source.empty() && sources.size() != 1) {
      context_.report(test_.place, label_, "there are several sources; say which in \"source\"");
      return;
    }
    const auto found = test_.source.empty()
                           ? sources.begin()
                           : std::ranges::find(sources, test_.source, &SourceDecl::name);
    if (found == sources.end()) {
      context_.report_unknown(member_of(node_, "source").place, label_, "source", test_.source,
                              names_of(sources));
      return;
    }
    check_document(*found);
  }

  void check_document(const SourceDecl& source) {
    const SourceDecl* document = &source;
    if (!test_.document.empty()) {
      const auto found = std::ranges::find(source.documents, test_.document, &SourceDecl::name);
      if (found == source.documents.end()) {
        context_.report_unknown(member_of(node_, "document").place, label_, "document",
                                test_.document, names_of(source.documents));
        return;
      }
      document = &*found;
    } else if (source.documents.size() > 1) {
      context_.report(test_.place, label_,
                      "there are several documents; say which in \"document\"");
      return;
    }
    check_given(source);
    std::vector<std::string> known;
    for (const DocumentFieldDecl& field : document->document) known.push_back(field.field.name);
    for (const auto& [name, value] : test_.doc) {
      if (std::ranges::find(known, name) == known.end())
        context_.report_unknown(member_of(node_, "doc").place_of({name}), label_, "document field",
                                name, known);
    }
  }

  void check_given(const SourceDecl& source) {
    std::vector<std::string> known;
    for (const SourceDecl& document : source.documents)
      if (!document.reader.empty()) known.push_back(document.name);
    for (const auto& [name, members] : test_.given)
      if (std::ranges::find(known, name) == known.end())
        context_.report_unknown(member_of(node_, "given").place_of({name}), label_,
                                "document of a reader", name, known);
  }

  void check_rows(const std::string& table_name,
                  const std::vector<std::vector<std::pair<std::string, TestValue>>>& rows) {
    const Table* table = find_table(tables_, table_name);
    const TomlNode& list = member_of(member_of(node_, "rows"), table_name);
    if (table == nullptr) {
      context_.report_unknown(list.key_place, label_, "table", table_name, table_names(tables_));
      return;
    }
    const std::vector<std::string> known = column_names(*table);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (const auto& [column, value] : rows[i]) {
        if (std::ranges::find(known, column) == known.end())
          context_.report_unknown(list.children[i].place_of({column}), label_, "column", column,
                                  known, fmt::format("table \"{}\"", table_name));
      }
    }
  }

  const CheckContext& context_;
  const Tables& tables_;
  const TestDecl& test_;
  const TomlNode& node_;
  const std::string label_;
};

void check_tests(const CheckContext& context, const Tables& tables) {
  const TomlNode& list = member_of(context.root, "test");
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < context.declaration.tests.size(); ++i) {
    const TestDecl& test = context.declaration.tests[i];
    const TomlNode& node = list.kind == TomlNode::Kind::list ? list.children[i] : list;
    TestCheck(context, tables, test, node).run();
    if (std::ranges::find(seen, test.name) != seen.end())
      context.report(test.place, "[[test]]", fmt::format("two tests are called \"{}\"", test.name));
    seen.push_back(test.name);
  }
}

}  // namespace

void check_tables(const CheckContext& context) {
  const Tables tables = tables_of(context.declaration);
  const std::vector<Declared> declared = declared_tables(context.declaration);
  check_table_names(context, declared);
  check_column_names(context, tables, declared);
  check_profiles(context, tables);
  check_tests(context, tables);
}

}  // namespace weir::extract
