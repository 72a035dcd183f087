#include "weir/extract/declaration_source.h"

#include <fmt/format.h>

#include "weir/extract/declaration_fields.h"

namespace weir::extract {
namespace {

// Field, or child table, -> what a source says of it; a value becomes a list of one.
std::vector<std::pair<std::string, std::vector<Path>>> read_field_paths(Section& section) {
  std::vector<std::pair<std::string, std::vector<Path>>> fields;
  for (auto& [field, path] : section.paths("paths"))
    fields.emplace_back(field, std::vector<Path>{std::move(path)});
  return fields;
}

std::vector<std::pair<std::string, std::vector<std::string>>> read_aliases(Section& section) {
  std::vector<std::pair<std::string, std::vector<std::string>>> aliases;
  for (const TomlNode& node : section.members("aliases")) {
    std::vector<std::string> names;
    if (node.kind == TomlNode::Kind::text) names.push_back(node.text);
    for (const TomlNode& item : node.children) {
      if (item.kind == TomlNode::Kind::text) names.push_back(item.text);
    }
    if (names.empty() ||
        (node.kind == TomlNode::Kind::list && names.size() != node.children.size()))
      section.report(node.place, fmt::format("alias \"{}\" takes a member's name or a list of "
                                             "names, not {}",
                                             node.key, node.kind_name()));
    aliases.emplace_back(node.key, std::move(names));
  }
  return aliases;
}

TransformDecl read_transform(const TomlNode& node, std::string label, Problems& problems) {
  Section section(node, std::move(label), problems);
  TransformDecl transform;
  transform.place = node.place;
  const auto kind = section.choice<TransformDecl::Kind>(
      "type", {{"FlattenStruct", TransformDecl::Kind::flatten_struct},
               {"SpecsToColumns", TransformDecl::Kind::specs_to_columns}});
  if (node.find("type") == nullptr) section.report(node.place, "a transform needs a \"type\"");
  transform.kind = kind.value_or(TransformDecl::Kind::flatten_struct);
  if (auto path = section.path("path")) transform.path = *path;
  if (node.find("path") == nullptr) section.report(node.place, "a transform needs a \"path\"");
  if (kind == TransformDecl::Kind::flatten_struct) {
    transform.into = section.paths("into");
  } else if (kind == TransformDecl::Kind::specs_to_columns) {
    transform.name = section.path("name");
    transform.value = section.path("value");
    transform.unit = section.path("unit");
    transform.mapping = section.pairs("mapping");
    transform.rest = section.text("rest").value_or("");
    for (const char* key : {"name", "value"}) {
      if (node.find(key) == nullptr)
        section.report(node.place, fmt::format("SpecsToColumns needs \"{}\", the path to it", key));
    }
  }
  if (kind) section.finish();
  return transform;
}

HttpDecl read_http(const TomlNode& node, std::string label, Problems& problems) {
  Section section(node, std::move(label), problems);
  HttpDecl http;
  http.url = section.text("url").value_or("");
  http.page = section.text("page").value_or("");
  http.cursor = section.text("cursor").value_or("");
  for (const TomlNode& member : section.members("for")) {
    std::vector<std::string> values;
    for (const TomlNode& item : member.children) values.push_back(item.text);
    if (member.kind != TomlNode::Kind::list)
      section.report(member.place,
                     fmt::format("\"for\" takes lists of values, not {}", member.kind_name()));
    http.each.emplace_back(member.key, std::move(values));
  }
  http.in_flight = section.integer("in_flight").value_or(http.in_flight);
  http.timeout_s = section.number("timeout_s").value_or(http.timeout_s);
  http.retries = section.integer("retries").value_or(http.retries);
  http.user_agents = section.list("user_agents").value_or(http.user_agents);
  if (http.url.empty()) section.report(node.place, "a service needs a \"url\"");
  if (http.page.empty() == http.cursor.empty())
    section.report(node.place, "a service needs either \"page\" or \"cursor\", its parameter");
  if (http.in_flight < 1 || http.timeout_s <= 0 || http.retries < 0)
    section.report(node.place,
                   "\"in_flight\" and \"timeout_s\" are above 0, \"retries\" is not "
                   "below 0");
  section.finish();
  return http;
}

std::vector<EachDecl> read_table_places(const TomlNode& node, std::string_view label,
                                        Problems& problems) {
  std::vector<EachDecl> places;
  const bool is_list = node.kind == TomlNode::Kind::list;
  const auto read = [&](const TomlNode& place) {
    Section section(
        place, fmt::format("{}.tables.{}]", label.substr(0, label.size() - 1), node.key), problems);
    EachDecl each = read_each(section);
    each.paths = read_field_paths(section);
    each.constants = section.pairs("constants");
    each.fields = read_options(section);
    section.finish();
    places.push_back(std::move(each));
  };
  if (!is_list) read(node);
  if (is_list) {
    for (const TomlNode& place : node.children) read(place);
  }
  return places;
}

void read_mapping(Section& section, SourceDecl& source) {
  source.paths = read_field_paths(section);
  source.aliases = read_aliases(section);
  source.constants = section.pairs("constants");
  source.fields = read_options(section);
  for (const TomlNode* node : section.tables("transforms"))
    source.transforms.push_back(
        read_transform(*node, fmt::format("{} transform", section.label()), section.problems()));
  for (const TomlNode& node : section.members("document"))
    source.document.push_back(read_document_field(
        node, fmt::format("{} document field", section.label()), section.problems()));
  for (const TomlNode& node : section.members("tables"))
    source.tables.emplace_back(node.key,
                               read_table_places(node, section.label(), section.problems()));
}

void read_format(Section& section, SourceDecl& source) {
  source.format = section
                      .choice<Format>("format", {{"xml", Format::xml},
                                                 {"json", Format::json},
                                                 {"ndjson", Format::ndjson},
                                                 {"json-pages", Format::json_pages},
                                                 {"csv", Format::csv},
                                                 {"archive", Format::archive}})
                      .value_or(Format::xml);
  source.members = section.texts("member").value_or(std::vector<std::string>{});
  source.record = section.path("record");
  source.where = read_conditions(section, "where");
  source.name_space = section.text("namespace").value_or("");
  source.ignore_case =
      section.choice<bool>("names", {{"exact", false}, {"ignore_case", true}}).value_or(false);
  source.refuse_doctype =
      section.choice<bool>("doctype", {{"skip", false}, {"refuse", true}}).value_or(false);
  source.max_bytes = section.integer("max_bytes").value_or(0);
  source.else_windows1252 =
      section.choice<bool>("else_encoding", {{"windows-1252", true}}).value_or(false);
  source.delimiter = section.text("delimiter").value_or(",");
  source.items = section.path("items");
  source.page = section.path("page");
  source.request_url = section.path("request_url");
  source.fetched_at = section.path("fetched_at");
  source.reader = section.text("reader").value_or("");
}

SourceDecl read_archive_document(const TomlNode& node, std::string_view source_label,
                                 Problems& problems) {
  Section section(node,
                  fmt::format("{}.documents]", source_label.substr(0, source_label.size() - 1)),
                  problems);
  SourceDecl document;
  document.place = node.place;
  document.name = section.text("name").value_or("");
  if (document.name.empty()) section.report(node.place, "a document needs a \"name\"");
  read_format(section, document);
  document.skip_broken =
      section.choice<bool>("on_error", {{"reject", false}, {"skip", true}}).value_or(false);
  read_mapping(section, document);
  section.finish();
  return document;
}

}  // namespace

EachDecl read_each(Section& section) {
  EachDecl each;
  each.place = section.place();
  each.each = section.path("each");
  each.where = read_conditions(section, "where");
  each.separator = section.text("separator");
  each.beside = section.paths("beside");
  return each;
}

SourceDecl read_source(const TomlNode& node, Problems& problems) {
  Section section(node, fmt::format("[source.{}]", node.key), problems);
  SourceDecl source;
  source.name = node.key;
  source.place = node.key_place;
  source.entity = section.text("entity").value_or("");
  source.path = section.text("path").value_or("");
  source.optional = section.flag("optional").value_or(false);
  source.priority = section.integer("priority").value_or(0);
  read_format(section, source);
  read_mapping(section, source);
  if (const TomlNode* http = section.any("http"))
    source.http = read_http(*http, fmt::format("[source.{}.http]", node.key), problems);
  for (const TomlNode* document : section.tables("documents"))
    source.documents.push_back(read_archive_document(*document, section.label(), problems));
  section.finish();
  return source;
}

}  // namespace weir::extract
