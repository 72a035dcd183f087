// XmlTokenizer: the events of an XML document or of one of its elements, from bytes in memory.
//
// The marks of XmlWindow lead from one piece of markup to the next; the handler is a template
// parameter and is inlined. Names and plain text are spans of the input, never copied; what stands
// for a reference lies in the tokenizer's scratch. All of them stay valid until the next call of
// `document` or `element`, as long as the input does.
//
//   struct Handler {
//     // An element begins. With false, neither its attributes nor anything up to its end is told
//     // (it is checked all the same), and `leave` is not called for it.
//     bool enter(std::string_view local_name, std::string_view namespace_uri);
//     void attribute(std::string_view local_name, std::string_view value);  // right after enter
//     void text(std::string_view text);  // never empty; the text of an element comes in pieces
//     void leave();
//   };
//
// What is checked is well-formedness by XML 1.0 and Namespaces in XML 1.0, to the end. A DOCTYPE is
// skipped: its declarations give no attributes and are not checked themselves, nothing external is
// read, and an entity declaration is an error. Line ends become line feeds; declarations of
// namespaces are not told as attributes. That the bytes are valid UTF-8 is for the caller to check
// (is_valid_utf8), before or after; invalid ones do no harm here.
//
// Threads: one at a time. Memory: open elements, and as much scratch as the references need.
#pragma once

#include <concepts>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/types.h"
#include "weir/format/xml_characters.h"
#include "weir/format/xml_index.h"
#include "weir/format/xml_namespaces.h"

namespace weir::format {

template <typename T>
concept XmlHandler = requires(T& handler, std::string_view text) {
  { handler.enter(text, text) } -> std::same_as<bool>;
  handler.attribute(text, text);
  handler.text(text);
  handler.leave();
};

struct XmlOptions {
  bool refuse_doctype = false;
  i64 max_depth = 64;  // of elements within elements, the root included
};

class XmlTokenizer {
 public:
  explicit XmlTokenizer(XmlOptions options = {}) : options_(options) {}

  // A whole document. A mark in front (U+FEFF) is passed over.
  //
  // Errors: corrupt    not well-formed, a DOCTYPE or entity declaration that is refused; the
  //                    message tells the byte offset and what was found
  //         too_large  nested deeper than options.max_depth
  template <XmlHandler Handler>
  Result<void> document(std::string_view bytes, Handler& handler);

  // One element that stands alone, from its "<" to its ">", with the namespaces that its
  // surroundings bind. `offset` is that of its first byte in the document, for messages.
  template <XmlHandler Handler>
  Result<void> element(std::string_view bytes, const XmlScope& scope, i64 offset, Handler& handler);

 private:
  friend class XmlCutter;  // takes the pieces apart where a document comes in blocks

  struct Open {
    const char* name;
    i32 size;      // of the name, in bytes
    i32 bindings;  // how many there were before it
  };
  struct Attribute {
    const char* name;
    i32 size;
    i32 local;  // where the local name begins
    std::string_view value;
  };
  struct Failure {
    ErrorCode code;
    std::string message;
  };

  // The functions below return where the piece ends, or null after `fail`. The bytes end with ">"
  // (else `attach` refuses them), so that nothing within markup has to look for the end.
  bool attach(std::string_view bytes, i64 offset);
  void attach_text(std::string_view bytes, i64 offset);  // text may end anywhere

  const char* prolog(const char* at);
  const char* misc(const char* at, bool doctype_allowed);
  const char* doctype(const char* at);
  const char* comment(const char* at);
  const char* instruction(const char* at);
  const char* name(const char* at, i32& local);
  const char* unusual_name(const char* at, i32& local);
  const char* attributes(const char* at);
  const char* one_attribute(const char* at);
  const char* attribute_value(const char* at, std::string_view& value);
  const char* decoded_value(const char* at, std::string_view& value);
  const char* declare(const Attribute& attribute);
  bool resolve(const Open& element, i32 local, std::string_view& uri);
  bool has_duplicates();
  std::optional<std::string_view> attribute_uri(const Attribute& attribute);
  const char* mismatch(const char* at);
  bool all_allowed(const char* from, const char* to);

  template <typename Handler>
  const char* root(const char* at, Handler& handler);
  template <typename Handler>
  const char* text(const char* at, Handler& handler);
  template <typename Handler>
  const char* text_special(const char* at, Handler& handler);
  template <typename Handler>
  const char* start_tag(const char* at, Handler& handler);
  template <typename Handler>
  const char* end_tag(const char* at, Handler& handler);
  template <typename Handler>
  const char* declaration(const char* at, Handler& handler);
  template <typename Handler>
  void section_text(const char* from, const char* to, Handler& handler);
  template <typename Handler>
  void close(Handler& handler);

  std::string_view rest(const char* at) const { return {at, static_cast<u64>(window_.end() - at)}; }
  const char* fail(const char* at, std::string_view what, ErrorCode code = ErrorCode::corrupt);
  Error take_failure();
  void restart(const XmlScope& scope);
  void detach();

  XmlOptions options_;
  XmlWindow<XmlMarks> window_;
  const char* begin_ = nullptr;
  i64 offset_ = 0;  // of begin_
  std::vector<Open> open_;
  std::vector<Attribute> attributes_;
  bool namespaces_used_ = false;  // by the attributes of this tag
  u64 muted_ = 0;                 // 0, or how deep the element is that is not told
  XmlNamespaces namespaces_;
  XmlScratch scratch_;
  std::string own_names_;  // of the open elements, after `detach`
  std::optional<Failure> failure_;
};

inline bool same_bytes(const char* a, const char* b, u64 size) {
  const auto equal = [&]<typename Word>(Word, u64 at) {
    Word left, right;
    std::memcpy(&left, a + at, sizeof(Word));
    std::memcpy(&right, b + at, sizeof(Word));
    return left == right;
  };
  if (size > 16) return std::memcmp(a, b, size) == 0;
  if (size >= 8) return equal(u64{}, 0) && equal(u64{}, size - 8);
  if (size >= 4) return equal(u32{}, 0) && equal(u32{}, size - 4);
  for (u64 i = 0; i < size; ++i)
    if (a[i] != b[i]) return false;
  return true;
}

// The qualified name at `at`; `local` is where its local part begins.
inline const char* XmlTokenizer::name(const char* at, i32& local) {
  const char* end = window_.find<&XmlMarks::name>(at);
  if (is_xml(XmlByte::name_start, *at) && is_xml(XmlByte::name_end, *end)) [[likely]] {
    local = 0;
    return end;
  }
  return unusual_name(at, local);
}

template <typename Handler>
const char* XmlTokenizer::start_tag(const char* at, Handler& handler) {
  i32 local;
  const char* end = name(at + 1, local);
  if (end == nullptr) return nullptr;
  if (static_cast<i64>(open_.size()) >= options_.max_depth)
    return fail(at, "elements nested too deeply", ErrorCode::too_large);
  open_.push_back({at + 1, static_cast<i32>(end - at - 1), namespaces_.count()});

  attributes_.clear();
  if (*end != '>') {
    end = attributes(end);
    if (end == nullptr) return nullptr;
  }
  std::string_view uri = namespaces_.default_uri();
  if ((local != 0 || namespaces_used_) && !resolve(open_.back(), local, uri)) return nullptr;
  if (attributes_.size() > 1 && has_duplicates()) return fail(at, "an attribute twice in a tag");

  if (muted_ == 0) {
    const Open& element = open_.back();
    if (handler.enter({element.name + local, static_cast<u64>(element.size - local)}, uri))
      for (const Attribute& one : attributes_)
        handler.attribute({one.name + one.local, static_cast<u64>(one.size - one.local)},
                          one.value);
    else
      muted_ = open_.size();
  }
  if (*end == '>') return end + 1;
  close(handler);  // attributes() has seen to it that "/>" stands here
  return end + 2;
}

template <typename Handler>
const char* XmlTokenizer::end_tag(const char* at, Handler& handler) {
  const Open& element = open_.back();
  const char* name = at + 2;
  const u64 size = static_cast<u64>(element.size);
  if (rest(name).size() <= size || !same_bytes(name, element.name, size)) return mismatch(at);
  const char* end = name + size;
  while (is_xml_white(*end)) ++end;
  if (*end != '>') return mismatch(at);
  close(handler);
  return end + 1;
}

template <typename Handler>
void XmlTokenizer::close(Handler& handler) {
  if (muted_ == 0)
    handler.leave();
  else if (muted_ == open_.size())
    muted_ = 0;
  if (open_.back().bindings != namespaces_.count()) namespaces_.unwind(open_.back().bindings);
  open_.pop_back();
}

// Text up to the next "<", or to the end.
template <typename Handler>
const char* XmlTokenizer::text(const char* at, Handler& handler) {
  while (true) {
    const char* stop = window_.find<&XmlMarks::text>(at);
    if (stop != at && muted_ == 0) handler.text({at, static_cast<u64>(stop - at)});
    if (stop == window_.end() || *stop == '<') [[likely]]
      return stop;
    at = text_special(stop, handler);
    if (at == nullptr) return nullptr;
  }
}

template <typename Handler>
const char* XmlTokenizer::text_special(const char* at, Handler& handler) {
  if (*at == '\r') {
    const bool pair = rest(at).starts_with("\r\n");  // the line feed then is plain text
    if (!pair && muted_ == 0) handler.text("\n");
    return at + 1;
  }
  if (*at == '>') return fail(at - 2, "\"]]>\" in text");
  if (*at != '&') return fail(at, "a character that XML forbids");
  const XmlReference reference = read_xml_reference(rest(at), scratch_);
  if (reference.error != nullptr) return fail(at, reference.error);
  if (muted_ == 0) handler.text(reference.text);
  return at + reference.length;
}

// A comment or a CDATA section.
template <typename Handler>
const char* XmlTokenizer::declaration(const char* at, Handler& handler) {
  constexpr std::string_view opening = "<![CDATA[";
  if (!rest(at).starts_with(opening)) return comment(at);
  const char* begin = at + opening.size();
  const u64 size = rest(begin).find("]]>");
  if (size == std::string_view::npos) return fail(at, "a CDATA section that does not end");
  if (!all_allowed(begin, begin + size)) return nullptr;
  if (muted_ == 0) section_text(begin, begin + size, handler);
  return begin + size + 3;
}

template <typename Handler>
void XmlTokenizer::section_text(const char* from, const char* to, Handler& handler) {
  while (from != to) {
    const void* found = std::memchr(from, '\r', static_cast<u64>(to - from));
    const char* stop = found == nullptr ? to : static_cast<const char*>(found);
    if (stop != from) handler.text({from, static_cast<u64>(stop - from)});
    if (stop == to) return;
    from = stop + 1;
    if (from == to || *from != '\n') handler.text("\n");
  }
}

template <typename Handler>
const char* XmlTokenizer::root(const char* at, Handler& handler) {
  at = start_tag(at, handler);
  while (at != nullptr && !open_.empty()) {
    at = text(at, handler);
    if (at == nullptr) return nullptr;
    if (at == window_.end()) return mismatch(at);
    switch (at[1]) {
      case '/':
        at = end_tag(at, handler);
        break;
      case '!':
        at = declaration(at, handler);
        break;
      case '?':
        at = instruction(at);
        break;
      default:
        at = start_tag(at, handler);
    }
  }
  return at;
}

template <XmlHandler Handler>
Result<void> XmlTokenizer::document(std::string_view bytes, Handler& handler) {
  restart({});
  if (!attach(bytes, 0)) return take_failure();
  const char* at = prolog(begin_);
  if (at != nullptr) at = root(at, handler);
  if (at != nullptr) at = misc(at, false);
  if (at != nullptr && at != window_.end())
    fail(at, *at == '<' ? "markup outside the root element" : "text outside the root element");
  return failure_ ? take_failure() : Result<void>{};
}

template <XmlHandler Handler>
Result<void> XmlTokenizer::element(std::string_view bytes, const XmlScope& scope, i64 offset,
                                   Handler& handler) {
  restart(scope);
  if (!attach(bytes, offset)) return take_failure();
  const char* at = *begin_ == '<' ? root(begin_, handler) : fail(begin_, "no element");
  if (at != nullptr && at != window_.end()) fail(at, "more than one element");
  return failure_ ? take_failure() : Result<void>{};
}

}  // namespace weir::format
