#include "weir/pipeline/loaded_declaration.h"

#include <filesystem>

#include "weir/extract/check.h"
#include "weir/extract/plan_compiler.h"
#include "weir/extract/tables_of.h"

namespace weir::pipeline {

Result<std::unique_ptr<LoadedDeclaration>> load_for_check(const std::string& file,
                                                          std::string_view profile) {
  const extract::CoercerRegistry coercers;
  const extract::ReaderRegistry readers;
  WEIR_ASSIGN(
      extract::ParsedDeclaration parsed,
      extract::load_declaration(
          file, {.coercers = coercers.names(), .readers = readers.names(), .computed = {}}));
  auto loaded = std::make_unique<LoadedDeclaration>();
  loaded->declaration = std::move(parsed.declaration);
  loaded->problems = std::move(parsed.problems);
  loaded->missing = std::move(parsed.missing);
  if (!loaded->problems.empty()) return loaded;

  loaded->tables = extract::tables_of(loaded->declaration, profile);
  WEIR_ASSIGN(const auto blank,
              extract::blank_columns(loaded->declaration, loaded->tables, profile));
  std::vector<std::string> without;
  for (const extract::Problem& problem : loaded->missing) without.push_back(problem.name);
  const auto compile = [&](const extract::SourceDecl& source, const std::string& entity) {
    return extract::compile_plan({.declaration = &loaded->declaration,
                                  .source = &source,
                                  .entity = entity,
                                  .tables = &loaded->tables,
                                  .coercers = &coercers,
                                  .readers = &readers,
                                  .blank = blank,
                                  .folder = std::filesystem::path(file).parent_path(),
                                  .without = without});
  };
  for (const extract::SourceDecl& source : loaded->declaration.sources) {
    WEIR_ASSIGN(auto plan, compile(source, source.entity));
    loaded->plans.push_back(std::move(plan));
  }
  return loaded;
}

Result<std::unique_ptr<LoadedDeclaration>> load_for_run(const std::string& file,
                                                        std::string_view profile) {
  WEIR_ASSIGN(auto loaded, load_for_check(file, profile));
  if (loaded->problems.empty() && loaded->missing.empty()) return loaded;
  std::string lines = extract::problem_lines(loaded->problems, file) +
                      extract::problem_lines(loaded->missing, file);
  lines.pop_back();
  return Error(ErrorCode::declaration, std::move(lines));
}

}  // namespace weir::pipeline
