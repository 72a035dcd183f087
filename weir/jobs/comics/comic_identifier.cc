#include "weir/jobs/comics/computed_types.h"
#include "weir/jobs/comics/identifiers.h"

namespace weir::comics {

namespace {

using extract::NamedComputed;
using extract::Value;

Value text_value(std::string_view text) {
  Value value;
  value.null = false;
  value.text = text;
  return value;
}

void compute(const NamedComputed::Input& input, std::span<Value> into, extract::Scratch& scratch) {
  const auto& [source, id, url, note] =
      std::tie(input.of[0], input.of[1], input.of[2], input.of[3]);
  std::optional<Identifier> found;
  if (!source.null && !id.null) found = identifier_of_source(source.text, id.text);
  if (!found && !url.null) found = identifier_of_url(url.text);
  if (!found && !note.null) found = identifier_of_note(note.text);
  if (!found) return;
  into[0] = text_value(scratch.copy(found->source));
  into[1] = text_value(scratch.copy(found->key));
  into[2] = url;
}

}  // namespace

NamedComputed comic_identifier() {
  return {.compute = compute,
          .of = {TypeKind::string, TypeKind::string, TypeKind::string, TypeKind::string},
          .into = {TypeKind::string, TypeKind::string, TypeKind::string}};
}

}  // namespace weir::comics
