#include "weir/extract/plan_links.h"

#include <algorithm>

#include "weir/base/assert.h"

namespace weir::extract {

namespace {

class LinkCompiler {
 public:
  LinkCompiler(const Declaration& declaration, const Tables& tables,
               const std::vector<FieldDecl>& fields)
      : declaration_(declaration), tables_(tables), fields_(fields) {}

  std::shared_ptr<const LookupRef> link(const std::string& lookup,
                                        const std::vector<LookupPart>& parts) const;
  std::shared_ptr<const LookupRef> link_of_field(const std::string& lookup, i32 field) const;

 private:
  const LookupDecl& find(const std::string& name) const;
  i32 column_of(i32 table, const std::string& part) const;
  LinkPart part(const LookupDecl& lookup, i32 table, const LookupPart& from) const;

  const Declaration& declaration_;
  const Tables& tables_;
  const std::vector<FieldDecl>& fields_;
};

const LookupDecl& LinkCompiler::find(const std::string& name) const {
  const auto at = std::ranges::find(declaration_.lookups, name, &LookupDecl::name);
  WEIR_ASSERT(at != declaration_.lookups.end());
  return *at;
}

// A part that is a link is stored in column PART_id.
i32 LinkCompiler::column_of(i32 table, const std::string& part) const {
  const Schema schema = tables_.batch_schema(table);
  const i64 plain = schema.find(part);
  return static_cast<i32>(plain >= 0 ? plain : schema.find(part + "_id"));
}

LinkPart LinkCompiler::part(const LookupDecl& lookup, i32 table, const LookupPart& from) const {
  LinkPart made{.column = column_of(table, from.name)};
  const auto decl = std::ranges::find(lookup.fields, from.name, &FieldDecl::name);
  const std::string below = decl == lookup.fields.end() ? "" : decl->lookup;
  made.required = decl != lookup.fields.end() && decl->required;
  if (!from.parts.empty()) {
    made.below = link(below, from.parts);
    return made;
  }
  const auto field = std::ranges::find(fields_, from.field, &FieldDecl::name);
  WEIR_ASSERT(field != fields_.end());
  made.field = static_cast<i32>(field - fields_.begin());
  if (below.empty()) return made;
  made.field_is_link = field->lookup == below;
  if (!made.field_is_link) made.below = link_of_field(below, made.field);
  return made;
}

std::shared_ptr<const LookupRef> LinkCompiler::link(const std::string& lookup,
                                                    const std::vector<LookupPart>& parts) const {
  const LookupDecl& decl = find(lookup);
  auto made = std::make_shared<LookupRef>();
  made->table = static_cast<i32>(tables_.find(decl.table.empty() ? decl.name : decl.table));
  for (const std::string& key : decl.key) {
    const auto from = std::ranges::find(parts, key, &LookupPart::name);
    if (from == parts.end())
      made->key.push_back({.column = column_of(made->table, key)});
    else
      made->key.push_back(part(decl, made->table, *from));
  }
  for (const LookupPart& from : parts)
    if (std::ranges::find(decl.key, from.name) == decl.key.end())
      made->others.push_back(part(decl, made->table, from));
  return made;
}

std::shared_ptr<const LookupRef> LinkCompiler::link_of_field(const std::string& lookup,
                                                             i32 field) const {
  const LookupDecl& decl = find(lookup);
  return link(lookup,
              {{.name = decl.key.front(), .field = fields_[static_cast<std::size_t>(field)].name}});
}

}  // namespace

std::shared_ptr<const LookupRef> compile_link(const Declaration& declaration, const Tables& tables,
                                              const std::vector<FieldDecl>& fields, i32 field) {
  const FieldDecl& decl = fields[static_cast<std::size_t>(field)];
  const LinkCompiler compiler(declaration, tables, fields);
  if (decl.with.empty()) return compiler.link_of_field(decl.lookup, field);
  return compiler.link(decl.lookup, decl.with);
}

}  // namespace weir::extract
