// XmlCutter inside of records: tags are counted until the record's own is closed.
#include <fmt/format.h>

#include <utility>

#include "weir/base/bytes.h"
#include "weir/format/xml_cutter.h"

namespace weir::format {
namespace {

constexpr i64 max_scopes = 65'536;

}  // namespace

// The tag that the tokenizer has just read, up to `end`, is that of a record.
XmlCutter::Step XmlCutter::begin_record(i64 end) {
  const bool empty = buffer_[static_cast<u64>(end) - 2] == '/';
  Record record{.offset = offset_ + at_, .depth = empty ? 0 : 1, .scope = 0};
  if (!empty) {
    const XmlTokenizer::Open& element = tokenizer_.open_.back();
    record.name.assign(element.name, static_cast<u64>(element.size));
    tokenizer_.close(outside_);  // it does not see the inside of records
  }
  const std::optional<i32> scope = current_scope();
  if (!scope)
    return fail(at_, "more different sets of namespaces than Weir keeps", ErrorCode::too_large);
  record.scope = *scope;
  if (events_ != nullptr) events_->record();
  ++rows_;
  record_ = std::move(record);
  at_ = end;
  return Step::on;
}

std::optional<i32> XmlCutter::current_scope() {
  const XmlNamespaces& namespaces = tokenizer_.namespaces_;
  if (scope_changes_ == namespaces.changes()) return scope_;
  XmlScope scope = namespaces.scope();
  const auto [entry, is_new] = scope_numbers_.try_emplace(scope, static_cast<i32>(scopes_.size()));
  if (is_new) {
    if (static_cast<i64>(scopes_.size()) >= max_scopes) return std::nullopt;
    scopes_.push_back(std::make_shared<const XmlScope>(std::move(scope)));
  }
  scope_changes_ = namespaces.changes();
  return scope_ = entry->second;
}

XmlCutter::Step XmlCutter::inside(std::vector<CutRecord>& records) {
  if (span_ != Span::none) return skip_span();
  if (record_->depth == 0) return end_record(at_, records);
  const i64 depth_limit = options_.max_depth - static_cast<i64>(tokenizer_.open_.size());
  const char* const end = pointer(size());
  const char* at = pointer(at_);
  while (true) {
    at = tags_.find<&XmlTagMarks::open>(at);
    if (end - at < 2) return wait_at(position(at));
    if (at[1] == '/') {
      if (record_->depth == 1) return inside_end(at, records);
      --record_->depth;
      at += 2;
    } else if (at[1] == '!' || at[1] == '?') {
      return inside_markup(at);
    } else {
      const char* behind = tag_end(at + 1);
      if (behind == nullptr) return wait_at(position(at));
      if (record_->depth >= depth_limit)
        return fail(position(at), "elements nested too deeply", ErrorCode::too_large);
      record_->depth += behind[-2] != '/';
      at = behind;
    }
  }
}

// Behind the ">" of the tag in which `at` stands; null if it is not in the buffer.
const char* XmlCutter::tag_end(const char* at) {
  const char* end = pointer(size());
  while (true) {
    at = tags_.find<&XmlTagMarks::edge>(at);
    if (at == end) return nullptr;
    if (*at == '>') return at + 1;
    const char quote = *at;
    do {
      at = tags_.find<&XmlTagMarks::edge>(at + 1);
      if (at == end) return nullptr;
    } while (*at != quote);
    ++at;
  }
}

// A comment, a CDATA section or an instruction begins at `at`.
XmlCutter::Step XmlCutter::inside_markup(const char* at) {
  at_ = position(at);
  if (at[1] == '?') {
    span_ = Span::instruction;
    at_ += 2;
    return Step::on;
  }
  const Opening opening = span_at(rest());
  if (opening.undecided) return Step::wait;
  if (opening.span == Span::none || opening.span == Span::doctype)
    return fail(at_, "a declaration that is not known here");
  span_ = opening.span;
  at_ += opening.size;
  return Step::on;
}

// At `at` stands what should be the record's own end tag.
XmlCutter::Step XmlCutter::inside_end(const char* at, std::vector<CutRecord>& records) {
  const char* end = tags_.find<&XmlTagMarks::edge>(at);
  if (end == pointer(size())) return wait_at(position(at));
  const char* name_end = end;
  while (is_xml_white(name_end[-1])) --name_end;
  if (*end != '>' || std::string_view(at + 2, name_end) != record_->name)
    return fail(position(at),
                fmt::format("an end tag where <{}> is open", printable(record_->name)));
  return end_record(position(end) + 1, records);
}

XmlCutter::Step XmlCutter::end_record(i64 end, std::vector<CutRecord>& records) {
  const i64 begin = record_->skipped ? end : record_->offset - offset_;
  records.push_back({.begin = begin,
                     .end = end,
                     .row = rows_,
                     .offset = record_->offset,
                     .scope = record_->scope,
                     .oversize = record_->skipped});
  record_.reset();
  at_ = end;
  return Step::on;
}

}  // namespace weir::format
