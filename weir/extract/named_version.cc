#include "weir/extract/named_version.h"

#include <re2/re2.h>

#include <algorithm>
#include <optional>

#include "weir/extract/coerce_enum.h"

namespace weir::extract {

struct NamedVersion::Part {
  std::unique_ptr<re2::RE2> pattern;
  std::optional<EnumTable> values;
};

NamedVersion::NamedVersion() = default;
NamedVersion::NamedVersion(NamedVersion&&) noexcept = default;
NamedVersion& NamedVersion::operator=(NamedVersion&&) noexcept = default;
NamedVersion::~NamedVersion() = default;

namespace {

const DocumentFieldDecl* field_of(const SourceDecl& source, const Path& path) {
  if (path.steps.size() != 1 || path.steps[0].kind != PathStep::Kind::document) return nullptr;
  const auto found = std::ranges::find(source.document, path.steps[0].names[0],
                                       [](const DocumentFieldDecl& one) { return one.field.name; });
  return found == source.document.end() || found->else_file_name.empty() ? nullptr : &*found;
}

}  // namespace

Result<NamedVersion> NamedVersion::of(const Declaration& declaration, const SourceDecl& source) {
  NamedVersion made;
  const auto entity = std::ranges::find(declaration.entities, source.entity, &EntityDecl::name);
  if (entity == declaration.entities.end()) return made;
  for (const Path& path : entity->version) {
    const DocumentFieldDecl* field = field_of(source, path);
    if (field == nullptr) continue;
    Part part{.pattern = std::make_unique<re2::RE2>(field->else_file_name), .values = {}};
    if (field->field.coerce.coerce == "enum") {
      WEIR_ASSIGN(part.values, EnumTable::make(field->field.coerce.values));
    }
    made.parts_.push_back(std::move(part));
  }
  return made;
}

std::vector<std::string> NamedVersion::operator()(const std::string& file_name) const {
  std::vector<std::string> texts;
  Scratch scratch;
  for (const Part& part : parts_) {
    std::string& text = texts.emplace_back();
    if (!re2::RE2::PartialMatch(file_name, *part.pattern, &text)) text.clear();
    std::string_view value;
    if (part.values && (*part.values)(text, value, scratch) == CoerceStatus::ok)
      text = std::string(value);
  }
  return texts;
}

}  // namespace weir::extract
