// Checks of lookups and of the links to them.
#include <fmt/format.h>

#include <algorithm>

#include "weir/extract/check_context.h"
#include "weir/extract/tables_of.h"

namespace weir::extract {
namespace {

std::string lookup_label(const LookupDecl& lookup) {
  return fmt::format("[lookup.{}]", lookup.name);
}

bool is_key_part(const LookupDecl& lookup, std::string_view name) {
  return std::ranges::find(lookup.key, name) != lookup.key.end();
}

// The type of a value that alone gives `lookup`: that of its one key part, which may be a lookup
// of one part again. Nothing where several parts are needed.
std::optional<Type> single_value_type(const CheckContext& context, const LookupDecl& lookup,
                                      i64 depth = 0) {
  if (lookup.key.size() != 1 || depth > std::ssize(context.declaration.lookups))
    return std::nullopt;
  const FieldDecl part = lookup_fields(lookup).front();
  if (part.lookup.empty()) return part.type;
  const LookupDecl* below = context.lookup(part.lookup);
  return below == nullptr ? std::nullopt : single_value_type(context, *below, depth + 1);
}

class LinkCheck {
 public:
  LinkCheck(const CheckContext& context, const std::vector<FieldDecl>& row, Place place,
            std::string_view label)
      : context_(context), row_(row), place_(place), label_(label) {}

  // The parts of `lookup` that `with` gives.
  void check_parts(const LookupDecl& lookup, const std::vector<LookupPart>& parts, Place place) {
    const std::vector<FieldDecl> columns = lookup_fields(lookup);
    for (const LookupPart& part : parts) {
      const FieldDecl* column = find_field(columns, part.name);
      if (column == nullptr) {
        context_.report_unknown(part.place, label_, "part", part.name, names_of(columns),
                                fmt::format("lookup \"{}\"", lookup.name));
      } else if (!part.field.empty()) {
        check_field_part(lookup, *column, part);
      } else {
        check_table_part(lookup, *column, part);
      }
    }
    for (const std::string& key : lookup.key) {
      if (std::ranges::find(parts, key, &LookupPart::name) == parts.end())
        context_.report(
            place, label_,
            fmt::format("lookup \"{}\" needs the part \"{}\" in \"with\"", lookup.name, key));
    }
  }

  void check_value(const LookupDecl& lookup, const FieldDecl& field) {
    if (lookup.key.empty()) return;  // told of the lookup
    const auto type = single_value_type(context_, lookup);
    if (!type) {
      context_.report(
          place_, label_,
          fmt::format("lookup \"{}\" has the key parts {}; say in \"with\" which fields "
                      "give them",
                      lookup.name, listed(lookup.key)));
    } else if (field.type && field.type != type) {
      context_.report(place_, label_,
                      fmt::format("lookup \"{}\" takes {}, the field is {}", lookup.name,
                                  to_string(*type), to_string(*field.type)));
    }
  }

 private:
  void check_field_part(const LookupDecl& lookup, const FieldDecl& column, const LookupPart& part) {
    const FieldDecl* field = find_field(row_, part.field);
    if (field == nullptr) {
      context_.report_unknown(part.place, label_, "field", part.field, names_of(row_));
      return;
    }
    if (!column.lookup.empty() && field->lookup == column.lookup) return;  // a link of the row
    if (!field->type) {
      if (!field->lookup.empty())
        context_.report(
            part.place, label_,
            fmt::format("field \"{}\" is a link to \"{}\" and has no value for the part "
                        "\"{}\"",
                        part.field, field->lookup, part.name));
      return;
    }
    const auto expected = part_type(column);
    if (!expected) {
      context_.report(
          part.place, label_,
          fmt::format("the part \"{}\" is a lookup of several parts; it takes a table of "
                      "them, or a field that is a link to \"{}\"",
                      part.name, column.lookup));
    } else if (*expected != *field->type) {
      context_.report(
          part.place, label_,
          fmt::format("the part \"{}\" of lookup \"{}\" is {}, the field \"{}\" is {}", part.name,
                      lookup.name, to_string(*expected), part.field, to_string(*field->type)));
    }
  }

  std::optional<Type> part_type(const FieldDecl& column) const {
    if (column.lookup.empty()) return column.type;
    const LookupDecl* below = context_.lookup(column.lookup);
    return below == nullptr ? Type{} : single_value_type(context_, *below);
  }

  void check_table_part(const LookupDecl& lookup, const FieldDecl& column, const LookupPart& part) {
    if (column.lookup.empty()) {
      context_.report(
          part.place, label_,
          fmt::format("the part \"{}\" of lookup \"{}\" is a value and takes a field, not "
                      "a table",
                      part.name, lookup.name));
    } else if (const LookupDecl* below = context_.lookup(column.lookup)) {
      check_parts(*below, part.parts, part.place);
    }
  }

  const CheckContext& context_;
  const std::vector<FieldDecl>& row_;
  const Place place_;
  const std::string_view label_;
};

bool is_filled(const LookupDecl& lookup, const std::string& name) {
  return std::ranges::any_of(lookup.computed, [&](const ComputedDecl& computed) {
    return std::ranges::find(computed.into, name) != computed.into.end();
  });
}

void check_lookup_field(const CheckContext& context, const LookupDecl& lookup,
                        const FieldDecl& field, const TomlNode& node) {
  const std::string label = fmt::format("{} field {}", lookup_label(lookup), field.name);
  check_field(context, field, node, label);
  if (field.path)
    context.report(node.place_of({"path"}), label,
                   "a lookup reads no input; \"with\" of a link gives its columns");
  if (!field.with.empty())
    context.report(node.place_of({"with"}), label, "\"with\" stands in the rows that link");
  if (!field.lookup.empty() && context.lookup(field.lookup) == nullptr)
    context.report_unknown(member_of(node, "lookup").place, label, "lookup", field.lookup,
                           names_of(context.declaration.lookups));
  const bool ordered = field.policy == Policy::min || field.policy == Policy::max;
  if (is_key_part(lookup, field.name)) {
    if (field.policy)
      context.report(node.place_of({"policy"}), label, "a part of the key has no policy");
  } else if (field.required) {
    context.report(node.place_of({"required"}), label,
                   "only parts of the key are required: without them there is no link");
  } else if (field.policy && !ordered) {
    context.report(
        node.place_of({"policy"}), label,
        "a lookup's column takes policy = \"min\" or \"max\"; nothing else is free of order");
  } else if (!field.policy && !is_filled(lookup, field.name)) {
    context.report(field.place, label,
                   "a further column needs policy = \"min\" or \"max\", or a computed field that "
                   "fills it");
  }
}

void check_lookup_key(const CheckContext& context, const LookupDecl& lookup, const TomlNode& node) {
  if (lookup.key.empty())
    context.report(lookup.place, lookup_label(lookup), "a lookup needs a \"key\"");
  for (std::size_t i = 0; i < lookup.key.size(); ++i) {
    const std::string& part = lookup.key[i];
    if (!is_plain_name(part))
      context.report(
          item_place(node, "key", i), lookup_label(lookup),
          fmt::format("key part \"{}\": a name has letters a-z, digits and _, a letter first",
                      part));
    if (std::ranges::count(lookup.key.begin(), lookup.key.begin() + static_cast<i64>(i), part) > 0)
      context.report(item_place(node, "key", i), lookup_label(lookup),
                     fmt::format("the key names \"{}\" twice", part));
  }
}

// True if `lookup` leads back to `start` by links between lookups.
bool leads_to(const CheckContext& context, const LookupDecl& lookup, const LookupDecl& start,
              std::vector<const LookupDecl*>& seen) {
  for (const FieldDecl& field : lookup.fields) {
    const LookupDecl* below = field.lookup.empty() ? nullptr : context.lookup(field.lookup);
    if (below == &start) return true;
    if (below == nullptr || std::ranges::find(seen, below) != seen.end()) continue;
    seen.push_back(below);
    if (leads_to(context, *below, start, seen)) return true;
  }
  return false;
}

void collect_links(const std::vector<FieldDecl>& fields, std::vector<std::string>& links) {
  for (const FieldDecl& field : fields) {
    if (!field.lookup.empty()) links.push_back(field.lookup);
  }
}

std::vector<std::string> all_links(const Declaration& declaration) {
  std::vector<std::string> links;
  for (const EntityDecl& entity : declaration.entities) {
    collect_links(entity.record.fields, links);
    for (const TableDecl* table : child_tables(entity.record)) collect_links(table->fields, links);
  }
  for (const LookupDecl& lookup : declaration.lookups) collect_links(lookup.fields, links);
  return links;
}

}  // namespace

void check_link(const CheckContext& context, const FieldDecl& field,
                const std::vector<FieldDecl>& row, const TomlNode& node, std::string_view label) {
  const LookupDecl* lookup = context.lookup(field.lookup);
  const Place place = member_of(node, "lookup").place;
  if (lookup == nullptr) {
    context.report_unknown(place, label, "lookup", field.lookup,
                           names_of(context.declaration.lookups));
    return;
  }
  LinkCheck check(context, row, place, label);
  if (field.with.empty()) {
    if (!field.type && node.find("type") == nullptr)
      context.report(field.place, label, "a link needs a \"type\", or parts in \"with\"");
    check.check_value(*lookup, field);
  } else {
    check.check_parts(*lookup, field.with, node.place_of({"with"}));
  }
}

void check_lookups(const CheckContext& context) {
  const std::vector<std::string> links = all_links(context.declaration);
  for (const LookupDecl& lookup : context.declaration.lookups) {
    const TomlNode& node = member_of(member_of(context.root, "lookup"), lookup.name);
    const std::string label = lookup_label(lookup);
    check_lookup_key(context, lookup, node);
    for (const FieldDecl& field : lookup.fields)
      check_lookup_field(context, lookup, field, member_of(member_of(node, "fields"), field.name));
    check_computed(context, lookup.computed, lookup_fields(lookup), {}, node, label);
    if (lookup.surrogate.empty() || !is_plain_name(lookup.surrogate))
      context.report(node.place_of({"surrogate"}), label,
                     "a surrogate's name has letters a-z, digits and _, a letter first");
    std::vector<const LookupDecl*> seen;
    if (leads_to(context, lookup, lookup, seen))
      context.report(lookup.place, label, "this lookup links to itself, by way of its fields");
    if (std::ranges::find(links, lookup.name) == links.end())
      context.report(lookup.place, label, "nothing links to this lookup");
  }
}

}  // namespace weir::extract
