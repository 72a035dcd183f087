// XmlCutter in comments, CDATA sections, instructions and the DOCTYPE, which may go over many
// buffers: what is settled is checked and let go, the last few bytes wait for the next call.
#include <algorithm>
#include <array>

#include "weir/format/xml_cutter.h"

namespace weir::format {
namespace {

// How many bytes at the end of `text` may be the start of a character that goes on behind it.
u64 open_character(std::string_view text) {
  for (u64 back = 1; back <= 3 && back <= text.size(); ++back) {
    const u8 byte = static_cast<u8>(text[text.size() - back]);
    if ((byte & 0xC0) == 0x80) continue;
    const u64 length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

}  // namespace

// How much of `text` means the same whatever follows: no part of "]]>", of a line end, of a
// character or of a reference stands at its end.
i64 XmlCutter::settled(std::string_view text, bool references) {
  u64 end = text.size() - open_character(text);
  for (int i = 0; i < 2 && end > 0 && (text[end - 1] == ']' || text[end - 1] == '\r'); ++i) --end;
  const u64 special = references ? text.substr(0, end).find_last_of("&; <>\n") : text.npos;
  if (special != text.npos && text[special] == '&') end = special;
  return static_cast<i64>(end);
}

// Which of the spans begins with "<!"; none if the bytes begin none, or (`undecided`) are too few.
XmlCutter::Opening XmlCutter::span_at(std::string_view markup) {
  constexpr std::array<std::pair<std::string_view, Span>, 3> openings = {
      {{"<!--", Span::comment},
       {"<![CDATA[", Span::section},
       {XmlDoctype::opening, Span::doctype}}};
  Opening found;
  for (const auto& [opening, span] : openings) {
    if (markup.starts_with(opening)) return {span, static_cast<i64>(opening.size()), false};
    found.undecided |= opening.starts_with(markup);
  }
  return found;
}

// Outside of records.
XmlCutter::Step XmlCutter::declaration() {
  const Opening opening = span_at(rest());
  if (opening.undecided) return Step::wait;
  if (opening.span == Span::none || (opening.span == Span::section && tokenizer_.open_.empty()))
    return fail(at_, "a declaration that is not known here");
  if (opening.span == Span::doctype) {
    if (root_seen_ || doctype_seen_)
      return fail(at_, "a DOCTYPE that is not the only one before the root");
    if (options_.refuse_doctype) return fail(at_, "a DOCTYPE, which is refused");
    doctype_seen_ = true;
  }
  span_ = opening.span;
  at_ += opening.size;
  return Step::on;
}

XmlCutter::Step XmlCutter::continue_span() {
  switch (span_) {
    case Span::comment:
      return continue_comment();
    case Span::section:
      return continue_section();
    default:
      return continue_doctype();
  }
}

// Checks the characters up to `end`, and passes over them.
bool XmlCutter::pass(i64 end) {
  if (!accept(at_, end) || !tokenizer_.all_allowed(pointer(at_), pointer(end))) return false;
  at_ = end;
  return true;
}

XmlCutter::Step XmlCutter::continue_comment() {
  const std::string_view text = rest();
  const u64 dashes = text.find("--");
  if (dashes == text.npos) {
    const u64 open = open_character(text);
    const u64 held = open == 0 && text.ends_with('-') ? 1 : open;
    return pass(size() - static_cast<i64>(held)) ? Step::wait : Step::failed;
  }
  if (!pass(at_ + static_cast<i64>(dashes))) return Step::failed;
  if (rest().size() < 3) return Step::wait;
  if (rest()[2] != '>') return fail(at_, "\"--\" within a comment");
  span_ = Span::none;
  at_ += 3;
  return Step::on;
}

XmlCutter::Step XmlCutter::continue_section() {
  const std::string_view text = rest();
  const u64 close = text.find("]]>");
  const bool whole = close != text.npos;
  const i64 end = at_ + (whole ? static_cast<i64>(close) : settled(text, false));
  if (!pass(end)) return Step::failed;
  if (tokenizer_.muted_ == 0) tokenizer_.section_text(text.data(), pointer(end), outside_);
  if (!whole) return Step::wait;
  span_ = Span::none;
  at_ += 3;
  return Step::on;
}

XmlCutter::Step XmlCutter::continue_doctype() {
  const std::string_view text = rest();
  const u64 open = last_ ? 0 : open_character(text);
  const i64 end = at_ + doctype_.take(text.substr(0, text.size() - open));
  if (doctype_.error() != nullptr) return fail(end, doctype_.error());
  if (!pass(end)) return Step::failed;
  if (!doctype_.done()) return Step::wait;
  span_ = Span::none;
  return Step::on;
}

// Inside of a record, where only the end is sought.
XmlCutter::Step XmlCutter::skip_span() {
  const std::string_view close = span_ == Span::comment   ? "-->"
                                 : span_ == Span::section ? "]]>"
                                                          : "?>";
  const u64 found = rest().find(close);
  if (found == std::string_view::npos)
    return wait_at(std::max(at_, size() - static_cast<i64>(close.size()) + 1));
  at_ += static_cast<i64>(found + close.size());
  span_ = Span::none;
  return Step::on;
}

}  // namespace weir::format
