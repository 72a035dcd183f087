// Extractor: the records of a chunk become the rows of its columns.
//
// Threads: one at a time; it belongs to the chunk whose columns it fills.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "weir/extract/front_end.h"
#include "weir/extract/member_capture.h"
#include "weir/extract/record_documents.h"
#include "weir/extract/record_writer.h"
#include "weir/format/record_cutter.h"

namespace weir::extract {

class Extractor {
 public:
  // `record_bytes`: what the captures of one record may take, besides its own bytes.
  Extractor(const Plan& plan, ChunkColumns& columns, PartFilter filter, i64 record_bytes);

  struct Progress {
    i64 taken = 0;              // records done, from the front
    bool input_failed = false;  // the record behind them is not well-formed XML: so the input fails
    Refusal failure;
  };

  // Of a source that is no archive: takes `records` (positions in `bytes`, all of `input`) until
  // the columns are full. Behind the bytes FrontEnd::padding more must be readable. A record that
  // does not fit into empty columns becomes a reject.
  Progress extract(std::string_view bytes, std::span<const format::CutRecord> records,
                   const InputContext& input, const FormatContext& context);

  // Of an archive: takes the record that `documents` make, or its reject. False: the columns are
  // full; it has to come again when they are empty.
  bool extract(const RecordDocuments& documents, const InputContext& input,
               const RecordPlace& place);
  // Why documents of that record were left out, or how they were read; empty where there is nothing
  // to say.
  const std::string& warning() const { return warning_; }

 private:
  std::optional<Refusal> read_documents(const RecordDocuments& documents);
  std::optional<Refusal> read_document(std::size_t at, const RecordDocuments& documents);
  void warn(const DocumentPlan& document, std::string_view problem);
  Written write(const std::optional<Refusal>& refusal, const InputContext& input,
                const RecordPlace& place);
  Written take(std::string_view bytes, const format::CutRecord& record, const InputContext& input);
  bool refuse(const InputContext& input, const RecordPlace& place, const Refusal& refusal);

  const Plan& plan_;
  ChunkColumns& columns_;
  std::vector<std::unique_ptr<FrontEnd>> front_ends_;    // of each document; null: a reader's
  std::vector<std::unique_ptr<MemberCapture>> readers_;  // of each document; null: a front end's
  RecordCapture capture_;
  RecordWriter writer_;
  Scratch scratch_;
  std::optional<Refusal> failure_;
  std::string warning_;  // of the record at work
};

}  // namespace weir::extract
