// DocumentReader: a document of an archive that is written in no format: what the archive's name
// says, what its directory tells. Jobs write them in C++ and register them under a name, which a
// declaration gives as `reader`.
//
// Threads: a reader is used from several threads at once.
#pragma once

#include <memory>
#include <string_view>

#include "weir/base/result.h"
#include "weir/extract/registry.h"
#include "weir/store/archive.h"
#include "weir/store/input.h"

namespace weir::extract {

// What a reader tells of its document: members within members, each with a text or none. Names and
// texts are copied.
class MemberSink {
 public:
  virtual ~MemberSink() = default;
  virtual void enter(std::string_view name) = 0;
  virtual void text(std::string_view text) = 0;
  virtual void leave() = 0;

  void member(std::string_view name, std::string_view value) {
    enter(name);
    text(value);
    leave();
  }
};

// What a job that lists inputs itself knows of one, for its own readers.
class InputFacts {
 public:
  virtual ~InputFacts() = default;
};

// The file that a record is made of.
struct RecordFile {
  const store::Input* input = nullptr;
  const store::Archive* archive = nullptr;  // null: its bytes are those of no archive, or not read
  const InputFacts* facts = nullptr;        // null: none are known
  bool by_name_only = false;                // it is not to be opened
};

class DocumentReader {
 public:
  virtual ~DocumentReader() = default;
  // Tells the document; false: there is none. Errors: it is broken.
  virtual Result<bool> read(const RecordFile& file, MemberSink& out) const = 0;
};

using ReaderRegistry = Registry<std::shared_ptr<const DocumentReader>>;

}  // namespace weir::extract
