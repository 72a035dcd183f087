#include "weir/extract/infer_read.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "weir/base/bytes.h"
#include "weir/format/csv_cutter.h"
#include "weir/format/csv_splitter.h"
#include "weir/format/json_cutter.h"
#include "weir/format/xml_cutter.h"

namespace weir::extract {
namespace {

using format::CutRecord;

// Longer tags, lines and rows are passed over.
constexpr std::size_t buffer_bytes = 1 * MiB;
// Readable bytes behind what is scanned.
constexpr std::size_t padding_bytes = 64;

// A record path that no member has: with it a cutter tells of all that a document holds.
constexpr const char* no_member = "\xff";

class SampleReader {
 public:
  SampleReader(const InferSample& sample, i64 max_bytes, MemberCollector& collector)
      : sample_(sample),
        left_(max_bytes),
        collector_(collector),
        buffer_(buffer_bytes + padding_bytes) {}

  Result<SampleFormat> read(std::optional<SampleFormat> format) {
    WEIR_TRY(fill());
    if (trim(held()).empty())
      return Error(ErrorCode::corrupt, fmt::format("{}: there is nothing in it", sample_.location));
    const SampleFormat found = format.value_or(detect());
    auto done = read_as(found);
    if (!done.ok()) return std::move(done).error().context(sample_.location);
    return found;
  }

 private:
  std::string_view held() const { return {buffer_.data(), filled_}; }

  // Reads until the buffer is full or the sample ends.
  Result<void> fill() {
    while (filled_ < buffer_bytes && !ended_) {
      const std::size_t room = std::min(buffer_bytes - filled_, static_cast<std::size_t>(left_));
      const auto out = std::as_writable_bytes(std::span(buffer_.data() + filled_, room));
      WEIR_ASSIGN(const i64 got, sample_.stream->read(out));
      filled_ += static_cast<std::size_t>(got);
      left_ -= got;
      cut_short_ = left_ == 0;
      ended_ = got == 0 || cut_short_;
    }
    return {};
  }

  SampleFormat detect() const {
    std::string_view text = held();
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    if (text.starts_with(mark)) text.remove_prefix(mark.size());
    const std::string_view start = trim(text);
    if (start.front() == '<') return {Format::xml};
    if (start.front() != '{' && start.front() != '[') return {Format::csv, delimiter_of(text)};
    const std::size_t line_end = start.find('\n');
    if (start.front() == '[' || line_end == start.npos) return {Format::json};
    const std::string_view line = trim(start.substr(0, line_end));
    const bool lines = line.ends_with('}') && trim(start.substr(line_end)).starts_with('{');
    return {lines ? Format::ndjson : Format::json};
  }

  // The one of the usual delimiters that the first line has most of.
  static char delimiter_of(std::string_view text) {
    const std::string_view line = text.substr(0, text.find('\n'));
    constexpr std::string_view usual = ",;\t|";
    return *std::ranges::max_element(usual, {},
                                     [&](char c) { return std::ranges::count(line, c); });
  }

  Result<void> read_as(SampleFormat format) {
    switch (format.format) {
      case Format::xml:
        return read_xml();
      case Format::json:
        return read_json();
      case Format::ndjson:
        return read_lines();
      default:
        return read_csv(format.delimiter);
    }
  }

  Result<void> read_xml() {
    format::XmlCutterOptions options;
    options.record = {{format::XmlPathStep::Kind::name, {no_member}}};
    format::XmlCutter cutter(options, &collector_);
    collector_.begin_document();
    WEIR_TRY(pump(cutter, [](std::string_view) { return Result<void>(); }));
    collector_.end_document();
    return {};
  }

  Result<void> read_json() {
    WEIR_ASSIGN(format::JsonCutter cutter, json_cutter());
    collector_.begin_document();
    WEIR_TRY(pump(cutter, [](std::string_view) { return Result<void>(); }));
    collector_.end_document();
    return {};
  }

  Result<format::JsonCutter> json_cutter() {
    std::vector<format::JsonStep> steps(1);
    steps.front().names = {no_member};
    WEIR_ASSIGN(auto path, format::JsonPath::make(std::move(steps), false));
    return format::JsonCutter(std::move(path), &collector_);
  }

  Result<void> read_lines() {
    format::JsonLinesCutter cutter;
    collector_.begin_document();
    WEIR_TRY(pump(cutter, [&](std::string_view line) -> Result<void> {
      WEIR_ASSIGN(format::JsonCutter inner, json_cutter());
      std::vector<CutRecord> none;
      collector_.enter("");
      auto done = inner.cut(line, true, none);
      if (!done.ok()) return std::move(done).error();
      collector_.leave();
      return {};
    }));
    collector_.end_document();
    return {};
  }

  Result<void> read_csv(char delimiter) {
    format::CsvCutter cutter({.delimiter = delimiter});
    format::CsvSplitter splitter(delimiter);
    collector_.begin_document();
    WEIR_TRY(pump(cutter, [&](std::string_view row) -> Result<void> {
      const std::vector<std::string>& header = cutter.header();
      if (splitter.split(row, std::ssize(header)) != format::CsvFault::none) return {};
      collector_.enter("");
      for (std::size_t i = 0; i < header.size(); ++i) {
        collector_.enter(header[i]);
        collector_.text(splitter.cells()[i].text);
        collector_.leave();
      }
      collector_.leave();
      return {};
    }));
    collector_.end_document();
    return {};
  }

  // Cuts the whole sample and hands each record to `take`. Where the sample was not read to its
  // end, its last piece is left out.
  template <typename Take>
  Result<void> pump(format::RecordCutter& cutter, const Take& take) {
    std::vector<CutRecord> records;
    while (true) {
      const bool last = ended_ && !cut_short_;
      records.clear();
      WEIR_ASSIGN(const i64 released, cutter.cut(held(), last, records));
      for (const CutRecord& record : records) {
        if (record.oversize) continue;
        WEIR_TRY(take(held().substr(static_cast<std::size_t>(record.begin),
                                    static_cast<std::size_t>(record.end - record.begin))));
      }
      if (ended_) return {};
      if (released == 0) cutter.skip_record();
      if (released == 0 && passed_over_)
        return Error(
            ErrorCode::too_large,
            fmt::format("a piece of more than {} bytes cannot be passed over", buffer_bytes));
      passed_over_ = released == 0;
      drop(static_cast<std::size_t>(released));
      WEIR_TRY(fill());
    }
  }

  void drop(std::size_t bytes) {
    std::memmove(buffer_.data(), buffer_.data() + bytes, filled_ - bytes);
    filled_ -= bytes;
  }

  const InferSample& sample_;
  i64 left_;  // of the bytes to read
  MemberCollector& collector_;
  std::vector<char> buffer_;
  std::size_t filled_ = 0;
  bool ended_ = false;      // no more bytes will come
  bool cut_short_ = false;  // by the limit, not by the end of the sample
  bool passed_over_ = false;
};

}  // namespace

Result<SampleFormat> read_sample(const InferSample& sample, i64 max_bytes,
                                 std::optional<SampleFormat> format, MemberCollector& collector) {
  return SampleReader(sample, max_bytes, collector).read(format);
}

}  // namespace weir::extract
