// Whether inputs can be read to their end, before a target that commits by chunk takes any of them.
//
// An input that is damaged fails as a whole. Where a run becomes visible at once, its rows are left
// out at the end; where chunks become visible one by one, the damage has to be known beforehand.
// Reading and tokenizing costs a small part of what writing costs.
#include <fmt/format.h>

#include "weir/flow/pipeline.h"
#include "weir/format/xml_tokenizer.h"
#include "weir/pipeline/run_steps.h"

namespace weir::pipeline {

namespace {

// The tokenizer checks what it does not tell.
struct NoEvents {
  bool enter(std::string_view, std::string_view) { return false; }
  void attribute(std::string_view, std::string_view) {}
  void text(std::string_view) {}
  void leave() {}
};

void check_records(const ChunkSlot& slot, Segment& segment) {
  static const format::XmlScope none;
  format::XmlTokenizer tokenizer;
  NoEvents events;
  for (const format::CutRecord& record : segment.records) {
    if (record.oversize) continue;
    const auto scope = static_cast<std::size_t>(record.scope);
    const auto& scopes = segment.format->scopes;
    const auto checked =
        tokenizer.element(slot.text(record.begin, record.end),
                          scope < scopes.size() ? *scopes[scope] : none, record.offset, events);
    if (checked.ok() || !segment.error.empty()) continue;
    segment.error = fmt::format("record {}: {}", record.row, checked.error().message());
  }
}

}  // namespace

Result<void> check_inputs(const RunOptions& options, const MemoryShares& shares,
                          const LoadedDeclaration& loaded, std::vector<RunInput>& inputs) {
  ListedInputs feed(inputs);
  ChunkReader reader(loaded.plans, feed,
                     {.record_bytes = shares.record_bytes, .run_date = options.run_date});
  std::vector<std::unique_ptr<ChunkSlot>> slots;
  for (i64 i = 0; i < shares.slots; ++i)
    slots.push_back(std::make_unique<ChunkSlot>(loaded.plans, loaded.tables, extract::PartFilter{},
                                                shares.slot_bytes, shares.record_bytes));
  flow::ThreadPool pool(options.threads);
  std::vector<std::string> errors(inputs.size());
  const flow::PipelineSteps<ChunkSlot> steps{
      .read = [&](ChunkSlot& slot) { return reader.read(slot); },
      .work = [&](ChunkSlot& slot, flow::Turn&) -> Result<void> {
        for (Segment& segment : slot.segments) {
          const auto source = static_cast<std::size_t>(segment.source);
          if (loaded.declaration.sources[source].format == extract::Format::xml)
            check_records(slot, segment);
        }
        return {};
      },
      .commit = [&](ChunkSlot& slot) -> Result<void> {
        for (const Segment& segment : slot.segments) {
          std::string& error = errors[static_cast<std::size_t>(segment.input)];
          if (error.empty()) error = segment.error;
        }
        return {};
      }};
  WEIR_TRY(flow::run_pipeline<ChunkSlot>(slots, steps, pool, options.stop));
  for (std::size_t i = 0; i < inputs.size(); ++i) inputs[i].known_error = std::move(errors[i]);
  return {};
}

}  // namespace weir::pipeline
