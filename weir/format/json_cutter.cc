#include "weir/format/json_cutter.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/base/bytes.h"
#include "weir/format/json_token.h"

namespace weir::format {

namespace {

bool begins_json_word(char c) {
  return c == '-' || (c >= '0' && c <= '9') || c == 't' || c == 'f' || c == 'n';
}

bool ends_outside_word(char c) { return ends_json_word(c) || c == '"'; }

}  // namespace

JsonCutter::JsonCutter(JsonPath record, DocumentEvents* events)
    : path_(std::move(record)), events_(events) {}

Result<i64> JsonCutter::cut(std::string_view buffer, bool last, std::vector<CutRecord>& records) {
  const auto size = static_cast<i64>(buffer.size());
  if (!begun_) {
    if (!last && buffer.size() < byte_order_mark.size() && byte_order_mark.starts_with(buffer))
      return 0;
    if (buffer.starts_with(byte_order_mark)) at_ = static_cast<i64>(byte_order_mark.size());
    begun_ = true;
  }
  waiting_ = false;
  while (at_ < size && !waiting_) WEIR_TRY(next(buffer, last, records));
  if (last) {
    WEIR_TRY(end_document(buffer, records));
    return size;
  }
  const bool in_record = within_ >= Within::record;
  const i64 done = in_record && !skipping_ ? record_begin_ - released_ : at_;
  released_ += done;
  at_ -= done;
  return done;
}

// Goes on with what the byte at hand belongs to, as far as that is in the buffer.
Result<void> JsonCutter::next(std::string_view buffer, bool last, std::vector<CutRecord>& records) {
  switch (within_) {
    case Within::structure:
      return structure(buffer);
    case Within::name:
    case Within::text:
      return string(buffer);
    case Within::word:
      return word(buffer);
    case Within::record:
      if (!record_brackets(buffer)) break;
      end_record(records);
      return {};
    case Within::record_text:
      if (record_text(buffer)) end_record(records);
      return {};
    case Within::record_word:
      while (at_ < static_cast<i64>(buffer.size()) && !ends_outside_word(byte(buffer))) ++at_;
      if (at_ < static_cast<i64>(buffer.size())) end_record(records);
      return {};
  }
  waiting_ = true;
  return last ? fail(ErrorCode::corrupt, "the document ends inside of a record") : Result<void>();
}

Result<void> JsonCutter::end_document(std::string_view buffer, std::vector<CutRecord>& records) {
  if (within_ == Within::word) WEIR_TRY(end_word());
  if (within_ == Within::record_word) end_record(records);
  if (within_ == Within::structure && expect_ == Expect::nothing) return {};
  if (within_ == Within::structure && frames_.empty()) return wrong("a value", buffer);
  return fail(ErrorCode::corrupt,
              fmt::format("the document ends inside of {}",
                          within_ == Within::structure ? "an object or list" : "a text"));
}

// --- outside of records: structure

Result<void> JsonCutter::structure(std::string_view buffer) {
  const char c = byte(buffer);
  if (is_json_space(c)) {
    ++at_;
    return {};
  }
  const bool in_list = !frames_.empty() && frames_.back().list;
  switch (expect_) {
    case Expect::item_or_end:
      if (c == ']') return close();
      [[fallthrough]];
    case Expect::value:
      return begin_value(c, buffer);
    case Expect::name_or_end:
      if (c == '}') return close();
      [[fallthrough]];
    case Expect::name:
      if (c != '"') return wrong("a name in double quotes", buffer);
      return begin_string(Within::name);
    case Expect::colon:
      if (c != ':') return wrong("a colon", buffer);
      expect_ = Expect::value;
      break;
    case Expect::comma_or_end:
      if (c == (in_list ? ']' : '}')) return close();
      if (c != ',') return wrong(in_list ? "a comma or ]" : "a comma or }", buffer);
      expect_ = in_list ? Expect::value : Expect::name;
      if (in_list) ++frames_.back().index;
      break;
    case Expect::nothing:
      return wrong("the end of the document", buffer);
  }
  ++at_;
  return {};
}

Result<void> JsonCutter::begin_value(char c, std::string_view buffer) {
  if (c != '{' && c != '[' && c != '"' && !begins_json_word(c)) return wrong("a value", buffer);
  const bool in_list = !frames_.empty() && frames_.back().list;
  if (frames_.empty()) set_ = path_.start();
  if (in_list) set_ = path_.item(frames_.back().set, frames_.back().index);

  const bool listed = in_list && path_.ends(frames_.back().set);
  if (listed || (path_.ends(set_) && c != '[')) {
    begin_record(c);
    return {};
  }
  if (c == '[') return push(true);
  tell_enter();
  if (c == '{') return push(false);
  if (c == '"') return begin_string(Within::text);
  within_ = Within::word;
  token_.clear();
  return {};
}

Result<void> JsonCutter::push(bool list) {
  if (frames_.size() == max_depth)
    return fail(
        ErrorCode::too_large,
        fmt::format("lists and objects lie in one another more than {} levels deep", max_depth));
  Frame frame;
  frame.set = set_;
  frame.list = list;
  frame.told = !list && !frames_.empty();
  if (list && !frames_.empty()) frame.name = frames_.back().list ? frames_.back().name : name_;
  frames_.push_back(std::move(frame));
  expect_ = list ? Expect::item_or_end : Expect::name_or_end;
  ++at_;
  return {};
}

Result<void> JsonCutter::close() {
  const bool told = frames_.back().told;
  frames_.pop_back();
  if (told && events_ != nullptr) events_->leave();
  ++at_;
  end_value();
  return {};
}

void JsonCutter::end_value() {
  within_ = Within::structure;
  expect_ = frames_.empty() ? Expect::nothing : Expect::comma_or_end;
}

void JsonCutter::tell_enter() {
  if (events_ == nullptr || frames_.empty()) return;
  events_->enter(frames_.back().list ? frames_.back().name : name_);
}

void JsonCutter::end_scalar() {
  if (events_ != nullptr && !frames_.empty()) events_->leave();
  end_value();
}

// --- outside of records: names, texts, words

Result<void> JsonCutter::begin_string(Within within) {
  within_ = within;
  token_.clear();
  escape_.clear();
  ++at_;
  return {};
}

Result<void> JsonCutter::string(std::string_view buffer) {
  const char c = byte(buffer);
  if (!escape_.empty() || c == '\\') {
    ++at_;
    return escape(c);
  }
  if (c == '"') {
    ++at_;
    return end_string();
  }
  const auto begin = static_cast<std::size_t>(at_);
  std::size_t end = begin;
  while (end < buffer.size() && buffer[end] != '"' && buffer[end] != '\\' &&
         static_cast<u8>(buffer[end]) >= 0x20)
    ++end;
  if (end == begin) return wrong("an escape for a control character", buffer);
  end = std::min(end, begin + max_piece);
  token_.append(buffer, begin, end - begin);
  at_ = static_cast<i64>(end);
  return token_.size() < max_piece ? Result<void>() : flush_piece();
}

// Takes one more byte of an escape; a pair of surrogates is one escape.
Result<void> JsonCutter::escape(char c) {
  escape_ += c;
  const std::size_t size = escape_.size();
  if (size == 1 || (size == 2 && c == 'u')) return {};
  const bool unicode = escape_[1] == 'u';
  if (unicode && (size < 6 || (size > 6 && size < 12))) return {};
  const bool half = size == 6 && (escape_[2] | 0x20) == 'd' &&
                    std::string_view("89abAB").find(escape_[3]) != std::string_view::npos;
  if (half) return {};
  char out[12];
  const i64 length = unescape_json(escape_, out);
  if (length < 0)
    return fail(ErrorCode::corrupt, fmt::format("{} is no escape", printable(escape_)));
  token_.append(out, static_cast<std::size_t>(length));
  escape_.clear();
  return token_.size() < max_piece ? Result<void>() : flush_piece();
}

Result<void> JsonCutter::end_string() {
  if (!is_valid_utf8(token_)) return fail(ErrorCode::corrupt, "a text is not UTF-8");
  if (within_ == Within::name) {
    name_ = token_;
    set_ = path_.member(frames_.back().set, name_);
    within_ = Within::structure;
    expect_ = Expect::colon;
    return {};
  }
  if (events_ != nullptr) events_->text(token_);
  end_scalar();
  return {};
}

// Tells what has come together of a long text, but for its last character, which may not be whole.
Result<void> JsonCutter::flush_piece() {
  if (within_ == Within::name)
    return fail(ErrorCode::too_large, fmt::format("a name is longer than {} bytes", max_piece));
  std::size_t end = token_.size() - 1;
  while (end > 0 && (token_[end] & 0xC0) == 0x80) --end;
  const std::string_view piece(token_.data(), end);
  if (!is_valid_utf8(piece)) return fail(ErrorCode::corrupt, "a text is not UTF-8");
  if (events_ != nullptr) events_->text(piece);
  token_.erase(0, end);
  return {};
}

Result<void> JsonCutter::word(std::string_view buffer) {
  while (at_ < static_cast<i64>(buffer.size()) && !ends_outside_word(byte(buffer))) {
    if (token_.size() == max_piece) return wrong("the end of a number", buffer);
    token_ += byte(buffer);
    ++at_;
  }
  return at_ < static_cast<i64>(buffer.size()) ? end_word() : Result<void>();
}

Result<void> JsonCutter::end_word() {
  const JsonWord kind = classify_json_word(token_);
  if (kind == JsonWord::bad)
    return fail(ErrorCode::corrupt, fmt::format("\"{}\" is no JSON value", printable(token_)));
  if (kind != JsonWord::null && events_ != nullptr) events_->text(token_);
  end_scalar();
  return {};
}

// --- records

void JsonCutter::begin_record(char c) {
  record_begin_ = released_ + at_;
  ++row_;
  if (events_ != nullptr) events_->record();
  if (c == '{' || c == '[') {
    within_ = Within::record;
    scan_.begin();
  } else if (c == '"') {
    within_ = Within::record_text;
    after_backslash_ = false;
    ++at_;
  } else {
    within_ = Within::record_word;
  }
}

bool JsonCutter::record_brackets(std::string_view buffer) {
  bool closed = false;
  at_ += scan_.advance(buffer.substr(static_cast<std::size_t>(at_)), closed);
  return closed;
}

bool JsonCutter::record_text(std::string_view buffer) {
  while (at_ < static_cast<i64>(buffer.size())) {
    const char c = byte(buffer);
    ++at_;
    if (c == '"' && !after_backslash_) return true;
    after_backslash_ = c == '\\' && !after_backslash_;
  }
  return false;
}

void JsonCutter::end_record(std::vector<CutRecord>& records) {
  const i64 begin = skipping_ ? at_ : record_begin_ - released_;
  records.push_back({begin, at_, row_, record_begin_, 0, skipping_});
  skipping_ = false;
  end_value();
}

// --- errors

Error JsonCutter::wrong(std::string_view expected, std::string_view buffer) const {
  const bool ended = at_ >= static_cast<i64>(buffer.size());
  return fail(ErrorCode::corrupt,
              fmt::format("expected {}, found {}", expected,
                          ended ? "the end of the document"
                                : fmt::format("\"{}\"", printable(buffer.substr(
                                                            static_cast<std::size_t>(at_), 1)))));
}

Error JsonCutter::fail(ErrorCode code, std::string_view what) const {
  return Error(code, fmt::format("byte {}: {}", released_ + at_, what));
}

}  // namespace weir::format
