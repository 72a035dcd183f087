// DocumentFields: what is read once per document, as `_doc.NAME`, from what stands outside records
// or from the name of the file.
//
// Threads: one at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "weir/base/result.h"
#include "weir/extract/member_names.h"
#include "weir/extract/record_writer.h"
#include "weir/format/record_cutter.h"

namespace weir::extract {

class DocumentFields : public format::DocumentEvents {
 public:
  explicit DocumentFields(const Plan& plan);

  void enter(std::string_view name) override;
  void attribute(std::string_view name, std::string_view value) override;
  void text(std::string_view text) override;
  void leave() override;
  void record() override { record_begun_ = true; }

  // A field that stands behind the first record. Errors: corrupt  there is one; it is named.
  Result<void> check() const;

  // Coerces what was found, and fills `context.document`; a field without a good value takes it
  // from `context.file`. Errors: corrupt  a required field has none.
  Result<void> fill(InputContext& context) const;

 private:
  struct Frame {
    i32 node = -1;
    std::string text;
  };
  void take(const MemberNode& node, std::string_view text);
  Result<void> fill_field(std::size_t at, InputContext& context) const;

  const Plan& plan_;
  MemberNames names_;
  std::vector<Frame> frames_;
  std::vector<std::optional<std::string>> texts_;  // of each field
  bool record_begun_ = false;
  std::optional<std::size_t> late_;
};

}  // namespace weir::extract
