#include "weir/extract/extractor.h"

#include <fmt/format.h>

namespace weir::extract {

Extractor::Extractor(const Plan& plan, ChunkColumns& columns, PartFilter filter, i64 record_bytes)
    : columns_(columns),
      front_end_(make_front_end(plan)),
      capture_(plan, record_bytes),
      writer_(plan, columns, filter) {}

Extractor::Progress Extractor::extract(std::string_view bytes,
                                       std::span<const format::CutRecord> records,
                                       const InputContext& input, const FormatContext& context) {
  Progress progress;
  front_end_->begin(context);
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
    refusal = front_end_->read(text, record, capture_, scratch_);
    if (!refusal && capture_.too_large())
      refusal = {Reason::oversize,
                 "the record has too many parts for its share of the memory; raise --memory"};
  }
  if (refusal && refusal->reason == Reason::xml_syntax) {
    failure_ = std::move(refusal);
    return Written::rejected;
  }
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
