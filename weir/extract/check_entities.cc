// Checks of entities: keys, write mode, versions, history, child tables.
#include <fmt/format.h>

#include <algorithm>

#include "weir/extract/check_context.h"

namespace weir::extract {
namespace {

const TomlNode& entity_node(const CheckContext& context, const EntityDecl& entity) {
  return member_of(member_of(context.root, "entity"), entity.name);
}

class TableCheck {
 public:
  TableCheck(const CheckContext& context, const EntityDecl& entity, const TableDecl& table,
             const TomlNode& node, std::string label)
      : context_(context), entity_(entity), table_(table), node_(node), label_(std::move(label)) {}

  // The record, or a child table with all that is nested in it.
  void run() {
    check_fields();
    check_key();
    if (!table_.surrogate.empty() && !is_plain_name(table_.surrogate))
      report("surrogate", "a surrogate's name has letters a-z, digits and _, a letter first");
    std::vector<const TableDecl*> children;
    if (&table_ == &entity_.record) children = child_tables(entity_.record);
    check_computed(context_, table_.computed, table_.fields, children, node_, label_);
    for (const TableDecl& child : table_.tables) {
      TableCheck check(
          context_, entity_, child, member_of(member_of(node_, "tables"), child.name),
          fmt::format("{}.tables.{}]", label_.substr(0, label_.size() - 1), child.name));
      check.check_child();
      check.run();
    }
  }

  void check_child() {
    if (table_.fold_case && table_.key.empty())
      report("fold_case", "\"fold_case\" needs a \"key\"");
    check_rows();
    check_places();
  }

 private:
  void report(std::string_view key, std::string_view message) {
    context_.report(node_.place_of({key}), label_, message);
  }

  void check_fields() {
    for (const FieldDecl& field : table_.fields) {
      const TomlNode& node = member_of(member_of(node_, "fields"), field.name);
      const std::string label = fmt::format("{} field {}", label_, field.name);
      check_field(context_, field, node, label);
      if (!field.lookup.empty()) check_link(context_, field, table_.fields, node, label);
      check_merging(field, node, label);
      check_document_field(field, node, label);
    }
  }

  void check_merging(const FieldDecl& field, const TomlNode& node, std::string_view label) {
    if (field.policy == Policy::most_recent && entity_.observed_at.empty())
      context_.report(node.place_of({"policy"}), label,
                      "policy = \"most_recent\" needs \"observed_at\" in the entity");
    if (is_from_archive() && field.policy == Policy::most_recent)
      context_.report(node.place_of({"policy"}), label,
                      "documents of one archive have no times; policy = \"most_recent\" is for "
                      "several sources");
    const bool is_json = field.type && field.type->kind == TypeKind::json;
    if (is_from_archive() && is_json && field.policy == Policy::merge)
      context_.report(node.place_of({"policy"}), label,
                      "documents of one archive merge lists; a json field is taken whole");
    if (field.policy != Policy::only) return;
    const std::vector<std::string> sources = source_names();
    if (std::ranges::find(sources, field.policy_source) == sources.end())
      context_.report_unknown(member_of(node, "policy").place, label, "source", field.policy_source,
                              sources);
  }

  bool is_from_archive() const {
    return std::ranges::any_of(context_.declaration.sources, [&](const SourceDecl& source) {
      return source.entity == entity_.name && source.format == Format::archive;
    });
  }

  std::vector<std::string> source_names() const {
    std::vector<std::string> names;
    for (const SourceDecl& source : context_.declaration.sources) {
      if (source.entity != entity_.name) continue;
      names.push_back(source.name);
      for (const SourceDecl& document : source.documents) names.push_back(document.name);
    }
    return names;
  }

  void check_document_field(const FieldDecl& field, const TomlNode& node, std::string_view label) {
    if (!field.path || field.path->steps.front().kind != PathStep::Kind::document) return;
    std::vector<std::string> known;
    for (const SourceDecl* source : sources_of(context_.declaration, entity_.name)) {
      for (const DocumentFieldDecl& document : source->document)
        known.push_back(document.field.name);
    }
    const std::string& name = field.path->steps.front().names.front();
    if (std::ranges::find(known, name) == known.end())
      context_.report_unknown(member_of(node, "path").place, label, "document field", name, known);
  }

  void check_key() {
    const bool is_record = &table_ == &entity_.record;
    for (std::size_t i = 0; i < table_.key.size(); ++i) {
      const Place place = item_place(node_, "key", i);
      const FieldDecl* field = find_field(table_.fields, table_.key[i]);
      if (field == nullptr) {
        context_.report_unknown(place, label_, "key field", table_.key[i], names_of(table_.fields));
      } else if (is_record && !field->stored) {
        context_.report(place, label_, fmt::format("key field \"{}\" must be stored", field->name));
      } else if (is_record && !field->lookup.empty()) {
        context_.report(
            place, label_,
            fmt::format("key field \"{}\" is a link; the key of a record is made of values",
                        field->name));
      } else if (field->type &&
                 (field->type->kind == TypeKind::list || field->type->kind == TypeKind::json ||
                  field->type->kind == TypeKind::point)) {
        context_.report(place, label_,
                        fmt::format("key field \"{}\" is {}; a key is made of single "
                                    "values",
                                    field->name, to_string(*field->type)));
      }
      if (std::ranges::count(table_.key, table_.key[i]) > 1 && field != nullptr)
        context_.report(place, label_, fmt::format("the key names \"{}\" twice", table_.key[i]));
    }
  }

  // `beside` and `separator`, here or in a source.
  void check_rows() {
    for (const auto& [field, path] : table_.each.beside) {
      if (find_field(table_.fields, field) == nullptr)
        context_.report_unknown(member_of(node_, "beside").place_of({field}), label_, "field",
                                field, names_of(table_.fields));
    }
    if (!table_.each.beside.empty() && !table_.each.separator)
      report("beside", "\"beside\" needs \"separator\", by which both texts are split");
    if (table_.each.separator && table_.each.separator->empty())
      report("separator", "\"separator\" needs at least one character");
    if (table_.each.each) check_each_path(*table_.each.each);
  }

  void check_each_path(const Path& path) {
    using enum PathStep::Kind;
    const PathStep::Kind last = path.steps.back().kind;
    const bool from_above = path.steps.front().kind == up;
    if (from_above || last == attribute || last == text || last == built_in || last == document)
      context_.report(path.place, label_,
                      "\"each\" matches members below: it has no ^ and ends in a name, * or {A,B}");
  }

  // Rows must come from somewhere.
  void check_places() {
    bool found = table_.each.each.has_value();
    for (const SourceDecl* source : sources_of(context_.declaration, entity_.name)) {
      found = found || !source->reader.empty();
      for (const auto& [name, places] : source->tables) found = found || name == table_.name;
    }
    if (!found)
      context_.report(
          table_.place, label_,
          fmt::format("nothing gives rows: say \"each\" here or in [source.NAME.tables.{}]",
                      table_.name));
  }

  const CheckContext& context_;
  const EntityDecl& entity_;
  const TableDecl& table_;
  const TomlNode& node_;
  const std::string label_;
};

class EntityCheck {
 public:
  EntityCheck(const CheckContext& context, const EntityDecl& entity)
      : context_(context),
        entity_(entity),
        node_(entity_node(context, entity)),
        label_(fmt::format("[entity.{}]", entity.name)) {}

  void run() {
    if (entity_.record.fields.empty())
      context_.report(entity_.record.place, label_, "an entity needs [entity.NAME.fields]");
    if (sources_of(context_.declaration, entity_.name).empty())
      context_.report(entity_.record.place, label_, "no source gives records of this entity");
    TableCheck(context_, entity_, entity_.record, node_, label_).run();
    check_write();
    check_deletes();
    check_child_names();
    check_merging();
    if (entity_.history) check_history(*entity_.history);
  }

 private:
  void report(std::string_view key, std::string_view message) {
    context_.report(node_.place_of({key}), label_, message);
  }

  void check_write() {
    const bool has_key = !entity_.record.key.empty();
    const bool has_children = !entity_.record.tables.empty();
    if (entity_.write == WriteMode::upsert && has_children)
      report("write",
             "write = \"upsert\" would leave old child rows behind; with child tables it is "
             "\"replace_record\"");
    if ((entity_.write == WriteMode::upsert || entity_.write == WriteMode::replace_record) &&
        !has_key)
      report("write",
             fmt::format("write = \"{}\" needs a \"key\"", member_of(node_, "write").text));
    check_partition();
    if (has_children && !has_key && entity_.record.surrogate.empty())
      report("tables", "child rows need a \"key\" or a \"surrogate\" of the record to refer to");
    if (entity_.version.empty()) return;
    if (!has_key) report("version", "\"version\" needs a \"key\"");
    if (entity_.write == WriteMode::append)
      report("version",
             "\"version\" chooses among records with equal keys; write = \"append\" keeps "
             "them all");
    check_version_paths();
  }

  void check_partition() {
    if (entity_.write == WriteMode::replace_partition && entity_.partition.empty())
      report("write",
             "write = \"replace_partition\" needs \"partition\", the fields that name one");
    if (entity_.write != WriteMode::replace_partition && !entity_.partition.empty())
      report("partition", "\"partition\" is for write = \"replace_partition\"");
    for (std::size_t i = 0; i < entity_.partition.size(); ++i) {
      if (find_field(entity_.record.fields, entity_.partition[i]) == nullptr)
        context_.report_unknown(item_place(node_, "partition", i), label_, "field",
                                entity_.partition[i], names_of(entity_.record.fields));
    }
  }

  void check_version_paths() {
    std::vector<std::string> known;
    for (const SourceDecl* source : sources_of(context_.declaration, entity_.name)) {
      for (const DocumentFieldDecl& field : source->document) known.push_back(field.field.name);
    }
    for (const Path& path : entity_.version) {
      const PathStep& first = path.steps.front();
      if (first.kind == PathStep::Kind::document &&
          std::ranges::find(known, first.names.front()) == known.end())
        context_.report_unknown(path.place, label_, "document field", first.names.front(), known);
    }
  }

  void check_deletes() {
    const bool has_deletes = !entity_.deleted_when.empty();
    if (node_.find("deletes") != nullptr && !has_deletes)
      report("deletes", "\"deletes\" needs \"deleted_when\"");
    if (has_deletes && entity_.record.key.empty())
      report("deleted_when", "\"deleted_when\" needs a \"key\", of which the rows go");
    if (has_deletes && entity_.write == WriteMode::append)
      report("deleted_when", "nothing is deleted with write = \"append\"");
  }

  // Sources name child tables, so one entity has each name once.
  void check_child_names() {
    std::vector<std::string> seen;
    for (const TableDecl* table : child_tables(entity_.record)) {
      const std::string label = fmt::format("{} table {}", label_, table->name);
      if (std::ranges::find(seen, table->name) != seen.end())
        context_.report(table->place, label, "this entity has another child table of this name");
      seen.push_back(table->name);
    }
  }

  void check_merging() {
    const std::vector<std::string> fields = names_of(entity_.record.fields);
    const auto known = [&](std::string_view name) {
      return std::ranges::find(fields, name) != fields.end();
    };
    if (!entity_.observed_at.empty() && !known(entity_.observed_at))
      context_.report_unknown(member_of(node_, "observed_at").place, label_, "field",
                              entity_.observed_at, fields);
    for (std::size_t i = 0; i < entity_.provenance.size(); ++i) {
      if (!known(entity_.provenance[i]))
        context_.report_unknown(item_place(node_, "provenance", i), label_, "field",
                                entity_.provenance[i], fields);
    }
    if (entity_.duplicates == "most_recent" && entity_.observed_at.empty())
      report("duplicates", "duplicates = \"most_recent\" needs \"observed_at\"");
    if (entity_.default_policy == Policy::most_recent && entity_.observed_at.empty())
      report("default_policy", "default_policy = \"most_recent\" needs \"observed_at\"");
    if (entity_.carry_days < 0) report("carry_days", "\"carry_days\" is not below 0");
  }

  void check_history(const HistoryDecl& history) {
    if (entity_.record.key.empty())
      report("history", "a history needs a \"key\", of which it keeps one row each");
    for (const FieldDecl& field : history.fields) {
      const TomlNode& node =
          member_of(member_of(member_of(node_, "history"), "fields"), field.name);
      const std::string label =
          fmt::format("[entity.{}.history] field {}", entity_.name, field.name);
      check_field(context_, field, node, label);
      if (field.policy != Policy::min && field.policy != Policy::max)
        context_.report(node.place_of({"policy"}), label,
                        "a history keeps a minimum or a maximum: policy = \"min\" or \"max\"");
      if (field.of == HistoryOf::deletes && entity_.deleted_when.empty())
        context_.report(node.place_of({"of"}), label,
                        "of = \"deletes\" needs \"deleted_when\" in the entity");
    }
  }

  const CheckContext& context_;
  const EntityDecl& entity_;
  const TomlNode& node_;
  const std::string label_;
};

}  // namespace

void check_entity(const CheckContext& context, const EntityDecl& entity) {
  EntityCheck(context, entity).run();
}

}  // namespace weir::extract
