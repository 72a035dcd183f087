#include "weir/extract/declaration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "weir/base/bytes.h"
#include "weir/base/hash.h"
#include "weir/extract/check.h"
#include "weir/extract/declaration_entity.h"
#include "weir/extract/declaration_section.h"
#include "weir/extract/declaration_source.h"
#include "weir/extract/declaration_toml.h"

namespace weir::extract {
namespace {

void read_pipeline(const TomlNode& node, Declaration& out, Problems& problems) {
  Section section(node, "[pipeline]", problems);
  out.pipeline_name = section.text("name").value_or("");
  out.catalog = section.choice<std::string>("catalog", {{"sqlite", "sqlite"}, {"rest", "rest"}})
                    .value_or(out.catalog);
  out.catalog_uri = section.text("uri").value_or("");
  out.chunk_rows = section.integer("chunk_rows").value_or(out.chunk_rows);
  out.max_record_bytes = section.integer("max_record_bytes").value_or(out.max_record_bytes);
  out.max_discrepancies = section.integer("max_discrepancies").value_or(out.max_discrepancies);
  out.max_bad_fraction = section.number("max_bad_fraction").value_or(out.max_bad_fraction);
  section.finish();
}

ProfileDecl read_profile(const TomlNode& node, Problems& problems) {
  Section section(node, fmt::format("[profile.{}]", node.key), problems);
  ProfileDecl profile{.name = node.key, .place = node.key_place};
  for (const std::string& name : section.list("blank").value_or(std::vector<std::string>{})) {
    const std::size_t dot = name.find('.');
    if (dot == name.npos) {
      section.report(node.place_of({"blank"}),
                     fmt::format("\"{}\" is not TABLE.COLUMN", printable(name)));
    } else {
      profile.blank.emplace_back(name.substr(0, dot), name.substr(dot + 1));
    }
  }
  section.finish();
  return profile;
}

TestValue read_test_value(const TomlNode& node) {
  TestValue value;
  value.is_list = node.kind == TomlNode::Kind::list;
  if (!value.is_list) value.items.push_back(node.text);
  for (const TomlNode& item : node.children) value.items.push_back(item.text);
  return value;
}

using TestRow = std::vector<std::pair<std::string, TestValue>>;

std::vector<TestRow> read_test_rows(const TomlNode& table, Section& section) {
  std::vector<TestRow> rows;
  if (table.kind != TomlNode::Kind::list)
    section.report(table.place, fmt::format("rows of \"{}\" are a list of tables, not {}",
                                            table.key, table.kind_name()));
  if (table.kind != TomlNode::Kind::list) return rows;
  for (const TomlNode& row : table.children) {
    if (row.kind != TomlNode::Kind::table)
      section.report(row.place, fmt::format("a row is a table, not {}", row.kind_name()));
    TestRow& values = rows.emplace_back();
    for (const TomlNode& value : row.children)
      values.emplace_back(value.key, read_test_value(value));
  }
  return rows;
}

TestDecl read_test(const TomlNode& node, Problems& problems) {
  Section section(node, "[[test]]", problems);
  TestDecl test;
  test.place = node.place;
  test.name = section.text("name").value_or("");
  test.source = section.text("source").value_or("");
  test.document = section.text("document").value_or("");
  test.doc = section.pairs("doc");
  for (const TomlNode& document : section.members("given")) {
    Section members(document, fmt::format("[[test]] given.{}", document.key), problems);
    auto& given = test.given.emplace_back(document.key, decltype(test.doc){});
    for (const TomlNode& member : document.children)
      if (auto text = members.scalar(member.key)) given.second.emplace_back(member.key, *text);
    members.finish();
  }
  test.input = section.text("input").value_or("");
  for (const TomlNode& table : section.members("rows"))
    test.rows.emplace_back(table.key, read_test_rows(table, section));
  test.reject = section.text("reject").value_or("");
  section.finish();
  return test;
}

void add_child_tables(const std::vector<TableDecl>& tables, std::vector<const TableDecl*>& out) {
  for (const TableDecl& table : tables) {
    out.push_back(&table);
    add_child_tables(table.tables, out);
  }
}

void read_sections(const TomlNode& root, Declaration& out, Problems& problems) {
  Section section(root, "the declaration", problems);
  if (const TomlNode* pipeline = section.any("pipeline")) read_pipeline(*pipeline, out, problems);
  for (const TomlNode& node : section.members("source"))
    out.sources.push_back(read_source(node, problems));
  for (const TomlNode& node : section.members("entity"))
    out.entities.push_back(read_entity(node, problems));
  for (const TomlNode& node : section.members("lookup"))
    out.lookups.push_back(read_lookup(node, problems));
  for (const TomlNode& node : section.members("profile"))
    out.profiles.push_back(read_profile(node, problems));
  for (const TomlNode* node : section.tables("test"))
    out.tests.push_back(read_test(*node, problems));
  section.finish();
}

}  // namespace

std::string Problem::str(std::string_view file) const {
  return fmt::format("{}:{}:{}: {}", file, place.line, place.column, message);
}

std::vector<const TableDecl*> child_tables(const TableDecl& record) {
  std::vector<const TableDecl*> tables;
  add_child_tables(record.tables, tables);
  return tables;
}

ParsedDeclaration parse_declaration(std::string_view text, std::string file,
                                    const RegisteredNames& registered) {
  ParsedDeclaration parsed;
  parsed.declaration.file = std::move(file);
  parsed.declaration.text = text;
  TomlDocument document = parse_toml(text);
  if (document.error) {
    parsed.problems.push_back(std::move(*document.error));
    return parsed;
  }
  parsed.declaration.hash = to_hex(hash128(canonical_toml(document.root, "test")));

  Problems problems;
  Problems missing;
  read_sections(document.root, parsed.declaration, problems);
  check_declaration(parsed.declaration, document.root, registered, problems, missing);
  parsed.problems = std::move(problems).sorted();
  parsed.missing = std::move(missing).sorted();
  return parsed;
}

Result<ParsedDeclaration> load_declaration(const std::string& file,
                                           const RegisteredNames& registered) {
  // A stream of the standard library takes a failed read for the end.
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> in(std::fopen(file.c_str(), "rb"),
                                                           std::fclose);
  if (in == nullptr) return system_error(fmt::format("cannot open {}", file), errno);
  std::string text;
  char block[4096];
  while (const std::size_t count = std::fread(block, 1, sizeof block, in.get()))
    text.append(block, count);
  if (std::ferror(in.get()) != 0) return system_error(fmt::format("cannot read {}", file), errno);
  return parse_declaration(text, file, registered);
}

}  // namespace weir::extract
