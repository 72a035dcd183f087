#include "weir/pipeline/input_set.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <map>
#include <set>

#include "weir/base/hash.h"
#include "weir/extract/named_version.h"
#include "weir/store/name_pattern.h"
#include "weir/store/s3_settings.h"

namespace weir::pipeline {

namespace {

using extract::Declaration;
using extract::SourceDecl;

std::string last_part(const std::string& path) { return std::filesystem::path(path).filename(); }

// The source that a given file belongs to: the only one, or the one whose pattern its name meets.
Result<i32> source_of(const Declaration& declaration, const store::Input& input) {
  if (declaration.sources.size() == 1) return 0;
  const std::string name = input.file.filename();
  for (std::size_t i = 0; i < declaration.sources.size(); ++i)
    if (fnmatch(last_part(declaration.sources[i].path).c_str(), name.c_str(), 0) == 0)
      return static_cast<i32>(i);
  return Error(ErrorCode::usage,
               fmt::format("{} fits no source of {}: its name meets none of their paths",
                           input.location, declaration.file));
}

void append(std::vector<store::Input> found, i32 source, const SourceDecl& decl,
            std::vector<RunInput>& inputs) {
  for (store::Input& input : found)
    inputs.push_back(make_run_input(std::move(input), source, decl));
}

// Of an object store: what is neither an object nor a pattern is a prefix.
bool is_folder(const std::string& given, const std::vector<store::Input>& files) {
  std::error_code error;
  if (!store::is_s3_url(given)) return std::filesystem::is_directory(given, error);
  return !store::has_wildcards(given) &&
         std::ranges::find(files, given, &store::Input::location) == files.end();
}

Result<void> append_given(const Declaration& declaration, const std::string& given,
                          const std::string& names, const store::InputLimits& limits,
                          std::vector<RunInput>& inputs) {
  WEIR_ASSIGN(auto files, store::list_inputs("", given, {}, limits));
  // A file that was named itself is meant, whatever it is called.
  if (!names.empty() && is_folder(given, files))
    std::erase_if(files, [&](const store::Input& file) {
      return fnmatch(names.c_str(), file.file.filename().c_str(), 0) != 0;
    });
  if (files.empty())
    return Error(ErrorCode::not_found,
                 fmt::format("{}: there is no file to read{}{}", given,
                             names.empty() ? "" : ", none is called ", names));
  for (const store::Input& file : files) {
    WEIR_ASSIGN(const i32 source, source_of(declaration, file));
    const SourceDecl& decl = declaration.sources[static_cast<std::size_t>(source)];
    if (decl.members.empty()) {
      append({file}, source, decl, inputs);
      continue;
    }
    WEIR_ASSIGN(auto members, store::list_inputs("", file.file, decl.members, limits));
    append(std::move(members), source, decl, inputs);
  }
  return {};
}

Result<void> append_declared(const SourceDecl& source, i32 index,
                             const std::filesystem::path& folder, const store::InputLimits& limits,
                             std::vector<RunInput>& inputs) {
  auto found = store::list_inputs(folder, source.path, source.members, limits);
  if (!found.ok()) {
    if (source.optional && found.error().code() == ErrorCode::not_found) return {};
    return std::move(found).error().context(fmt::format("source {}", source.name));
  }
  if (found->empty() && !source.optional)
    return Error(ErrorCode::not_found,
                 fmt::format("source {}: nothing meets {} in {}", source.name, source.path,
                             folder.empty() ? "." : folder.string()));
  append(std::move(*found), index, source, inputs);
  return {};
}

// By name before the place, so that the order does not depend on the folders that inputs were given
// by.
Result<void> sort(const Declaration& declaration, std::vector<RunInput>& inputs) {
  std::vector<extract::NamedVersion> versions;
  for (const SourceDecl& source : declaration.sources) {
    WEIR_ASSIGN(auto version, extract::NamedVersion::of(declaration, source));
    versions.push_back(std::move(version));
  }
  using Key = std::tuple<i32, std::vector<std::string>, std::string, std::string>;
  std::vector<std::pair<Key, RunInput>> keyed;
  for (RunInput& input : inputs) {
    std::string name = input.input.file.filename();
    auto version = versions[static_cast<std::size_t>(input.source)](name);
    Key key(input.source, std::move(version), std::move(name), input.input.location);
    keyed.emplace_back(std::move(key), std::move(input));
  }
  std::ranges::sort(keyed, {}, [](const auto& one) -> const Key& { return one.first; });
  for (std::size_t i = 0; i < keyed.size(); ++i) inputs[i] = std::move(keyed[i].second);
  return {};
}

}  // namespace

RunInput make_run_input(store::Input input, i32 source, const SourceDecl& decl) {
  RunInput made{.input = std::move(input), .source = source};
  made.row.source = decl.name;
  made.row.location = made.input.location;
  made.row.size = made.input.size;
  made.row.mtime_us = made.input.mtime_us;
  return made;
}

Result<std::vector<RunInput>> list_run_inputs(const Declaration& declaration,
                                              const std::filesystem::path& folder,
                                              const GivenInputs& given,
                                              const store::InputLimits& limits) {
  std::vector<RunInput> inputs;
  for (const std::string& one : given.places)
    WEIR_TRY(append_given(declaration, one, given.names_in_folders, limits, inputs));
  if (given.places.empty())
    for (std::size_t i = 0; i < declaration.sources.size(); ++i)
      WEIR_TRY(
          append_declared(declaration.sources[i], static_cast<i32>(i), folder, limits, inputs));

  WEIR_TRY(sort(declaration, inputs));
  const auto repeated =
      std::unique(inputs.begin(), inputs.end(), [](const RunInput& a, const RunInput& b) {
        return a.source == b.source && a.input.location == b.input.location;
      });
  inputs.erase(repeated, inputs.end());
  for (std::size_t i = 0; i < inputs.size(); ++i) inputs[i].row.number = static_cast<i32>(i);
  return inputs;
}

std::string hash_of(const std::vector<RunInput>& inputs) {
  Hasher hasher;
  for (const RunInput& input : inputs)
    hasher.update(fmt::format("{}\n{}\n{}\n{}\n", input.source, input.input.location,
                              input.input.size, input.input.mtime_us));
  return to_hex(hasher.finish());
}

namespace {

Result<std::string> content_hash(const store::Input& input) {
  WEIR_ASSIGN(auto stream, store::open_input(input, {}));
  Hasher hasher;
  std::vector<std::byte> block(256 * KiB);
  for (;;) {
    WEIR_ASSIGN(const i64 count, stream->read(block));
    if (count == 0) return to_hex(hasher.finish());
    hasher.update({reinterpret_cast<const char*>(block.data()), static_cast<std::size_t>(count)});
  }
}

Result<bool> is_same(const RunInput& input, const flow::InputRow& known) {
  if (input.input.size != known.size) return false;
  if (input.input.mtime_us == known.mtime_us) return true;
  if (known.hash.empty()) return false;
  WEIR_ASSIGN(const std::string hash, content_hash(input.input));
  return hash == known.hash;
}

}  // namespace

Result<void> mark_done(std::vector<RunInput>& inputs, const std::vector<flow::InputRow>& loaded) {
  std::map<std::pair<std::string, std::string>, const flow::InputRow*> known;
  for (const flow::InputRow& row : loaded) known[{row.source, row.location}] = &row;
  for (RunInput& input : inputs) {
    const auto at = known.find({input.row.source, input.row.location});
    if (at == known.end()) continue;
    const flow::InputRow& row = *at->second;
    WEIR_ASSIGN(const bool same, is_same(input, row));
    if (!same) continue;
    input.done = row.status == flow::InputStatus::loaded ||
                 row.status == flow::InputStatus::loaded_with_rejects;
    if (row.status != flow::InputStatus::loading) continue;
    input.done_records = row.records;
    input.row.records = row.records;
    input.row.rejected = row.rejected;
    input.row.continued = row.records > 0;
  }
  return {};
}

void mark_known_content(std::vector<RunInput>& inputs, const std::vector<flow::InputRow>& loaded) {
  std::set<std::tuple<std::string, i64, std::string>> contents;  // source, size, hash
  for (const flow::InputRow& row : loaded)
    if (row.status == flow::InputStatus::loaded && !row.hash.empty())
      contents.emplace(row.source, row.size, row.hash);
  for (RunInput& input : inputs) {
    if (input.done) continue;
    const auto same_size = contents.lower_bound({input.row.source, input.input.size, ""});
    if (same_size == contents.end() || std::get<0>(*same_size) != input.row.source ||
        std::get<1>(*same_size) != input.input.size)
      continue;
    // What cannot be read fails where it is read as an input.
    const auto hash = content_hash(input.input);
    input.done = hash.ok() && contents.contains({input.row.source, input.input.size, *hash});
  }
}

}  // namespace weir::pipeline
