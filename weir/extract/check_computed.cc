// Checks of computed fields: what the built-in types need, and the names that all of them use.
#include <fmt/format.h>

#include <algorithm>

#include "weir/extract/check_context.h"

namespace weir::extract {
namespace {

const std::vector<std::string> built_in_types = {"Template", "TemplateList", "Count", "Match",
                                                 "Replace",  "Lookup",       "Point"};

bool is_float(const FieldDecl& field) {
  return field.type &&
         (field.type->kind == TypeKind::float32 || field.type->kind == TypeKind::float64);
}
bool is_integer(const FieldDecl& field) {
  return field.type && (field.type->kind == TypeKind::int32 || field.type->kind == TypeKind::int64);
}
bool is_kind(const FieldDecl& field, TypeKind kind) {
  return field.type && field.type->kind == kind;
}

class ComputedCheck {
 public:
  ComputedCheck(const CheckContext& context, const ComputedDecl& computed,
                const std::vector<FieldDecl>& fields, const TomlNode& node, std::string_view label)
      : context_(context), computed_(computed), fields_(fields), node_(node), label_(label) {}

  void run(const std::vector<const TableDecl*>& children) {
    const bool is_built_in =
        std::ranges::find(built_in_types, computed_.type) != built_in_types.end();
    check_names("into", computed_.into, {});
    check_names("of", computed_.of, is_built_in ? std::vector<const TableDecl*>{} : children);
    if (computed_.into.empty()) refuse("into", "a computed field needs \"into\"");
    if (is_built_in) {
      check_built_in();
    } else if (!computed_.type.empty()) {
      std::vector<std::string> known = context_.registered.computed;
      known.insert(known.end(), built_in_types.begin(), built_in_types.end());
      context_.require_registered(member_of(node_, "type").place, label_, "computed type",
                                  computed_.type, known);
      allow({});
    }
  }

 private:
  void refuse(std::string_view key, std::string_view message) {
    context_.report(node_.place_of({key}), label_, message);
  }

  void check_names(std::string_view key, const std::vector<std::string>& names,
                   const std::vector<const TableDecl*>& children) {
    std::vector<std::string> known = names_of(fields_);
    for (const TableDecl* child : children) known.push_back(child->name);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const Place place = item_place(node_, key, i);
      const auto child = std::ranges::find_if(
          children, [&](const TableDecl* table) { return table->name == names[i]; });
      if (std::ranges::find(known, names[i]) == known.end())
        context_.report_unknown(place, label_, "field", names[i], known);
      else if (find_field(fields_, names[i]) == nullptr)
        check_child(**child, place);
    }
  }

  // Of the rows of a child table their key is seen.
  void check_child(const TableDecl& child, Place place) {
    const FieldDecl* key =
        child.key.size() == 1 ? find_field(child.fields, child.key.front()) : nullptr;
    if (key == nullptr || !key->type)
      context_.report(place, label_,
                      fmt::format("\"{}\" is no field, and of a child table the key is seen: one "
                                  "field with a type",
                                  child.name));
  }

  // Keys beside `type`, `of` and `into` that this type takes; the others are refused.
  void allow(const std::vector<std::string>& keys) {
    for (const char* key : {"template", "count", "pattern", "with", "table"}) {
      if (node_.find(key) != nullptr && std::ranges::find(keys, key) == keys.end())
        refuse(key, fmt::format("\"{}\" takes no \"{}\"", computed_.type, key));
    }
  }

  // The one field that `key` names, if it names one that exists.
  const FieldDecl* single(std::string_view key, const std::vector<std::string>& names) {
    if (names.size() != 1) {
      refuse(key, fmt::format("\"{}\" takes one field in \"{}\"", computed_.type, key));
      return nullptr;
    }
    return find_field(fields_, names.front());
  }

  void require(std::string_view key, bool fits, std::string_view what) {
    if (!fits) refuse(key, fmt::format("\"{}\" of \"{}\" takes {}", key, computed_.type, what));
  }

  void check_built_in() {
    const FieldDecl* into = single("into", computed_.into);
    if (computed_.type == "Template" || computed_.type == "TemplateList") {
      check_template(into);
    } else if (computed_.type == "Point") {
      check_point(into);
    } else {
      const FieldDecl* of = single("of", computed_.of);
      check_from_one(into, of);
    }
  }

  void check_template(const FieldDecl* into) {
    const bool is_list = computed_.type == "TemplateList";
    allow(is_list ? std::vector<std::string>{"template", "count"}
                  : std::vector<std::string>{"template"});
    if (computed_.text.empty())
      refuse("template", fmt::format("\"{}\" needs \"template\"", computed_.type));
    check_placeholders(is_list);
    if (!is_list) return;
    require("into", into == nullptr || is_kind(*into, TypeKind::list),
            "a field of type list<string>");
    const FieldDecl* count = find_field(fields_, computed_.count);
    if (computed_.count.empty()) {
      refuse("count", "\"TemplateList\" needs \"count\", the field that says how many");
    } else if (count == nullptr) {
      context_.report_unknown(member_of(node_, "count").place, label_, "field", computed_.count,
                              names_of(fields_));
    } else {
      require("count", is_integer(*count), "a field of type int32 or int64");
    }
  }

  void check_placeholders(bool is_list) {
    std::vector<std::string> known = names_of(fields_);
    known.emplace_back("_source");
    if (is_list) known.emplace_back("n");
    std::string_view rest = computed_.text;
    for (std::size_t open = rest.find('{'); open != rest.npos; open = rest.find('{')) {
      const std::size_t close = rest.find('}', open);
      if (close == rest.npos) {
        refuse("template", "the template has a { without }");
        return;
      }
      const std::string name(rest.substr(open + 1, close - open - 1));
      if (std::ranges::find(known, name) == known.end())
        context_.report_unknown(member_of(node_, "template").place, label_, "field", name, known);
      rest.remove_prefix(close + 1);
    }
  }

  void check_point(const FieldDecl* into) {
    allow({});
    require("into", into == nullptr || is_kind(*into, TypeKind::point), "a field of type point");
    bool fits = computed_.of.size() == 2;
    for (const std::string& name : computed_.of) {
      const FieldDecl* field = find_field(fields_, name);
      fits = fits && (field == nullptr || is_float(*field));
    }
    require("of", fits, "two fields of type float32 or float64, longitude first");
  }

  // Count, Match, Replace, Lookup.
  void check_from_one(const FieldDecl* into, const FieldDecl* of) {
    if (computed_.type == "Count") {
      allow({});
      require("of", of == nullptr || is_kind(*of, TypeKind::list), "a field of type list<string>");
      require("into", into == nullptr || is_integer(*into), "a field of type int32 or int64");
    } else if (computed_.type == "Lookup") {
      allow({"table"});
      if (computed_.table.empty() && computed_.table_file.empty())
        refuse("table", "\"Lookup\" needs \"table\", inline or a CSV file");
    } else {
      const bool is_match = computed_.type == "Match";
      allow(is_match ? std::vector<std::string>{"pattern"}
                     : std::vector<std::string>{"pattern", "with"});
      check_pattern(is_match);
      if (!is_match && node_.find("with") == nullptr) refuse("with", "\"Replace\" needs \"with\"");
    }
  }

  void check_pattern(bool is_match) {
    if (computed_.pattern.empty()) {
      refuse("pattern", fmt::format("\"{}\" needs \"pattern\"", computed_.type));
      return;
    }
    const auto problem = pattern_problem(computed_.pattern, is_match ? 1 : any_groups);
    if (problem) refuse("pattern", fmt::format("\"pattern\" {}", *problem));
  }

  const CheckContext& context_;
  const ComputedDecl& computed_;
  const std::vector<FieldDecl>& fields_;
  const TomlNode& node_;
  const std::string_view label_;
};

}  // namespace

void check_computed(const CheckContext& context, const std::vector<ComputedDecl>& computed,
                    const std::vector<FieldDecl>& fields,
                    const std::vector<const TableDecl*>& children, const TomlNode& owner,
                    std::string_view label) {
  const TomlNode& list = member_of(owner, "computed");
  for (std::size_t i = 0; i < computed.size(); ++i) {
    const bool is_list = list.kind == TomlNode::Kind::list;
    const TomlNode& node = is_list ? list.children[i] : list;
    ComputedCheck(context, computed[i], fields, node,
                  fmt::format("{} computed \"{}\"", label, computed[i].type))
        .run(children);
  }
}

}  // namespace weir::extract
