// NamedVersion: what the name of a file tells of the versions of the records in it, so that files
// can be taken in the order of their versions before any of them is opened.
//
// It is made of the document fields of the entity's `version` that have a pattern for file names.
// The document itself has the last word on them: the order in which files are read never decides
// which version wins.
//
// Threads: immutable once made.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "weir/base/result.h"
#include "weir/extract/declaration.h"

namespace weir::extract {

class NamedVersion {
 public:
  // Of the inputs of `source`. Errors: declaration  the values of an enum do not fit together.
  static Result<NamedVersion> of(const Declaration& declaration, const SourceDecl& source);
  NamedVersion(NamedVersion&&) noexcept;
  NamedVersion& operator=(NamedVersion&&) noexcept;
  ~NamedVersion();

  // Texts of which the order is that of the versions; an empty one where the name tells nothing.
  std::vector<std::string> operator()(const std::string& file_name) const;

 private:
  struct Part;
  NamedVersion();

  std::vector<Part> parts_;
};

}  // namespace weir::extract
