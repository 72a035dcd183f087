// The parts of a run, sealed by runs with --partition, made visible at once.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "weir/base/time.h"
#include "weir/pipeline/run_steps.h"
#include "weir/pipeline/version.h"
#include "weir/spool/failed_inputs.h"

namespace weir::pipeline {

namespace {

namespace fs = std::filesystem;

using Parts = std::vector<std::unique_ptr<spool::Spool>>;

// Opens all part-K-of-N below the folder, in order of K.
Result<Parts> open_parts(const fs::path& work) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(work, error))
    if (entry.path().filename().string().starts_with("part-")) folders.push_back(entry.path());
  if (error) return system_error(fmt::format("cannot read {}", work.string()), error.value());
  Parts parts;
  for (const fs::path& folder : folders) {
    WEIR_ASSIGN(auto part, spool::Spool::open(folder));
    parts.push_back(std::move(part));
  }
  std::ranges::sort(parts, {}, [](const auto& part) { return part->identity().part; });
  return parts;
}

Error refuse(const std::string& why) { return Error(ErrorCode::usage, why); }

// All N parts are there, each once, each finished, of this declaration and of these inputs.
Result<void> check_parts(const Parts& parts, const LoadedDeclaration& loaded,
                         const std::string& inputs_hash, const fs::path& work) {
  if (parts.empty()) return refuse(fmt::format("{} holds no parts", work.string()));
  const i32 count = parts.front()->identity().parts;
  std::vector<i64> found(static_cast<std::size_t>(count) + 1);
  for (const auto& part : parts) {
    const spool::SpoolIdentity& is = part->identity();
    const std::string name = part->folder().filename();
    if (is.parts != count)
      return refuse(fmt::format("{} is one of {} parts, others are of {}", name, is.parts, count));
    if (is.declaration_hash != loaded.declaration.hash)
      return refuse(fmt::format("{} is stale: it was made with another declaration than {}", name,
                                loaded.declaration.file));
    if (is.inputs_hash != inputs_hash)
      return refuse(fmt::format("{} is stale: it was made of other inputs", name));
    if (!part->is_complete()) return refuse(fmt::format("{} is unfinished: run it again", name));
    if (++found[static_cast<std::size_t>(is.part)] > 1)
      return refuse(fmt::format("part {} of {} is there more than once", is.part, count));
  }
  std::string missing;
  for (i32 part = 1; part <= count; ++part)
    if (found[static_cast<std::size_t>(part)] == 0)
      missing += fmt::format("{}{}", missing.empty() ? "" : ", ", part);
  if (!missing.empty())
    return refuse(fmt::format("of {} parts, these are missing: {}", count, missing));
  return {};
}

// One id for the same parts, so that a commit that was killed is known when it comes again.
std::string run_id_of(const Parts& parts) {
  std::string ids;
  for (const auto& part : parts) ids += part->identity().run_id + "\n";
  return fmt::format("{}-{}", parts.front()->identity().run_id.substr(0, 15),
                     to_hex(hash128(ids)).substr(0, 8));
}

}  // namespace

Result<RunReport> commit_parts(const RunOptions& options) {
  const auto started = std::chrono::steady_clock::now();
  WEIR_ASSIGN(const auto loaded, load_declaration(options));
  const auto folder = fs::path(options.declaration_file).parent_path();
  WEIR_ASSIGN(const auto inputs,
              list_run_inputs(
                  loaded->declaration, folder,
                  {.places = options.inputs, .names_in_folders = options.names_in_folders}, {}));
  WEIR_ASSIGN(Parts parts, open_parts(options.work));
  WEIR_TRY(check_parts(parts, *loaded, hash_of(inputs), options.work));
  WEIR_ASSIGN(const MemoryShares shares, divide_memory(options));
  WEIR_ASSIGN(const auto target,
              target::open_target(options.target_url, target::Access::write, shares.target_bytes));
  WEIR_TRY(divide_memory(options, *target, loaded->tables));
  std::vector<spool::Spool*> spools;
  for (const auto& part : parts) spools.push_back(part.get());
  RunReport report;
  report.inputs = static_cast<i64>(inputs.size());
  report.run = {.id = run_id_of(parts),
                .command_line = options.command_line,
                .version = std::string(version),
                .declaration_hash = loaded->declaration.hash,
                .tables = to_json(loaded->tables),
                .started_us = now_microseconds(),
                .step = "select"};
  WEIR_ASSIGN(const auto runs, target->runs());
  report.up_to_date = std::ranges::any_of(runs, [&](const flow::RunRow& row) {
    return row.id == report.run.id && row.status == flow::RunStatus::done;
  });
  if (!report.up_to_date) {
    WEIR_TRY(target->begin(report.run, loaded->tables));
    WEIR_TRY(promote_spools(options, *loaded, spools, started, *target, report));
    if (target->commit_by() == target::CommitBy::chunk) WEIR_TRY(target->finish(report.run));
  }
  WEIR_TRY(record_run(options, *target, report));
  WEIR_ASSIGN(const auto read, spool::inputs_for_manifest(spools));
  for (const flow::InputRow& input : read)
    if (input.status == flow::InputStatus::failed)
      report.failed.push_back({input.location, input.error});
  for (const auto& part : parts) {
    for (const spool::SealedChunk& chunk : part->chunks()) {
      report.records += chunk.records;
      ++report.chunks;
    }
    WEIR_TRY(part->remove());
  }
  return report;
}

}  // namespace weir::pipeline
