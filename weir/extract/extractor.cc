#include "weir/extract/extractor.h"

#include <fmt/format.h>

namespace weir::extract {

namespace {

constexpr std::string_view too_many_parts =
    "the record has too many parts for its share of the memory; raise --memory";

}  // namespace

Extractor::Extractor(const Plan& plan, ChunkColumns& columns, PartFilter filter, i64 record_bytes)
    : plan_(plan), columns_(columns), capture_(plan, record_bytes), writer_(plan, columns, filter) {
  for (const DocumentPlan& document : plan.documents) {
    front_ends_.push_back(make_front_end(plan, document));
    readers_.push_back(
        document.reader == nullptr ? nullptr : std::make_unique<MemberCapture>(plan, document));
  }
}

Extractor::Progress Extractor::extract(std::string_view bytes,
                                       std::span<const format::CutRecord> records,
                                       const InputContext& input, const FormatContext& context) {
  Progress progress;
  front_ends_.front()->begin(context);
  failure_.reset();
  for (const format::CutRecord& record : records) {
    const Written written = take(bytes, record, input);
    if (failure_) {
      progress.input_failed = true;
      progress.failure = *failure_;
      return progress;
    }
    if (written == Written::full) return progress;
    ++progress.taken;
  }
  return progress;
}

Written Extractor::take(std::string_view bytes, const format::CutRecord& record,
                        const InputContext& input) {
  scratch_.clear();
  const std::string_view text = bytes.substr(static_cast<std::size_t>(record.begin),
                                             static_cast<std::size_t>(record.end - record.begin));
  const RecordPlace place{.row = record.row, .offset = record.offset, .raw = text};
  std::optional<Refusal> refusal;
  if (record.oversize) {
    refusal = {Reason::oversize,
               "the record is larger than its share of the memory; raise --memory"};
  } else {
    refusal = front_ends_.front()->read(text, record, capture_, scratch_);
    if (!refusal && capture_.too_large()) refusal = {Reason::oversize, std::string(too_many_parts)};
  }
  if (refusal && refusal->reason == Reason::xml_syntax) {
    failure_ = std::move(refusal);
    return Written::rejected;
  }
  return write(refusal, input, place);
}

bool Extractor::extract(const RecordDocuments& documents, const InputContext& input,
                        const RecordPlace& place) {
  scratch_.clear();
  capture_.begin();
  warning_.clear();
  std::optional<Refusal> refusal = read_documents(documents);
  if (!refusal && capture_.too_large()) refusal = {Reason::oversize, std::string(too_many_parts)};
  RecordPlace warned = place;
  warned.warning = warning_;
  return write(refusal, input, warned) != Written::full;
}

// A document that is broken counts as absent where it says so, and else makes the record a reject.
std::optional<Refusal> Extractor::read_documents(const RecordDocuments& documents) {
  for (std::size_t i = 0; i < plan_.documents.size(); ++i) {
    const DocumentPlan& document = plan_.documents[i];
    std::optional<Refusal> refusal = read_document(i, documents);
    if (!refusal) {
      if (!writer_.takes(document, capture_, scratch_))
        capture_.forget(document);
      else if (!documents.documents[i].problem.empty())
        warn(document, documents.documents[i].problem);
      continue;
    }
    if (!document.source->skip_broken) {
      refusal->detail = fmt::format("{}: {}", document.source->name, refusal->detail);
      return refusal;
    }
    capture_.forget(document);
    warn(document, refusal->detail);
  }
  return std::nullopt;
}

void Extractor::warn(const DocumentPlan& document, std::string_view problem) {
  if (!warning_.empty()) warning_ += "; ";
  warning_ += fmt::format("{}: {}", document.source->name, problem);
}

std::optional<Refusal> Extractor::read_document(std::size_t at, const RecordDocuments& documents) {
  if (readers_[at] != nullptr) {
    const bool has_file = documents.file.input != nullptr;
    const DocumentReader* const reader =
        has_file ? plan_.documents[at].reader.get() : documents.told_by(at);
    readers_[at]->begin(capture_, scratch_);
    // A test of a declaration has no file.
    if (reader == nullptr) return std::nullopt;
    auto read = reader->read(documents.file, *readers_[at]);
    if (!read.ok()) return Refusal{Reason::document, read.error().message()};
    if (!*read) capture_.forget(plan_.documents[at]);
    return std::nullopt;
  }
  const DocumentBytes& bytes = documents.documents[at];
  if (bytes.state == DocumentBytes::State::broken) return Refusal{Reason::document, bytes.problem};
  if (bytes.state == DocumentBytes::State::absent || plan_.documents[at].root < 0)
    return std::nullopt;
  return front_ends_[at]->read(bytes.text, {}, capture_, scratch_);
}

Written Extractor::write(const std::optional<Refusal>& refusal, const InputContext& input,
                         const RecordPlace& place) {
  // What is too large for one part may not be so for another, which has more memory: each tells.
  const bool is_everyones = refusal && refusal->reason == Reason::oversize;
  if (refusal && !is_everyones && !writer_.takes_row(place.row)) return Written::left_out;
  if (refusal) return refuse(input, place, *refusal) ? Written::rejected : Written::full;
  const bool columns_were_empty = columns_.empty();
  const Written written = writer_.write(capture_, input, place, scratch_);
  if (written != Written::full || !columns_were_empty) return written;
  const Refusal too_large{
      Reason::oversize,
      "the record's rows are larger than their share of the memory; raise --memory"};
  return refuse(input, place, too_large) ? Written::rejected : Written::full;
}

// A reject that does not fit into empty columns keeps the first bytes of its record only.
bool Extractor::refuse(const InputContext& input, const RecordPlace& place,
                       const Refusal& refusal) {
  const bool columns_were_empty = columns_.empty();
  if (writer_.reject(input, place, refusal)) return true;
  if (!columns_were_empty) return false;
  constexpr std::size_t kept_bytes = 4096;
  RecordPlace cut = place;
  cut.raw = place.raw.substr(0, kept_bytes);
  Refusal said = refusal;
  said.detail += fmt::format(" (of {} bytes the first {} are kept)", place.raw.size(), kept_bytes);
  const bool fits = writer_.reject(input, cut, said);
  WEIR_ASSERT(fits);
  return true;
}

}  // namespace weir::extract
