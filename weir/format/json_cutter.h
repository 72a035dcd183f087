// JsonCutter and JsonLinesCutter: where the records of JSON begin and end.
//
// JsonLinesCutter (NDJSON): a record a line. Lines end in \n or \r\n, the last one may lack its
// end; lines of white space only are no records. A line is not looked into: a bad one harms no
// other.
//
// JsonCutter (one document): records are what stands at the end of the record path. Each item of a
// list there is a record (whatever it is: the walker says `not_object`), and any other value is
// one. Without a path this holds for the top of the document: a list gives its items, anything else
// is one record. A path goes into every item of the lists on its way; so a list of page objects
// with the path of their items is cut as one document. Inside a record nothing is sought.
//
// Outside of records the grammar (RFC 8259) is checked byte by byte, and DocumentEvents are told:
//   member       enter(name), what it holds, leave(); a list: so for each of its items
//   text         a string (escapes undone, in pieces of 64 KiB), a number or literal as written;
//                null is told as no text
//   item of a list at the top of the document    enter(""), what it holds, leave()
//   record       record(), without enter and leave
// Inside a record only brackets and strings are followed, at SIMD speed (weir/format/json_scan.h).
//
// A byte order mark at the beginning is passed over. Memory: nothing grows with the document but
// the depth, 1000 levels at most outside of records, and the longest name outside of records, 64
// KiB.
//
// Threads: one at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/format/json_path.h"
#include "weir/format/json_scan.h"
#include "weir/format/record_cutter.h"

namespace weir::format {

// U+FEFF in UTF-8, which may stand in front of a document and is no part of it.
inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

class JsonLinesCutter : public RecordCutter {
 public:
  Result<i64> cut(std::string_view buffer, bool last, std::vector<CutRecord>& records) override;
  void skip_record() override { skipping_ = true; }

 private:
  void line(std::string_view buffer, i64 begin, i64 end, std::vector<CutRecord>& records);

  i64 scanned_ = 0;   // bytes of the next buffer that hold no end of line
  i64 released_ = 0;  // bytes of the document before the next buffer
  i64 row_ = 0;
  i64 skipped_at_ = -1;  // where the line begins whose first bytes are gone
  bool skipping_ = false;
};

class JsonCutter : public RecordCutter {
 public:
  static constexpr std::size_t max_depth = 1000;
  static constexpr std::size_t max_piece = 64 * KiB;

  // `events` may be null, and outlives the cutter. An empty path stands for the document's top.
  JsonCutter(JsonPath record, DocumentEvents* events);

  Result<i64> cut(std::string_view buffer, bool last, std::vector<CutRecord>& records) override;
  void skip_record() override { skipping_ = within_ >= Within::record; }

 private:
  // What may come next outside of records and tokens.
  enum class Expect { value, item_or_end, name_or_end, name, colon, comma_or_end, nothing };
  // What the byte at hand belongs to.
  enum class Within { structure, name, text, word, record, record_text, record_word };

  // An open object or list outside of records.
  struct Frame {
    JsonPath::Set set = 0;  // an object: before its members; a list: of the list itself
    bool list = false;
    bool told = false;  // `leave` is due at its end
    i64 index = 0;      // lists: of the next item
    std::string name;   // lists: what each item is told as
  };

  Result<void> next(std::string_view buffer, bool last, std::vector<CutRecord>& records);
  Result<void> end_document(std::string_view buffer, std::vector<CutRecord>& records);
  char byte(std::string_view buffer) const { return buffer[static_cast<std::size_t>(at_)]; }

  Result<void> structure(std::string_view buffer);
  Result<void> begin_value(char c, std::string_view buffer);
  Result<void> push(bool list);
  Result<void> close();
  void end_value();
  void tell_enter();
  void end_scalar();

  Result<void> begin_string(Within within);
  Result<void> string(std::string_view buffer);
  Result<void> escape(char c);
  Result<void> end_string();
  Result<void> flush_piece();
  Result<void> word(std::string_view buffer);
  Result<void> end_word();

  // The next two: true behind the record's last byte.
  void begin_record(char c);
  bool record_brackets(std::string_view buffer);
  bool record_text(std::string_view buffer);
  void end_record(std::vector<CutRecord>& records);

  Error wrong(std::string_view expected, std::string_view buffer) const;
  Error fail(ErrorCode code, std::string_view what) const;

  const JsonPath path_;
  DocumentEvents* const events_;

  i64 at_ = 0;            // the byte at hand, in the buffer of this call
  i64 released_ = 0;      // bytes of the document before the buffer
  bool begun_ = false;    // behind the byte order mark
  bool waiting_ = false;  // the bytes left do not suffice
  bool skipping_ = false;

  Within within_ = Within::structure;
  Expect expect_ = Expect::value;
  std::vector<Frame> frames_;
  std::string name_;       // of the member at hand
  JsonPath::Set set_ = 0;  // of the value at hand
  std::string token_;      // a name, text or word outside of records, as far as it was read
  std::string escape_;     // an escape in it, as far as it was read

  JsonScan scan_;
  i64 record_begin_ = 0;  // offset in the document
  bool after_backslash_ = false;
  i64 row_ = 0;
};

}  // namespace weir::format
