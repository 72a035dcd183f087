#include "weir/pipeline/loaded_declaration.h"

#include <fmt/format.h>

#include <filesystem>

#include "weir/base/hash.h"
#include "weir/extract/check.h"
#include "weir/extract/plan_compiler.h"
#include "weir/extract/tables_of.h"

namespace weir::pipeline {

namespace {

using Loaded = Result<std::unique_ptr<LoadedDeclaration>>;

Result<void> compile(LoadedDeclaration& loaded, std::string_view profile,
                     const extract::Names& names) {
  loaded.tables = extract::tables_of(loaded.declaration, profile);
  WEIR_ASSIGN(const auto blank, extract::blank_columns(loaded.declaration, loaded.tables, profile));
  std::vector<std::string> without;
  for (const extract::Problem& problem : loaded.missing) without.push_back(problem.name);
  for (const extract::SourceDecl& source : loaded.declaration.sources) {
    WEIR_ASSIGN(auto plan,
                extract::compile_plan(
                    {.declaration = &loaded.declaration,
                     .source = &source,
                     .entity = source.entity,
                     .tables = &loaded.tables,
                     .names = &names,
                     .blank = blank,
                     .folder = std::filesystem::path(loaded.declaration.file).parent_path(),
                     .without = without}));
    loaded.plans.push_back(std::move(plan));
  }
  return {};
}

Loaded load(extract::ParsedDeclaration parsed, std::string_view profile,
            const extract::Names& names) {
  auto loaded = std::make_unique<LoadedDeclaration>();
  loaded->declaration = std::move(parsed.declaration);
  loaded->problems = std::move(parsed.problems);
  loaded->missing = std::move(parsed.missing);
  // What was loaded with another profile is of another declaration.
  if (!profile.empty())
    loaded->declaration.hash =
        to_hex(hash128(fmt::format("{}\n{}", loaded->declaration.hash, profile)));
  if (loaded->problems.empty()) WEIR_TRY(compile(*loaded, profile, names));
  return loaded;
}

Loaded without_problems(std::unique_ptr<LoadedDeclaration> loaded) {
  if (loaded->problems.empty() && loaded->missing.empty()) return loaded;
  const std::string& file = loaded->declaration.file;
  std::string lines = extract::problem_lines(loaded->problems, file) +
                      extract::problem_lines(loaded->missing, file);
  lines.pop_back();
  return Error(ErrorCode::declaration, std::move(lines));
}

}  // namespace

Loaded load_for_check(const std::string& file, std::string_view profile,
                      const extract::Names& names) {
  WEIR_ASSIGN(auto parsed, extract::load_declaration(file, names.registered()));
  return load(std::move(parsed), profile, names);
}

Loaded load_text_for_check(std::string_view text, const std::string& file, std::string_view profile,
                           const extract::Names& names) {
  return load(extract::parse_declaration(text, file, names.registered()), profile, names);
}

Loaded load_for_run(const std::string& file, std::string_view profile,
                    const extract::Names& names) {
  WEIR_ASSIGN(auto loaded, load_for_check(file, profile, names));
  return without_problems(std::move(loaded));
}

Loaded load_text_for_run(std::string_view text, const std::string& file, std::string_view profile,
                         const extract::Names& names) {
  WEIR_ASSIGN(auto loaded, load_text_for_check(text, file, profile, names));
  return without_problems(std::move(loaded));
}

}  // namespace weir::pipeline
