// Checks of sources: formats against their options, and the fields and tables that they name.
#include <fmt/format.h>

#include <algorithm>

#include "weir/extract/check_context.h"

namespace weir::extract {
namespace {

// Columns of raw tables that constants may give beside fields.
const std::vector<std::string> raw_columns = {"request_url", "fetched_at"};

std::string_view format_name(Format format) {
  switch (format) {
    case Format::xml:
      return "xml";
    case Format::json:
      return "json";
    case Format::ndjson:
      return "ndjson";
    case Format::json_pages:
      return "json-pages";
    case Format::csv:
      return "csv";
    case Format::archive:
      return "archive";
  }
  return "";
}

// A source, or one document of an archive; `node` is its table.
class SourceCheck {
 public:
  SourceCheck(const CheckContext& context, const SourceDecl& source, const EntityDecl* entity,
              const TomlNode& node, std::string label)
      : context_(context),
        source_(source),
        entity_(entity),
        node_(node),
        label_(std::move(label)) {}

  void run() {
    check_format_keys();
    check_paths();
    check_document_fields();
    for (const std::string& member : source_.members) check_glob("member", member);
    if (source_.max_bytes < 0) report("max_bytes", "\"max_bytes\" is not below 0");
    if (!source_.reader.empty())
      context_.require_registered(member_of(node_, "reader").place, label_, "reader",
                                  source_.reader, context_.registered.readers);
    if (entity_ == nullptr) return;
    check_mapping();
    check_transforms();
    for (const auto& [name, places] : source_.tables) check_table(name, places);
  }

  void check_glob(std::string_view key, std::string_view glob) {
    if (key == "member" && glob == "#comment") return;
    if (const auto problem = glob_problem(glob))
      report(key, fmt::format("the glob \"{}\" {}", glob, *problem));
  }

  void report(std::string_view key, std::string_view message) {
    context_.report(node_.place_of({key}), label_, message);
  }

 private:
  bool is_json() const {
    return source_.format == Format::json || source_.format == Format::ndjson ||
           source_.format == Format::json_pages;
  }

  void only_for(bool fits, std::string_view key, std::string_view whom) {
    if (!fits && node_.find(key) != nullptr)
      report(key, fmt::format("\"{}\" is for {}, not for format = \"{}\"", key, whom,
                              format_name(source_.format)));
  }

  void check_format_keys() {
    if (!source_.reader.empty()) return;
    if (node_.find("format") == nullptr)
      context_.report(source_.place, label_,
                      "a \"format\" is missing: xml, json, ndjson, json-pages, "
                      "csv or archive");
    const Format format = source_.format;
    only_for(format == Format::xml, "namespace", "XML");
    only_for(format == Format::xml, "doctype", "XML");
    only_for(format == Format::csv, "delimiter", "CSV");
    if (format == Format::csv && source_.delimiter.size() != 1)
      report("delimiter", "\"delimiter\" is one ASCII character");
    for (const char* key : {"items", "page", "request_url", "fetched_at"})
      only_for(format == Format::json_pages, key, "json-pages");
    if (format == Format::json_pages && !source_.items)
      context_.report(source_.place, label_,
                      "json-pages needs \"items\", the member of a page that "
                      "holds the records");
    only_for(format != Format::csv && format != Format::ndjson && format != Format::json_pages,
             "record", "documents that hold records at a path");
    only_for(format == Format::archive, "documents", "archives");
    if (format != Format::archive) return;
    if (source_.documents.empty())
      context_.report(source_.place, label_, "an archive needs [[source.NAME.documents]]");
    for (const char* key : {"member", "record", "where", "names", "max_bytes", "document", "paths",
                            "aliases", "transforms", "fields", "tables"})
      if (node_.find(key) != nullptr)
        report(key, fmt::format("\"{}\" stands in the documents of an archive", key));
  }

  // Steps that this format cannot have.
  void check_path(const Path& path) {
    using enum PathStep::Kind;
    for (const PathStep& step : path.steps) {
      if (step.kind == attribute && (is_json() || source_.format == Format::csv))
        context_.report(
            path.place, label_,
            fmt::format("\"{}\": only XML has attributes; a member called so is written "
                        "[\"@{}\"]",
                        path.written, step.names.front()));
      if (step.kind == document) check_document_name(path, step.names.front());
    }
  }

  void check_document_name(const Path& path, const std::string& name) {
    std::vector<std::string> known;
    for (const DocumentFieldDecl& field : source_.document) known.push_back(field.field.name);
    if (std::ranges::find(known, name) == known.end())
      context_.report_unknown(path.place, label_, "document field", name, known);
  }

  void check_members_path(const Path& path, std::string_view key) {
    using enum PathStep::Kind;
    const PathStep::Kind last = path.steps.back().kind;
    const bool from_below = path.steps.front().kind == up;
    if (from_below || last == attribute || last == text || last == built_in || last == document)
      context_.report(path.place, label_,
                      fmt::format("\"{}\" matches members: it ends in a name, * or {{A,B}}", key));
  }

  void check_paths() {
    if (source_.record) check_members_path(*source_.record, "record");
    for (const Condition& condition : source_.where) check_path(condition.path);
    for (const auto& [field, paths] : source_.paths) {
      for (const Path& path : paths) check_path(path);
    }
  }

  void check_document_fields() {
    const bool file_name_only = source_.format == Format::csv || source_.format == Format::ndjson;
    for (const DocumentFieldDecl& decl : source_.document) {
      const TomlNode& node = member_of(member_of(node_, "document"), decl.field.name);
      const std::string label = fmt::format("{} document field {}", label_, decl.field.name);
      check_field(context_, relaxed(decl.field), node, label);
      if (!decl.else_file_name.empty()) {
        if (const auto problem = pattern_problem(decl.else_file_name, 1))
          context_.report(node.place_of({"else_file_name"}), label,
                          fmt::format("\"else_file_name\" {}", *problem));
      }
      const bool reads_document = decl.field.path.has_value() || !decl.field.has_path;
      if (file_name_only && reads_document)
        context_.report(node.place_of({"path"}), label,
                        fmt::format("a {} document has fields of its file name only: path = false",
                                    format_name(source_.format)));
      if (!reads_document && decl.else_file_name.empty() && !decl.field.default_value)
        context_.report(node.place_of({"path"}), label, "path = false needs \"else_file_name\"");
    }
  }

  // The name run_date is free for document fields: they are no columns.
  static FieldDecl relaxed(FieldDecl field) {
    if (field.name == "run_date") field.name = "run";
    return field;
  }

  void check_field_name(std::string_view key, const std::string& name,
                        const std::vector<FieldDecl>& fields) {
    if (find_field(fields, name) == nullptr)
      context_.report_unknown(member_of(node_, key).place_of({name}), label_, "field", name,
                              names_of(fields));
  }

  void check_mapping() {
    const std::vector<FieldDecl>& fields = entity_->record.fields;
    for (const auto& [field, paths] : source_.paths) check_field_name("paths", field, fields);
    for (const auto& [field, names] : source_.aliases) check_field_name("aliases", field, fields);
    for (const auto& [field, value] : source_.constants) {
      if (std::ranges::find(raw_columns, field) == raw_columns.end())
        check_field_name("constants", field, fields);
    }
    for (const auto& [name, options] : source_.fields) {
      check_field_name("fields", name, fields);
      check_source_options(fields, name, options, member_of(member_of(node_, "fields"), name));
    }
  }

  // Options hold together with those of the entity; what is wrong there alone is told there.
  void check_source_options(const std::vector<FieldDecl>& fields, const std::string& name,
                            const CoerceOptions& options, const TomlNode& node) {
    const FieldDecl* field = find_field(fields, name);
    if (field == nullptr || !field->type) return;
    Problems own;
    Problems ignored;
    const CheckContext alone{context_.declaration, context_.root, context_.registered, own,
                             ignored};
    const CheckContext without_missing{context_.declaration, context_.root, context_.registered,
                                       context_.problems, ignored};
    check_options(alone, *field->type, field->coerce, node, label_);
    if (!std::move(own).sorted().empty()) return;
    const CheckContext& told = options.coerce ? context_ : without_missing;
    check_options(told, *field->type, merged_options(field->coerce, options), node,
                  fmt::format("{} field {}", label_, name));
  }

  void check_transforms() {
    const std::vector<FieldDecl>& fields = entity_->record.fields;
    for (const TransformDecl& transform : source_.transforms) {
      const auto check_name = [&](const std::string& field) {
        if (find_field(fields, field) == nullptr)
          context_.report_unknown(transform.place, label_ + " transform", "field", field,
                                  names_of(fields));
      };
      for (const auto& [field, path] : transform.into) check_name(field);
      for (const auto& [spec, field] : transform.mapping) check_name(field);
      if (transform.rest.empty()) continue;
      check_name(transform.rest);
      const FieldDecl* rest = find_field(fields, transform.rest);
      if (rest != nullptr && rest->type && rest->type->kind != TypeKind::json)
        context_.report(transform.place, label_ + " transform",
                        fmt::format("\"rest\" takes a json field; \"{}\" is {}", rest->name,
                                    to_string(*rest->type)));
    }
  }

  void check_table(const std::string& name, const std::vector<EachDecl>& places) {
    const std::vector<const TableDecl*> tables = child_tables(entity_->record);
    const auto found = std::ranges::find(tables, name, [](const TableDecl* t) { return t->name; });
    if (found == tables.end()) {
      std::vector<std::string> known;
      for (const TableDecl* table : tables) known.push_back(table->name);
      context_.report_unknown(member_of(node_, "tables").place_of({name}), label_, "child table",
                              name, known);
      return;
    }
    for (std::size_t i = 0; i < places.size(); ++i) check_place(**found, places[i], i);
  }

  void check_place(const TableDecl& table, const EachDecl& place, std::size_t index) {
    const TomlNode& list = member_of(member_of(node_, "tables"), table.name);
    const TomlNode& node = list.kind == TomlNode::Kind::list ? list.children[index] : list;
    const std::string label =
        fmt::format("{}.tables.{}]", label_.substr(0, label_.size() - 1), table.name);
    SourceCheck below(context_, source_, entity_, node, label);
    if (place.each) {
      below.check_members_path(*place.each, "each");
    } else if (!table.each.each) {
      context_.report(place.place, label, "\"each\" is missing here and in the entity");
    }
    if (!place.beside.empty() && !place.separator && !table.each.separator)
      below.report("beside", "\"beside\" needs \"separator\", by which both texts are split");
    if (place.separator && place.separator->empty())
      below.report("separator", "\"separator\" needs at least one character");
    for (const auto& [field, path] : place.beside)
      below.check_field_name("beside", field, table.fields);
    for (const auto& [field, paths] : place.paths) {
      below.check_field_name("paths", field, table.fields);
      for (const Path& path : paths) below.check_path(path);
    }
    for (const auto& [field, value] : place.constants)
      below.check_field_name("constants", field, table.fields);
    for (const auto& [field, options] : place.fields) {
      below.check_field_name("fields", field, table.fields);
      below.check_source_options(table.fields, field, options,
                                 member_of(member_of(node, "fields"), field));
    }
  }

  const CheckContext& context_;
  const SourceDecl& source_;
  const EntityDecl* entity_;
  const TomlNode& node_;
  const std::string label_;
};

void check_archive_documents(const CheckContext& context, const SourceDecl& source,
                             const EntityDecl* entity, const TomlNode& node) {
  const TomlNode& list = member_of(node, "documents");
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < source.documents.size(); ++i) {
    const SourceDecl& document = source.documents[i];
    const TomlNode& own = list.kind == TomlNode::Kind::list ? list.children[i] : list;
    const std::string label = fmt::format("[source.{}.documents]", source.name);
    SourceCheck check(context, document, entity, own, label);
    check.run();
    const bool readable = document.format == Format::xml || document.format == Format::json;
    if (!readable) check.report("format", "a document of an archive is xml or json");
    if (document.else_windows1252 && !document.reader.empty())
      check.report("else_encoding", "a reader has no bytes of which the encoding could be wrong");
    if (!document.document.empty())
      check.report("document",
                   "a document of an archive has no document fields; a path climbs out of its "
                   "record by ^");
    if (document.members.empty() == document.reader.empty())
      context.report(document.place, label, "a document has either a \"member\" or a \"reader\"");
    if (std::ranges::find(seen, document.name) != seen.end())
      check.report("name", fmt::format("this source has two documents \"{}\"", document.name));
    seen.push_back(document.name);
  }
}

}  // namespace

void check_source(const CheckContext& context, const SourceDecl& source) {
  const TomlNode& node = member_of(member_of(context.root, "source"), source.name);
  const std::string label = fmt::format("[source.{}]", source.name);
  const EntityDecl* entity = context.entity(source.entity);
  if (source.entity.empty()) {
    context.report(source.place, label, "a source needs \"entity\", what its records are");
  } else if (entity == nullptr) {
    context.report_unknown(member_of(node, "entity").place, label, "entity", source.entity,
                           names_of(context.declaration.entities));
  }
  SourceCheck check(context, source, entity, node, label);
  check.run();
  if (source.else_windows1252)
    check.report("else_encoding",
                 "\"else_encoding\" is for documents of an archive: they are looked at as a whole "
                 "before they are read");
  if (source.http && !source.path.empty())
    check.report("path", "\"path\" and [source.NAME.http] exclude each other");
  if (!source.http && node.find("path") == nullptr) {
    context.report(source.place, label, "a source needs \"path\", where its files are");
  } else if (member_of(node, "path").kind == TomlNode::Kind::text) {
    check.check_glob("path", source.path);
  }
  if (!is_plain_name(source.name))
    context.report(source.place, label,
                   "a source's name has letters a-z, digits and _, a letter first");
  check_archive_documents(context, source, entity, node);
}

}  // namespace weir::extract
