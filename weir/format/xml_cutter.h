// XmlCutter: the records of an XML document, as elements at a path below the root.
//
// Outside of records everything is checked as XmlTokenizer checks it, UTF-8 included, and told to
// a DocumentEvents. Inside, only tags are balanced, by the marks of "<", ">" and quotation marks:
// that is enough to find the end of a record that is well-formed. Whoever reads the record
// (XmlTokenizer::element, with the scope of the record) checks the rest, names and UTF-8 included.
// A record in which tags are missing is noticed here at the latest when the document ends.
//
// The root element is the surroundings of document fields: its attributes and its own text are
// told without an `enter` before them. Elements of other namespaces than the one asked for are
// neither told nor searched.
//
// Memory: none that grows with the document. Text, comments, CDATA and a DOCTYPE may be longer than
// the caller's buffer; a single tag or instruction may not.
//
// Threads: one at a time; the scopes may be kept and read elsewhere.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weir/format/record_cutter.h"
#include "weir/format/xml_doctype.h"
#include "weir/format/xml_record_path.h"
#include "weir/format/xml_tokenizer.h"

namespace weir::format {

struct XmlCutterOptions {
  std::vector<XmlPathStep> record;  // below the root; empty: the root element is the one record
  std::string name_space;           // empty: only local names count
  bool ignore_case = false;         // of ASCII letters in the names of `record`
  XmlOptions xml;                   // the depth is counted from the root of the document
};

class XmlCutter final : public RecordCutter {
 public:
  // `events` may be null.
  explicit XmlCutter(const XmlCutterOptions& options, DocumentEvents* events = nullptr);
  XmlCutter(const XmlCutter&) = delete;
  XmlCutter& operator=(const XmlCutter&) = delete;

  // As RecordCutter says; also
  // Errors: too_large  a tag that does not fit into the buffer; more than 65,536 different scopes
  Result<i64> cut(std::string_view buffer, bool last, std::vector<CutRecord>& records) override;
  void skip_record() override;

  // The namespace bindings in force around records: CutRecord::scope is a position in this list,
  // which only grows. The first one is empty.
  const std::vector<std::shared_ptr<const XmlScope>>& scopes() const { return scopes_; }

 private:
  enum class Step { on, wait, failed };
  // What is open across calls besides elements.
  enum class Span { none, comment, section, doctype, instruction };

  struct Opening {
    Span span = Span::none;
    i64 size = 0;
    bool undecided = false;  // more bytes have to tell
  };

  struct Record {
    i64 offset;  // of its "<" in the document
    i64 depth;   // open elements, the record itself included
    i32 scope;
    bool skipped = false;
    std::string name;
  };

  // Receives what the tokenizer sees outside of records.
  class Outside {
   public:
    explicit Outside(XmlCutter& cutter) : cutter_(cutter) {}
    bool enter(std::string_view name, std::string_view uri) { return cutter_.enter(name, uri); }
    void attribute(std::string_view name, std::string_view value) {
      if (cutter_.events_ != nullptr) cutter_.events_->attribute(name, value);
    }
    void text(std::string_view text) {
      if (cutter_.events_ != nullptr) cutter_.events_->text(text);
    }
    void leave() { cutter_.leave(); }

   private:
    XmlCutter& cutter_;
  };

  bool enter(std::string_view name, std::string_view uri);
  void leave();

  Step outside();
  Step document_start();
  Step outside_markup();
  Step outside_text();
  Step blank();
  Step declaration();
  Step start_tag();
  Step end_tag();
  Step instruction();
  Step begin_record(i64 end);
  Step inside(std::vector<CutRecord>& records);
  Step inside_markup(const char* at);
  Step inside_end(const char* at, std::vector<CutRecord>& records);
  Step end_record(i64 end, std::vector<CutRecord>& records);

  Step continue_span();
  Step continue_comment();
  Step continue_section();
  Step continue_doctype();
  Step skip_span();
  static Opening span_at(std::string_view markup);
  static i64 settled(std::string_view text, bool references);

  const char* tag_end(const char* at);
  bool accept(i64 begin, i64 end);
  bool pass(i64 end);
  Step take(const char* end);
  Step wait_at(i64 at);
  Step fail(i64 at, std::string_view what, ErrorCode code = ErrorCode::corrupt);
  Step unexpected_end();
  i64 position(const char* at) const { return at - buffer_.data(); }
  const char* pointer(i64 at) const { return buffer_.data() + at; }
  i64 size() const { return static_cast<i64>(buffer_.size()); }
  std::string_view rest() const { return buffer_.substr(static_cast<u64>(at_)); }
  Result<i64> release(bool last, bool some);
  std::optional<i32> current_scope();

  std::string name_space_;
  std::optional<XmlRecordPath> path_;
  DocumentEvents* events_;
  XmlOptions options_;
  XmlTokenizer tokenizer_;
  Outside outside_{*this};
  XmlWindow<XmlTagMarks> tags_;

  std::string_view buffer_;  // of this call
  bool last_ = false;
  i64 at_ = 0;      // how far it is done
  i64 offset_ = 0;  // of the buffer in the document
  bool started_ = false, root_seen_ = false, doctype_seen_ = false;
  bool matched_ = false;       // the tag just read begins a record
  bool must_release_ = false;  // the caller's buffer is full
  Span span_ = Span::none;
  XmlDoctype doctype_;
  std::vector<XmlRecordPath::State> states_;  // of the open elements that are told
  std::optional<Record> record_;
  i64 rows_ = 0;

  std::vector<std::shared_ptr<const XmlScope>> scopes_;
  std::map<XmlScope, i32> scope_numbers_;
  i64 scope_changes_ = -1;  // of the namespaces when scope_ was found
  i32 scope_ = 0;
};

}  // namespace weir::format
