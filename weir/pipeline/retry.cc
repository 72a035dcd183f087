#include "weir/pipeline/retry.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace weir::pipeline {

namespace {

using extract::Declaration;
using extract::EntityDecl;
using extract::SourceDecl;
using flow::InputStatus;

// By source and location.
using InputRows = std::map<std::pair<std::string, std::string>, flow::InputRow>;

// Each input as its newest run left it, where that was not whole.
Result<InputRows> rows_to_retry(target::Target& target) {
  InputRows newest;
  WEIR_ASSIGN(const auto runs, target.runs());
  for (const flow::RunRow& run : runs) {
    WEIR_ASSIGN(auto inputs, target.inputs(run.id));
    for (flow::InputRow& input : inputs) {
      if (input.status == InputStatus::skipped) continue;
      std::pair key(input.source, input.location);
      newest.insert_or_assign(std::move(key), std::move(input));
    }
  }
  std::erase_if(newest, [](const auto& row) { return row.second.status == InputStatus::loaded; });
  return newest;
}

// Of an input that failed nothing lies in the target; of one with rejects the good records do.
// Errors: usage
Result<void> check_write(const Declaration& declaration, const SourceDecl& source,
                         const flow::InputRow& row) {
  const auto entity = std::ranges::find(declaration.entities, source.entity, &EntityDecl::name);
  if (entity == declaration.entities.end() || entity->write != WriteMode::append ||
      row.status != InputStatus::loaded_with_rejects || row.records == row.rejected)
    return {};
  return Error(
      ErrorCode::usage,
      fmt::format("{}: entity {} has write = \"append\", so that loading it again would add "
                  "its {} good records twice; put its rejects, mended, into a file of "
                  "their own (weir rejects --raw) and run that",
                  row.location, entity->name, row.records - row.rejected));
}

// The input that a row of the manifest tells of.
// Errors: not_found
Result<RunInput> find_input(const Declaration& declaration, const flow::InputRow& row,
                            const store::InputLimits& limits) {
  const auto source = std::ranges::find(declaration.sources, row.source, &SourceDecl::name);
  if (source == declaration.sources.end())
    return Error(ErrorCode::not_found,
                 fmt::format("{}: it was read as source {}, which {} does not have", row.location,
                             row.source, declaration.file));
  const auto index = static_cast<i32>(source - declaration.sources.begin());
  const std::string file = row.location.substr(0, row.location.find("!/"));
  WEIR_ASSIGN(const auto found, store::list_inputs("", file, source->members, limits));
  const auto input = std::ranges::find(found, row.location, &store::Input::location);
  if (input != found.end()) return make_run_input(*input, index, *source);
  return Error(ErrorCode::not_found,
               fmt::format("{}: the archive has no such member any more", row.location));
}

}  // namespace

Result<std::vector<RunInput>> list_inputs_to_retry(target::Target& target,
                                                   const Declaration& declaration,
                                                   const std::vector<std::string>& given,
                                                   const store::InputLimits& limits) {
  WEIR_ASSIGN(const InputRows rows, rows_to_retry(target));
  std::vector<RunInput> inputs;
  if (given.empty()) {
    for (const auto& [key, row] : rows) {
      WEIR_ASSIGN(RunInput input, find_input(declaration, row, limits));
      inputs.push_back(std::move(input));
    }
  } else {
    WEIR_ASSIGN(inputs, list_run_inputs(declaration, "", given, limits));
    std::erase_if(inputs, [&](const RunInput& input) {
      return !rows.contains({input.row.source, input.row.location});
    });
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    RunInput& input = inputs[i];
    input.row.number = static_cast<i32>(i);
    WEIR_TRY(check_write(declaration, declaration.sources[static_cast<std::size_t>(input.source)],
                         rows.at({input.row.source, input.row.location})));
  }
  return inputs;
}

}  // namespace weir::pipeline
