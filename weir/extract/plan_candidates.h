// Where a field's values come from in one source, or document of an archive; part of the compiler.
//
// Threads: one at a time.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/extract/plan_fields.h"

namespace weir::extract {

template <typename T>
const T* find_named(const std::vector<std::pair<std::string, T>>& list, std::string_view name) {
  for (const auto& [key, value] : list)
    if (key == name) return &value;
  return nullptr;
}

// How a field takes the matches of its paths.
SlotMode mode_of(const FieldDecl& field, const CoerceOptions& options);

// What one path gives: a capture, a built-in, a document field.
Candidate path_candidate(const FieldContext& context, const Path& path, PlanRows& rows,
                         SlotMode mode = SlotMode::first);

// Paths and names that give the field in this source, the strongest first.
class Candidates {
 public:
  Candidates(const FieldContext& context, const FieldDecl& field, SlotMode mode, PlanRows& rows)
      : context_(context), field_(field), mode_(mode), rows_(rows) {}

  void add(const Path& path) { list_.push_back(path_candidate(context_, path, rows_, mode_)); }
  void add(Candidate candidate) { list_.push_back(std::move(candidate)); }
  void add_aliases(const SourceDecl& source);
  void add_transforms(const SourceDecl& source);
  // A path of a child row: `#text` of a text that is split is the part.
  void add_row_path(const Path& path, const EachDecl& each);
  // `each`: where the row comes from; null: the field is of a record.
  void add_own_path(const EachDecl* each);

  std::vector<Candidate> take() { return std::move(list_); }

 private:
  const FieldContext& context_;
  const FieldDecl& field_;
  const SlotMode mode_;
  PlanRows& rows_;
  std::vector<Candidate> list_;
};

}  // namespace weir::extract
