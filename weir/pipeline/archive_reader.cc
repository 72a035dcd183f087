#include "weir/pipeline/archive_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/extract/front_end.h"
#include "weir/format/json_cutter.h"
#include "weir/format/xml_encoding.h"
#include "weir/pipeline/chunk_reader.h"

namespace weir::pipeline {

using extract::DocumentBytes;
using State = DocumentBytes::State;

namespace {

constexpr std::string_view comment_member = "#comment";

// The comment of an archive, which its directory has brought.
class TextStream final : public ByteStream {
 public:
  explicit TextStream(std::string_view text) : text_(text) {}

  Result<i64> read(std::span<std::byte> out) override {
    const std::size_t count = std::min(out.size(), text_.size());
    std::memcpy(out.data(), text_.data(), count);
    text_.remove_prefix(count);
    return static_cast<i64>(count);
  }

 private:
  std::string_view text_;
};

}  // namespace

ArchiveReader::ArchiveReader(const extract::Plan& plan, store::InputLimits limits)
    : plan_(plan), limits_(limits) {
  for (const extract::DocumentPlan& document : plan.documents) {
    members_.emplace_back();
    if (!document.member.empty() && document.member != comment_member) {
      auto patterns = store::MemberPatterns::parse({document.member});
      WEIR_ASSERT(patterns.ok());
      members_.back() = std::move(*patterns);
    }
    has_readers_ |= document.reader != nullptr;
  }
}

Result<extract::RecordDocuments> ArchiveReader::read(const RunInput& input,
                                                     std::span<std::byte> bytes) {
  free_ = bytes;
  extract::RecordDocuments documents;
  documents.documents.resize(plan_.documents.size());
  archive_.reset();
  if (!input.by_name_only) {
    auto opened = store::Archive::open(input.input.file, limits_);
    const bool is_other = !opened.ok() && opened.error().code() == ErrorCode::unsupported;
    if (!opened.ok() && !(is_other && has_readers_)) return std::move(opened).error();
    if (opened.ok()) archive_ = std::move(*opened);
  }
  documents.file = {.input = &input.input,
                    .archive = archive_.get(),
                    .facts = input.facts.get(),
                    .by_name_only = input.by_name_only};
  if (archive_ == nullptr) return documents;
  for (std::size_t i = 0; i < plan_.documents.size(); ++i) {
    if (plan_.documents[i].member.empty()) continue;
    DocumentBytes& document = documents.documents[i];
    document = read_document(*archive_, i);
    if (lost_) return *std::exchange(lost_, std::nullopt);
    // A record's warning stands beside it, and its file may move.
    document.problem = without_location(document.problem, input);
  }
  return documents;
}

// Of several members the first in byte order; of several of one name the last, as when unpacked.
const store::Member* ArchiveReader::find(const store::Archive& archive,
                                         std::size_t document) const {
  const store::Member* found = nullptr;
  for (const store::Member& member : archive.members())
    if (members_[document].are_met_by(member.name) &&
        (found == nullptr || member.name <= found->name))
      found = &member;
  return found;
}

DocumentBytes ArchiveReader::read_document(const store::Archive& archive, std::size_t document) {
  if (plan_.documents[document].member == comment_member) {
    if (archive.comment().empty()) return {};
    return take(std::make_unique<TextStream>(archive.comment()), document);
  }
  const store::Member* member = find(archive, document);
  if (member == nullptr) return {};
  auto stream = archive.read(*member);
  if (!stream.ok()) return broken(stream.error());
  return take(std::move(*stream), document);
}

DocumentBytes ArchiveReader::broken(const Error& error) {
  if (error.code() == ErrorCode::unavailable) lost_ = error;
  return {.state = State::broken, .text = {}, .problem = error.message()};
}

DocumentBytes ArchiveReader::take(std::unique_ptr<ByteStream> stream, std::size_t document) {
  const extract::SourceDecl& source = *plan_.documents[document].source;
  if (source.format == extract::Format::xml)
    stream = std::make_unique<format::XmlUtf8Stream>(std::move(stream));
  const i64 room = static_cast<i64>(free_.size()) - extract::FrontEnd::padding;
  const i64 limit = source.max_bytes > 0 ? std::min(room, source.max_bytes) : room;
  const auto too_large = [&] {
    if (limit == source.max_bytes)
      return broken({ErrorCode::too_large,
                     fmt::format("it is larger than its max_bytes, {}", format_size(limit))});
    return broken({ErrorCode::budget, "it is larger than its share of the memory; raise --memory"});
  };
  i64 size = 0;
  for (i64 count = 1; count > 0; size += count) {
    if (size > limit) return too_large();
    // A byte more than there may be; only the read that returns 0 says that all were right.
    auto read = stream->read(
        free_.subspan(static_cast<std::size_t>(size), static_cast<std::size_t>(limit + 1 - size)));
    if (!read.ok()) return broken(read.error());
    count = *read;
  }
  DocumentBytes made{.state = State::whole};
  const char* const begin = reinterpret_cast<const char*>(free_.data());
  if (source.else_windows1252 && !is_valid_utf8({begin, static_cast<std::size_t>(size)})) {
    size = format::windows1252_to_utf8(free_.first(static_cast<std::size_t>(limit)), size);
    if (size < 0) return too_large();
    made.problem = "its bytes are not in the encoding that it states; read as Windows-1252";
  }
  made.text = {begin, static_cast<std::size_t>(size)};
  // The tokenizer of XML passes over a mark by itself.
  const bool is_json = source.format == extract::Format::json;
  if (is_json && made.text.starts_with(format::byte_order_mark))
    made.text.remove_prefix(format::byte_order_mark.size());
  free_ = free_.subspan(static_cast<std::size_t>(size + extract::FrontEnd::padding));
  return made;
}

}  // namespace weir::pipeline
