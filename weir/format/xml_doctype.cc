#include "weir/format/xml_doctype.h"

#include "weir/format/xml_characters.h"

namespace weir::format {

i64 XmlDoctype::take(std::string_view bytes) {
  u64 at = 0;
  for (; at < bytes.size() && state_ != State::done; ++at) {
    const State next_state = next(bytes[at]);
    if (error_ != nullptr) break;
    state_ = next_state;
  }
  return static_cast<i64>(at);
}

XmlDoctype::State XmlDoctype::fail(const char* error) {
  error_ = error;
  return state_;
}

XmlDoctype::State XmlDoctype::next(char c) {
  if (static_cast<u8>(c) < 0x20 && !is_xml_white(c)) return fail("a control character");
  switch (state_) {
    case State::blank:
      return is_xml_white(c) ? State::name : fail("a DOCTYPE without a name");
    case State::name:
      if (is_xml_white(c)) return State::name;
      if (!is_xml(XmlByte::name_start, c) && c != ':' && static_cast<u8>(c) < 0x80)
        return fail("a DOCTYPE without a name");
      return State::outside;
    case State::outside:
      return next_outside(c);
    case State::subset:
      return next_in_subset(c);
    case State::angle:
      matched_ = 0;
      if (c == '?') return State::instruction;
      return c == '!' ? State::keyword : fail("a \"<\" in the DOCTYPE that begins no declaration");
    case State::keyword:
      return next_in_keyword(c);
    case State::comment_open:
      matched_ = 0;
      return c == '-' ? State::comment : fail("\"<!-\" without a second dash");
    case State::declaration:
      return next_in_declaration(c);
    case State::comment:
      return next_in_comment(c);
    case State::instruction:
      if (matched_ == 1 && c == '>') return State::subset;
      matched_ = c == '?';
      return State::instruction;
    case State::done:
      break;
  }
  return State::done;
}

XmlDoctype::State XmlDoctype::next_outside(char c) {
  if (quote_ != 0) {
    if (c == quote_) quote_ = 0;
    return State::outside;
  }
  if (c == '"' || c == '\'') quote_ = c;
  if (c == '<' || c == ']') return fail("a DOCTYPE that is not closed");
  if (c == '[' && subset_seen_) return fail("a second internal subset in the DOCTYPE");
  if (c == '[') return subset_seen_ = true, State::subset;
  return c == '>' ? State::done : State::outside;
}

XmlDoctype::State XmlDoctype::next_in_subset(char c) {
  if (c == '<') return State::angle;
  return c == ']' ? State::outside : State::subset;
}

XmlDoctype::State XmlDoctype::next_in_keyword(char c) {
  constexpr std::string_view entity = "ENTITY";
  if (c == '-' && matched_ == 0) return State::comment_open;
  if (matched_ >= 0 && static_cast<u64>(matched_) < entity.size() &&
      c == entity[static_cast<u64>(matched_)]) {
    ++matched_;
    return State::keyword;
  }
  if (static_cast<u64>(matched_) == entity.size())
    return fail("an entity declaration, which is refused");
  return next_in_declaration(c);
}

XmlDoctype::State XmlDoctype::next_in_declaration(char c) {
  if (quote_ != 0) {
    if (c == quote_) quote_ = 0;
    return State::declaration;
  }
  if (c == '"' || c == '\'') quote_ = c;
  if (c == '<') return fail("a \"<\" within a declaration of the DOCTYPE");
  return c == '>' ? State::subset : State::declaration;
}

XmlDoctype::State XmlDoctype::next_in_comment(char c) {
  if (matched_ == 2) return c == '>' ? State::subset : fail("\"--\" within a comment");
  matched_ = c == '-' ? matched_ + 1 : 0;
  return State::comment;
}

}  // namespace weir::format
