// Reading fields, computed fields, conditions and coercer options: what sources, entities, child
// tables and lookups have in common.
//
// Threads: one at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/extract/declaration.h"
#include "weir/extract/declaration_section.h"

namespace weir::extract {

// What a field belongs to decides which of its keys there are.
enum class FieldOwner { row, document, lookup, history };

// "int32", "decimal(12,2)", "list<string>"; nothing for another text.
std::optional<Type> parse_type(std::string_view text);
// All names that parse_type takes, "decimal(p,s)" for decimals.
const std::vector<std::string>& type_names();

FieldDecl read_field(const TomlNode& node, std::string_view label, FieldOwner owner,
                     Problems& problems);
DocumentFieldDecl read_document_field(const TomlNode& node, std::string_view label,
                                      Problems& problems);
// Fields in the order as written.
std::vector<FieldDecl> read_fields(Section& section, FieldOwner owner);

// Options of coercers in a source: [source.S.fields].
std::vector<std::pair<std::string, CoerceOptions>> read_options(Section& section);
std::vector<ComputedDecl> read_computed(Section& section);
std::vector<Condition> read_conditions(Section& section, std::string_view key);
std::optional<OnError> read_on_error(Section& section);
std::optional<Policy> read_policy(Section& section, std::string_view key, std::string* source);

}  // namespace weir::extract
