#include "weir/extract/declaration_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "weir/base/bytes.h"

namespace weir::extract {
namespace {

const std::vector<std::pair<std::string, TypeKind>> simple_types = {
    {"string", TypeKind::string},     {"bool", TypeKind::boolean},
    {"int32", TypeKind::int32},       {"int64", TypeKind::int64},
    {"float32", TypeKind::float32},   {"float64", TypeKind::float64},
    {"date", TypeKind::date},         {"timestamp", TypeKind::timestamp},
    {"datetime", TypeKind::datetime}, {"list<string>", TypeKind::list},
    {"json", TypeKind::json},         {"point", TypeKind::point}};

constexpr i64 greatest_precision = 38;  // of 128 bits

std::optional<i64> parse_count(std::string_view text) {
  text = trim(text);
  i64 value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::optional<Type> parse_decimal(std::string_view text) {
  constexpr std::string_view head = "decimal(";
  if (!text.starts_with(head) || text.back() != ')') return std::nullopt;
  text = text.substr(head.size(), text.size() - head.size() - 1);
  const std::size_t comma = text.find(',');
  if (comma == text.npos) return std::nullopt;
  const auto precision = parse_count(text.substr(0, comma));
  const auto scale = parse_count(text.substr(comma + 1));
  if (!precision || !scale) return std::nullopt;
  if (*precision < 1 || *precision > greatest_precision || *scale > *precision) return std::nullopt;
  return Type{TypeKind::decimal, static_cast<u8>(*precision), static_cast<u8>(*scale)};
}

std::optional<Type> read_type(Section& section) {
  const TomlNode* node = section.any("type");
  if (node == nullptr) return std::nullopt;
  if (node->kind == TomlNode::Kind::text) {
    if (auto type = parse_type(node->text)) return type;
  }
  std::string hint = did_you_mean(node->text, type_names());
  if (node->text.starts_with("decimal"))
    hint = fmt::format("; it is decimal(p,s) with p from 1 to {} and s from 0 to p",
                       greatest_precision);
  if (hint.empty()) hint = fmt::format("; types are {}", listed(type_names()));
  section.report(node->place, fmt::format("unknown type \"{}\"{}", printable(node->text), hint));
  return std::nullopt;
}

void read_field_path(Section& section, FieldDecl& field) {
  const TomlNode* node = section.any("path");
  if (node == nullptr) return;
  field.has_path = true;
  if (node->kind == TomlNode::Kind::boolean) {
    if (node->boolean) section.report(node->place, "\"path\" is a path, or false for none");
    return;
  }
  field.path = read_path(*node, section.label(), section.problems());
}

void read_coerce_options(Section& section, CoerceOptions& options) {
  options.coerce = section.text("coerce");
  options.format = section.text("format");
  options.unit = section.text("unit");
  options.assume = section.text("assume");
  options.decimal = section.text("decimal");
  options.separator = section.text("separator");
  options.join = section.text("join");
  options.pattern = section.text("pattern");
  options.minor_units = section.flag("minor_units");
  options.check_digit = section.flag("check_digit");
  options.trim = section.flag("trim");
  options.null_items = section.flag("null_items");
  options.strict = section.flag("strict");
  options.round = section.integer("round");
  options.max_chars = section.integer("max_chars");
  options.null_tokens = section.list("null_tokens");
  options.values = section.pairs("values");
}

std::vector<LookupPart> read_parts(const TomlNode& table, std::string_view label,
                                   Problems& problems) {
  std::vector<LookupPart> parts;
  for (const TomlNode& node : table.children) {
    LookupPart part{.name = node.key, .place = node.key_place};
    if (node.kind == TomlNode::Kind::text) {
      part.field = node.text;
    } else if (node.kind == TomlNode::Kind::table) {
      part.parts = read_parts(node, label, problems);
    } else {
      problems.add(node.place, fmt::format("{}: part \"{}\" takes a field, or a table of parts, "
                                           "not {}",
                                           label, node.key, node.kind_name()));
      continue;
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

void read_link(Section& section, FieldDecl& field) {
  if (auto lookup = section.text("lookup")) field.lookup = *lookup;
  const TomlNode* with = section.any("with");
  if (with == nullptr) return;
  if (with->kind != TomlNode::Kind::table) {
    section.report(with->place,
                   fmt::format("\"with\" takes a table of parts, not {}", with->kind_name()));
    return;
  }
  if (field.lookup.empty())
    section.report(with->key_place, "\"with\" gives the parts of a lookup; \"lookup\" is missing");
  field.with = read_parts(*with, section.label(), section.problems());
}

// What fields of rows, documents and lookups have, and fields of a history have not.
void read_value_keys(Section& section, FieldDecl& field) {
  read_coerce_options(section, field.coerce);
  field.default_value = section.scalar("default");
  field.min = section.number("min");
  field.max = section.number("max");
  field.clamp = section.flag("clamp").value_or(false);
  field.required = section.flag("required").value_or(false);
}

void read_row_keys(Section& section, FieldDecl& field) {
  field.on_error = read_on_error(section);
  field.policy = read_policy(section, "policy", &field.policy_source);
  read_link(section, field);
  field.stored = section.flag("stored").value_or(true);
  field.volatile_value = section.flag("volatile").value_or(false);
}

FieldDecl read_field_keys(Section& section, const TomlNode& node, FieldOwner owner) {
  FieldDecl field;
  field.name = node.key;
  field.place = node.key_place;
  field.type = read_type(section);
  read_field_path(section, field);
  if (owner == FieldOwner::history) {
    field.policy = read_policy(section, "policy", nullptr);
    field.of = section
                   .choice<HistoryOf>("of", {{"both", HistoryOf::both},
                                             {"versions", HistoryOf::versions},
                                             {"deletes", HistoryOf::deletes}})
                   .value_or(HistoryOf::both);
    field.coerce.format = section.text("format");
    return field;
  }
  read_value_keys(section, field);
  if (owner != FieldOwner::document) read_row_keys(section, field);
  return field;
}

ComputedDecl read_one_computed(const TomlNode& node, std::string label, Problems& problems) {
  Section section(node, std::move(label), problems);
  ComputedDecl computed;
  computed.place = node.place;
  computed.type = section.text("type").value_or("");
  if (computed.type.empty() && node.find("type") == nullptr)
    section.report(node.place, "a computed field needs a \"type\"");
  computed.into = section.texts("into").value_or(std::vector<std::string>{});
  computed.of = section.texts("of").value_or(std::vector<std::string>{});
  computed.text = section.text("template").value_or("");
  computed.count = section.text("count").value_or("");
  computed.pattern = section.text("pattern").value_or("");
  computed.with = section.text("with").value_or("");
  const TomlNode* table = node.find("table");
  if (table != nullptr && table->kind == TomlNode::Kind::text) {
    computed.table_file = section.text("table").value_or("");
  } else {
    computed.table = section.pairs("table");
  }
  section.finish();
  return computed;
}

template <typename T>
void overrule(std::optional<T>& option, const std::optional<T>& over) {
  if (over) option = over;
}

}  // namespace

CoerceOptions merged_options(const CoerceOptions& entity, const CoerceOptions& source) {
  CoerceOptions merged = entity;
  overrule(merged.coerce, source.coerce);
  overrule(merged.format, source.format);
  overrule(merged.unit, source.unit);
  overrule(merged.assume, source.assume);
  overrule(merged.decimal, source.decimal);
  overrule(merged.separator, source.separator);
  overrule(merged.join, source.join);
  overrule(merged.pattern, source.pattern);
  overrule(merged.minor_units, source.minor_units);
  overrule(merged.check_digit, source.check_digit);
  overrule(merged.trim, source.trim);
  overrule(merged.null_items, source.null_items);
  overrule(merged.strict, source.strict);
  overrule(merged.round, source.round);
  overrule(merged.max_chars, source.max_chars);
  overrule(merged.null_tokens, source.null_tokens);
  if (!source.values.empty()) merged.values = source.values;
  return merged;
}

std::optional<Type> parse_type(std::string_view text) {
  for (const auto& [name, kind] : simple_types) {
    if (name == text) return Type{kind};
  }
  return text.empty() ? std::nullopt : parse_decimal(text);
}

const std::vector<std::string>& type_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& [name, kind] : simple_types) all.push_back(name);
    all.emplace_back("decimal(p,s)");
    return all;
  }();
  return names;
}

FieldDecl read_field(const TomlNode& node, std::string_view label, FieldOwner owner,
                     Problems& problems) {
  Section section(node, fmt::format("{} {}", label, node.key), problems);
  FieldDecl field = read_field_keys(section, node, owner);
  section.finish();
  return field;
}

DocumentFieldDecl read_document_field(const TomlNode& node, std::string_view label,
                                      Problems& problems) {
  Section section(node, fmt::format("{} {}", label, node.key), problems);
  DocumentFieldDecl field;
  field.field = read_field_keys(section, node, FieldOwner::document);
  field.else_file_name = section.text("else_file_name").value_or("");
  section.finish();
  return field;
}

std::vector<FieldDecl> read_fields(Section& section, FieldOwner owner) {
  std::vector<FieldDecl> fields;
  for (const TomlNode& node : section.members("fields"))
    fields.push_back(
        read_field(node, fmt::format("{} field", section.label()), owner, section.problems()));
  return fields;
}

std::vector<std::pair<std::string, CoerceOptions>> read_options(Section& section) {
  std::vector<std::pair<std::string, CoerceOptions>> fields;
  for (const TomlNode& node : section.members("fields")) {
    Section options(node, fmt::format("{} field {}", section.label(), node.key),
                    section.problems());
    read_coerce_options(options, fields.emplace_back(node.key, CoerceOptions{}).second);
    options.finish();
  }
  return fields;
}

std::vector<ComputedDecl> read_computed(Section& section) {
  std::vector<ComputedDecl> computed;
  for (const TomlNode* node : section.tables("computed"))
    computed.push_back(
        read_one_computed(*node, fmt::format("{} computed", section.label()), section.problems()));
  return computed;
}

std::vector<Condition> read_conditions(Section& section, std::string_view key) {
  std::vector<Condition> conditions;
  for (const TomlNode& node : section.members(key)) {
    Condition condition;
    auto path = parse_path(node.key);
    if (!path) section.report(node.key_place, path.error().message());
    if (node.kind == TomlNode::Kind::boolean) {
      condition.kind = node.boolean ? Condition::Kind::present : Condition::Kind::absent;
    } else {
      condition.kind = Condition::Kind::equals;
      const bool is_list = node.kind == TomlNode::Kind::list;
      const std::vector<TomlNode> items = is_list ? node.children : std::vector{node};
      bool fits = !items.empty();
      for (const TomlNode& item : items) {
        fits = fits && (item.kind == TomlNode::Kind::text || item.kind == TomlNode::Kind::integer);
        condition.values.push_back(item.text);
      }
      if (!fits)
        section.report(node.place,
                       fmt::format("\"{}\" compares a path with a text, a list of texts, or true "
                                   "or false for present or absent; a path with dots stands in "
                                   "quotes",
                                   key));
    }
    if (!path) continue;
    condition.path = std::move(*path);
    condition.path.place = node.key_place;
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

std::optional<OnError> read_on_error(Section& section) {
  return section.choice<OnError>("on_error",
                                 {{"null", OnError::null}, {"reject", OnError::reject}});
}

std::optional<Policy> read_policy(Section& section, std::string_view key, std::string* source) {
  constexpr std::string_view only = "only:";
  const TomlNode* node = section.any(key);
  if (source != nullptr && node != nullptr && node->text.starts_with(only)) {
    *source = node->text.substr(only.size());
    return Policy::only;
  }
  return section.choice<Policy>(key, {{"priority", Policy::priority},
                                      {"most_recent", Policy::most_recent},
                                      {"max", Policy::max},
                                      {"min", Policy::min},
                                      {"majority", Policy::majority},
                                      {"merge", Policy::merge}});
}

}  // namespace weir::extract
