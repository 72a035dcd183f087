// XmlCutter outside of records; xml_cutter_inside.cc is about their inside, xml_cutter_spans.cc
// about comments, CDATA and the DOCTYPE, which may go over many buffers.
#include "weir/format/xml_cutter.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/format/xml_declaration.h"

namespace weir::format {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

XmlCutter::XmlCutter(const XmlCutterOptions& options, DocumentEvents* events)
    : name_space_(options.name_space),
      events_(events),
      options_(options.xml),
      tokenizer_(options.xml),
      scopes_{std::make_shared<const XmlScope>()},
      scope_numbers_{{XmlScope{}, 0}} {
  if (!options.record.empty()) path_.emplace(options.record, options.ignore_case);
}

void XmlCutter::skip_record() {
  must_release_ = true;
  if (record_) record_->skipped = true;
}

Result<i64> XmlCutter::cut(std::string_view buffer, bool last, std::vector<CutRecord>& records) {
  buffer_ = buffer;
  last_ = last;
  tags_.attach(pointer(at_), pointer(size()));
  const u64 records_before = records.size();
  Step step = Step::on;
  while (step == Step::on) step = record_ ? inside(records) : outside();
  if (step == Step::wait && last) step = unexpected_end();
  if (step == Step::failed) return tokenizer_.take_failure();
  return release(last, records.size() != records_before);
}

// Ends a call: says what may go, and keeps what does not point into the buffer.
Result<i64> XmlCutter::release(bool last, bool some) {
  const bool keep = record_ && !record_->skipped;
  const i64 released = last ? size() : keep ? record_->offset - offset_ : at_;
  if (must_release_ && released == 0 && !some && !buffer_.empty())
    return Error(ErrorCode::too_large,
                 fmt::format("byte {}: one piece of markup is larger than the {} that a record may "
                             "have",
                             offset_, format_size(size())));
  if (released > 0 || some) must_release_ = false;
  tokenizer_.detach();
  at_ -= released;
  offset_ += released;
  return released;
}

XmlCutter::Step XmlCutter::fail(i64 at, std::string_view what, ErrorCode code) {
  tokenizer_.attach_text(buffer_.substr(static_cast<u64>(at)), offset_ + at);
  tokenizer_.fail(pointer(at), what, code);
  return Step::failed;
}

// More bytes are needed from `at` on.
XmlCutter::Step XmlCutter::wait_at(i64 at) {
  at_ = at;
  return Step::wait;
}

// The document ends, and more bytes are needed; which is right only behind the root.
XmlCutter::Step XmlCutter::unexpected_end() {
  if (record_) return fail(size(), fmt::format("the end, where <{}> is still open", record_->name));
  if (span_ != Span::none || (at_ < size() && buffer_[static_cast<u64>(at_)] == '<'))
    return fail(std::min(at_, size()), "markup that does not end");
  if (!tokenizer_.open_.empty()) {
    tokenizer_.attach_text(buffer_.substr(buffer_.size()), offset_ + size());
    return take(tokenizer_.mismatch(pointer(size())));
  }
  return root_seen_ ? Step::wait : fail(size(), "no root element");
}

// What the tokenizer made of a piece that ends at `end`.
XmlCutter::Step XmlCutter::take(const char* end) {
  if (end == nullptr) return Step::failed;
  at_ = position(end);
  return Step::on;
}

// Hands [begin, end), which stands outside of records, to the tokenizer.
bool XmlCutter::accept(i64 begin, i64 end) {
  const auto piece = buffer_.substr(static_cast<u64>(begin), static_cast<u64>(end - begin));
  tokenizer_.attach_text(piece, offset_ + begin);
  if (is_valid_utf8(piece)) return true;
  tokenizer_.fail(pointer(begin), "bytes that are not valid UTF-8 within this");
  return false;
}

bool XmlCutter::enter(std::string_view name, std::string_view uri) {
  const bool is_root = tokenizer_.open_.size() == 1;
  if (!name_space_.empty() && uri != name_space_) return false;
  if (!path_) {
    matched_ = is_root;
    return false;
  }
  if (is_root) {
    states_.push_back(path_->start());
    return true;
  }
  const XmlRecordPath::State state = path_->enter(states_.back(), name);
  matched_ = path_->matches(state);
  if (matched_) return false;
  states_.push_back(state);
  if (events_ != nullptr) events_->enter(name);
  return true;
}

void XmlCutter::leave() {
  states_.pop_back();
  if (events_ != nullptr && !states_.empty()) events_->leave();
}

XmlCutter::Step XmlCutter::outside() {
  if (span_ != Span::none) return continue_span();
  if (!started_) return document_start();
  if (at_ == size()) return Step::wait;
  if (buffer_[static_cast<u64>(at_)] == '<') return outside_markup();
  return tokenizer_.open_.empty() ? blank() : outside_text();
}

// The byte order mark and the XML declaration, which ends with the first "?>".
XmlCutter::Step XmlCutter::document_start() {
  constexpr std::string_view opening = "<?xml ";
  const std::string_view start = rest();
  const bool mark = offset_ + at_ == 0 && start.starts_with(byte_order_mark);
  if (mark) return take(start.data() + byte_order_mark.size());
  const bool undecided =
      start.size() < opening.size() || (start.starts_with("<?") && start.find("?>") == start.npos);
  if (undecided && !last_) return Step::wait;
  started_ = true;
  const XmlDeclaration declaration = read_xml_declaration(start);
  if (declaration.error != nullptr) return fail(at_ + declaration.length, declaration.error);
  return take(start.data() + declaration.length);
}

// White space before or behind the root.
XmlCutter::Step XmlCutter::blank() {
  while (at_ < size() && is_xml_white(buffer_[static_cast<u64>(at_)])) ++at_;
  if (at_ == size() || buffer_[static_cast<u64>(at_)] == '<') return Step::on;
  return fail(at_, "text outside the root element");
}

XmlCutter::Step XmlCutter::outside_text() {
  const std::string_view text = rest();
  const char* end = tags_.find<&XmlTagMarks::open>(text.data());
  const bool more = end == text.data() + text.size() && !last_;
  if (more) end = text.data() + settled(text, true);
  if (!accept(at_, position(end))) return Step::failed;
  const Step step = take(tokenizer_.text(text.data(), outside_));
  return step == Step::on && more ? Step::wait : step;
}

XmlCutter::Step XmlCutter::outside_markup() {
  if (rest().size() < 2) return Step::wait;
  switch (rest()[1]) {
    case '!':
      return declaration();
    case '?':
      return instruction();
    case '/':
      return end_tag();
    default:
      return start_tag();
  }
}

XmlCutter::Step XmlCutter::instruction() {
  const u64 end = rest().find("?>", 2);
  if (end == std::string_view::npos) return Step::wait;
  if (!accept(at_, at_ + static_cast<i64>(end) + 2)) return Step::failed;
  return take(tokenizer_.instruction(pointer(at_)));
}

XmlCutter::Step XmlCutter::start_tag() {
  if (root_seen_ && tokenizer_.open_.empty()) return fail(at_, "a second root element");
  const char* begin = pointer(at_);
  const char* end = tag_end(begin + 1);
  if (end == nullptr) return Step::wait;
  if (!accept(at_, position(end))) return Step::failed;
  root_seen_ = true;
  matched_ = false;
  if (tokenizer_.start_tag(begin, outside_) == nullptr) return Step::failed;
  return matched_ ? begin_record(position(end)) : take(end);
}

XmlCutter::Step XmlCutter::end_tag() {
  if (tokenizer_.open_.empty()) return fail(at_, "an end tag where nothing is open");
  const char* end = tags_.find<&XmlTagMarks::edge>(pointer(at_));
  if (end == pointer(size())) return Step::wait;
  if (!accept(at_, position(end) + 1)) return Step::failed;
  if (*end != '>') return take(tokenizer_.mismatch(pointer(at_)));
  return take(tokenizer_.end_tag(pointer(at_), outside_));
}

}  // namespace weir::format
