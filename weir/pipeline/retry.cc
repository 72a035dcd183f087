#include "weir/pipeline/retry.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "weir/store/location.h"
#include "weir/store/random_access.h"

namespace weir::pipeline {

namespace {

using extract::Declaration;
using extract::EntityDecl;
using extract::SourceDecl;
using flow::InputStatus;

// By source and location.
using InputRows = std::map<std::pair<std::string, std::string>, flow::InputRow>;

// The places in a location behind which a member may begin.
template <typename Visit>
void each_archive(const std::string& location, const Visit& visit) {
  for (auto at = location.find("!/"); at != location.npos; at = location.find("!/", at + 1))
    visit(location.substr(0, at));
}

// An archive that could not be read is an input itself, in the place of its members, until a run
// has read one of them.
void forget_what_it_replaces(const flow::InputRow& row, InputRows& rows) {
  each_archive(row.location, [&](const std::string& archive) {
    rows.erase({row.source, archive});
  });
  const std::string members = row.location + "!/";
  auto at = rows.lower_bound({row.source, members});
  while (at != rows.end() && at->first.first == row.source && at->first.second.starts_with(members))
    at = rows.erase(at);
}

// Each input as its newest run left it, where that was not whole.
Result<InputRows> rows_to_retry(target::Target& target) {
  InputRows newest;
  WEIR_ASSIGN(const auto runs, target.runs());
  for (const flow::RunRow& run : runs) {
    WEIR_ASSIGN(auto inputs, target.inputs(run.id));
    for (flow::InputRow& input : inputs) {
      if (input.status == InputStatus::skipped) continue;
      forget_what_it_replaces(input, newest);
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

// The file that a location tells of: it, or the archive; the name of a folder may hold "!/" as
// well.
std::string file_of(const std::string& location) {
  std::string file = store::path_of(location);
  each_archive(location, [&](const std::string& archive) {
    std::string path = store::path_of(archive);
    const auto found = store::is_file(path);
    if (found.ok() && *found) file = std::move(path);
  });
  return file;
}

// The input that a row of the manifest tells of; of an archive that could not be read all members.
// Errors: not_found
Result<std::vector<store::Input>> find_inputs(const SourceDecl& source, const flow::InputRow& row,
                                              const store::InputLimits& limits) {
  const std::string file = file_of(row.location);
  WEIR_ASSIGN(auto found, store::list_inputs("", file, source.members, limits));
  if (row.location != store::location_of(file))
    std::erase_if(found, [&](const store::Input& one) { return one.location != row.location; });
  if (!found.empty()) return found;
  return Error(ErrorCode::not_found,
               fmt::format("{}: the archive has no such member any more", row.location));
}

Result<i32> source_of(const Declaration& declaration, const flow::InputRow& row) {
  const auto source = std::ranges::find(declaration.sources, row.source, &SourceDecl::name);
  if (source != declaration.sources.end())
    return static_cast<i32>(source - declaration.sources.begin());
  return Error(ErrorCode::not_found,
               fmt::format("{}: it was read as source {}, which {} does not have", row.location,
                           row.source, declaration.file));
}

// All that `rows` tell of.
Result<std::vector<RunInput>> list_all(const Declaration& declaration, const InputRows& rows,
                                       const store::InputLimits& limits) {
  std::vector<RunInput> inputs;
  for (const auto& [key, row] : rows) {
    WEIR_ASSIGN(const i32 index, source_of(declaration, row));
    const SourceDecl& source = declaration.sources[static_cast<std::size_t>(index)];
    WEIR_ASSIGN(const auto found, find_inputs(source, row, limits));
    for (const store::Input& input : found) inputs.push_back(make_run_input(input, index, source));
  }
  return inputs;
}

// What is known of an input, or of its archive; nothing where all of it is loaded.
const flow::InputRow* row_of(const InputRows& rows, const RunInput& input) {
  auto row = rows.find({input.row.source, input.row.location});
  if (row == rows.end())
    row = rows.find({input.row.source, store::location_of(input.input.file.native())});
  return row == rows.end() ? nullptr : &row->second;
}

}  // namespace

Result<std::vector<RunInput>> list_inputs_to_retry(target::Target& target,
                                                   const Declaration& declaration,
                                                   const GivenInputs& given,
                                                   const store::InputLimits& limits) {
  WEIR_ASSIGN(const InputRows rows, rows_to_retry(target));
  WEIR_ASSIGN(auto inputs, given.places.empty() ? list_all(declaration, rows, limits)
                                                : list_run_inputs(declaration, "", given, limits));
  std::erase_if(inputs, [&](const RunInput& input) { return row_of(rows, input) == nullptr; });
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    RunInput& input = inputs[i];
    input.row.number = static_cast<i32>(i);
    WEIR_TRY(check_write(declaration, declaration.sources[static_cast<std::size_t>(input.source)],
                         *row_of(rows, input)));
  }
  return inputs;
}

}  // namespace weir::pipeline
