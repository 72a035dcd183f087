#include "weir/format/xml_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/base/bytes.h"
#include "weir/format/xml_declaration.h"
#include "weir/format/xml_doctype.h"

namespace weir::format {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr u64 excerpt_bytes = 24;

}  // namespace

bool XmlTokenizer::attach(std::string_view bytes, i64 offset) {
  while (!bytes.empty() && is_xml_white(bytes.back())) bytes.remove_suffix(1);
  attach_text(bytes, offset);
  if (bytes.empty())
    fail(begin_, "no element");
  else if (bytes.back() != '>')
    fail(window_.end(), "an end where a \">\" is due");
  return !failure_;
}

void XmlTokenizer::attach_text(std::string_view bytes, i64 offset) {
  begin_ = bytes.data();
  offset_ = offset;
  window_.attach(begin_, begin_ + bytes.size());
}

void XmlTokenizer::restart(const XmlScope& scope) {
  open_.clear();
  muted_ = 0;
  namespaces_used_ = false;
  namespaces_.reset(scope);
  scratch_.clear();
  failure_.reset();
}

void XmlTokenizer::detach() {
  std::string copy;
  for (const Open& element : open_) copy.append(element.name, static_cast<u64>(element.size));
  own_names_.swap(copy);  // `copy` now holds what the names may still point to
  const char* at = own_names_.data();
  for (Open& element : open_) {
    element.name = at;
    at += element.size;
  }
  namespaces_.detach();
  scratch_.clear();
}

const char* XmlTokenizer::fail(const char* at, std::string_view what, ErrorCode code) {
  const std::string_view found = rest(at).substr(0, excerpt_bytes);
  const i64 offset = offset_ + (at - begin_);
  failure_ = {code, found.empty()
                        ? fmt::format("byte {}: {}", offset, what)
                        : fmt::format("byte {}: {}: \"{}\"", offset, what, printable(found))};
  return nullptr;
}

Error XmlTokenizer::take_failure() {
  Error error(failure_->code, std::move(failure_->message));
  failure_.reset();
  return error;
}

// At `at` stands no end tag of the element that is open.
const char* XmlTokenizer::mismatch(const char* at) {
  const Open& element = open_.back();
  const auto name = printable({element.name, static_cast<u64>(element.size)});
  if (at == window_.end()) return fail(at, fmt::format("the end, where <{}> is still open", name));
  return fail(at, fmt::format("an end tag where <{}> is open", name));
}

bool XmlTokenizer::all_allowed(const char* from, const char* to) {
  const char* found = window_.find_before<&XmlMarks::forbidden>(from, to);
  if (found != to) fail(found, "a character that XML forbids");
  return found == to;
}

const char* XmlTokenizer::prolog(const char* at) {
  if (rest(at).starts_with(byte_order_mark)) at += byte_order_mark.size();
  const XmlDeclaration declaration = read_xml_declaration(rest(at));
  at += declaration.length;
  if (declaration.error != nullptr) return fail(at, declaration.error);
  at = misc(at, true);
  if (at == nullptr) return nullptr;
  if (at == window_.end()) return fail(at, "no root element");
  return *at == '<' ? at : fail(at, "text outside the root element");
}

// White space, comments and instructions, and before the root one DOCTYPE; up to the first byte of
// something else.
const char* XmlTokenizer::misc(const char* at, bool doctype_allowed) {
  while (at != nullptr) {
    while (at != window_.end() && is_xml_white(*at)) ++at;
    const std::string_view next = rest(at);
    if (next.starts_with("<?")) {
      at = instruction(at);
    } else if (next.starts_with("<!") && !next.starts_with(XmlDoctype::opening)) {
      at = comment(at);
    } else if (next.starts_with("<!")) {
      if (!doctype_allowed) return fail(at, "a DOCTYPE that is not the only one before the root");
      doctype_allowed = false;
      at = doctype(at);
    } else {
      break;
    }
  }
  return at;
}

const char* XmlTokenizer::doctype(const char* at) {
  if (options_.refuse_doctype) return fail(at, "a DOCTYPE, which is refused");
  XmlDoctype doctype;
  const char* begin = at + XmlDoctype::opening.size();
  const char* end = begin + doctype.take(rest(begin));
  if (doctype.error() != nullptr) return fail(end, doctype.error());
  if (!doctype.done()) return fail(at, "a DOCTYPE that does not end");
  return all_allowed(begin, end) ? end : nullptr;
}

const char* XmlTokenizer::comment(const char* at) {
  if (!rest(at).starts_with("<!--")) return fail(at, "a declaration that is not known here");
  const char* begin = at + 4;
  const u64 size = rest(begin).find("--");
  if (size == std::string_view::npos) return fail(at, "a comment that does not end");
  const char* end = begin + size;
  if (!rest(end).starts_with("-->")) return fail(end, "\"--\" within a comment");
  return all_allowed(begin, end) ? end + 3 : nullptr;
}

const char* XmlTokenizer::instruction(const char* at) {
  const char* begin = at + 2;
  const u64 size = rest(begin).find("?>");
  if (size == std::string_view::npos) return fail(at, "an instruction that does not end");
  const std::string_view body(begin, size);
  i64 colons = 0;
  const u64 target = static_cast<u64>(xml_name_length(body, &colons));
  if (target == 0 || colons != 0) return fail(at, "an instruction without a name");
  if (equals_ignoring_ascii_case(body.substr(0, target), "xml"))
    return fail(at, "an XML declaration that is not at the start");
  if (target < size && !is_xml_white(body[target]))
    return fail(begin + target, "a bad character in a name");
  return all_allowed(begin, begin + size) ? begin + size + 2 : nullptr;
}

// A name with a prefix or with letters beyond ASCII; or none.
const char* XmlTokenizer::unusual_name(const char* at, i32& local) {
  i64 colons = 0;
  const i64 size = xml_name_length(rest(at), &colons);
  if (size == 0) return fail(at, "something that begins no name");
  const char* end = at + size;
  if (!is_xml(XmlByte::name_end, *end)) return fail(end, "a bad character in a name");
  local = 0;
  if (colons == 0) return end;
  const std::string_view name(at, static_cast<u64>(size));
  const u64 colon = name.find(':');
  if (colons > 1 || colon == 0 || xml_name_length(name.substr(colon + 1), nullptr) == 0)
    return fail(at, "a name with a colon that parts no prefix from a name");
  local = static_cast<i32>(colon) + 1;
  return end;
}

// The attributes of a tag, up to its ">" or "/>".
const char* XmlTokenizer::attributes(const char* at) {
  namespaces_used_ = false;
  while (true) {
    const char* blank = at;
    while (is_xml_white(*at)) ++at;
    if (*at == '>') return at;
    if (*at == '/') return at[1] == '>' ? at : fail(at, "a \"/\" that does not end the tag");
    if (at == blank) return fail(at, "no white space in front of an attribute");
    at = one_attribute(at);
    if (at == nullptr) return nullptr;
  }
}

const char* XmlTokenizer::one_attribute(const char* at) {
  Attribute attribute{.name = at};
  at = name(at, attribute.local);
  if (at == nullptr) return nullptr;
  attribute.size = static_cast<i32>(at - attribute.name);
  while (is_xml_white(*at)) ++at;
  if (*at != '=') return fail(at, "no \"=\" behind the name of an attribute");
  ++at;
  while (is_xml_white(*at)) ++at;
  if (*at != '"' && *at != '\'') return fail(at, "no quotation mark before an attribute's value");
  at = attribute_value(at, attribute.value);
  if (at == nullptr) return nullptr;

  const std::string_view qualified(attribute.name, static_cast<u64>(attribute.size));
  if (attribute.local != 0) namespaces_used_ = true;
  if (qualified == "xmlns" || (attribute.local == 6 && qualified.starts_with("xmlns:")))
    return declare(attribute) == nullptr ? nullptr : at;
  attributes_.push_back(attribute);
  return at;
}

// The value from its quotation mark on.
const char* XmlTokenizer::attribute_value(const char* at, std::string_view& value) {
  const char quote = *at;
  const char* stop = at;
  do {
    stop = window_.find<&XmlMarks::value>(stop + 1);
    if (stop == window_.end()) return fail(at, "an attribute's value that does not end");
    // The other quotation mark is plain.
  } while (*stop != quote && (*stop == '"' || *stop == '\''));
  if (*stop != quote) return decoded_value(at, value);
  value = {at + 1, static_cast<u64>(stop - at - 1)};
  return stop + 1;
}

// The same for a value with references, tabs or line ends. It is never longer than it is written.
const char* XmlTokenizer::decoded_value(const char* at, std::string_view& value) {
  const u64 size = rest(at + 1).find(*at);
  if (size == std::string_view::npos) return fail(at, "an attribute's value that does not end");
  const char* end = at + 1 + size;
  char* const out = scratch_.allocate(static_cast<i64>(size));
  char* to = out;
  for (const char* from = at + 1; from != end;) {
    const char* stop = window_.find_before<&XmlMarks::value>(from, end);
    to = std::copy(from, stop, to);
    if (stop == end) break;
    from = stop + 1;
    if (is_xml_white(*stop)) {
      if (*stop != '\r' || *from != '\n') *to++ = ' ';  // the line feed of a pair gives the space
    } else if (*stop == '"' || *stop == '\'') {
      *to++ = *stop;
    } else if (*stop == '&') {
      const XmlReference reference = read_xml_reference({stop, end}, scratch_);
      if (reference.error != nullptr) return fail(stop, reference.error);
      to = std::copy(reference.text.begin(), reference.text.end(), to);
      from = stop + reference.length;
    } else {
      return fail(stop, *stop == '<' ? "a \"<\" in an attribute" : "a character that XML forbids");
    }
  }
  value = {out, static_cast<u64>(to - out)};
  return end + 1;
}

const char* XmlTokenizer::declare(const Attribute& attribute) {
  namespaces_used_ = true;
  const std::string_view prefix =
      attribute.local == 0 ? std::string_view{}
                           : std::string_view(attribute.name + attribute.local,
                                              static_cast<u64>(attribute.size - attribute.local));
  // Bindings of this element; an outer one of the same prefix is no duplicate.
  if (namespaces_.bound_since(open_.back().bindings, prefix))
    return fail(attribute.name, "a namespace declared twice in a tag");
  const char* error = namespaces_.bind(prefix, attribute.value);
  return error == nullptr ? attribute.name : fail(attribute.name, error);
}

// The namespace of an element, now that all declarations in its tag are known.
bool XmlTokenizer::resolve(const Open& element, i32 local, std::string_view& uri) {
  namespaces_used_ = false;
  for (const Attribute& one : attributes_)
    if (one.local != 0 && !attribute_uri(one)) {
      fail(one.name, "a prefix that is not declared");
      return false;
    }
  uri = namespaces_.default_uri();
  if (local == 0) return true;
  const std::string_view* bound = namespaces_.find({element.name, static_cast<u64>(local - 1)});
  if (bound == nullptr)
    fail(element.name, "a prefix that is not declared");
  else
    uri = *bound;
  return bound != nullptr;
}

std::optional<std::string_view> XmlTokenizer::attribute_uri(const Attribute& attribute) {
  if (attribute.local == 0) return std::string_view{};  // the default namespace is for elements
  const auto* uri = namespaces_.find({attribute.name, static_cast<u64>(attribute.local - 1)});
  return uri == nullptr ? std::nullopt : std::optional(*uri);
}

// Whether two attributes have the same local name in the same namespace.
bool XmlTokenizer::has_duplicates() {
  const auto local_name = [](const Attribute& one) {
    return std::string_view(one.name + one.local, static_cast<u64>(one.size - one.local));
  };
  const auto same = [&](const Attribute& a, const Attribute& b) {
    return local_name(a) == local_name(b) && attribute_uri(a) == attribute_uri(b);
  };
  constexpr u64 few = 16;  // above, comparing all pairs takes too long
  if (attributes_.size() <= few) {
    for (u64 i = 1; i < attributes_.size(); ++i)
      for (u64 j = 0; j < i; ++j)
        if (same(attributes_[i], attributes_[j])) return true;
    return false;
  }
  std::vector<Attribute> sorted = attributes_;
  std::ranges::sort(sorted, [&](const Attribute& a, const Attribute& b) {
    if (const auto order = local_name(a) <=> local_name(b); order != 0) return order < 0;
    return attribute_uri(a) < attribute_uri(b);
  });
  return std::ranges::adjacent_find(sorted, same) != sorted.end();
}

}  // namespace weir::format
