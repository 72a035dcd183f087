// weir check: everything that is wrong with a declaration, and its tests.
#include <fmt/format.h>

#include <set>

#include "apps/cli/common_options.h"
#include "apps/cli/job_names.h"
#include "weir/extract/check.h"
#include "weir/extract/dictionary.h"
#include "weir/extract/plan_compiler.h"
#include "weir/extract/test_run.h"
#include "weir/pipeline/input_set.h"
#include "weir/pipeline/loaded_declaration.h"
#include "weir/target/target.h"

namespace weir::cli {

namespace {

class CheckCommand final : public Command {
 public:
  std::string name() const override { return "check"; }
  std::string summary() const override {
    return "say all that is wrong with a declaration, and run its tests";
  }
  std::vector<std::pair<std::string, std::string>> examples() const override {
    return {{"weir check feed.toml", "problems with file, line and column; then the tests"},
            {"weir check feed.toml --plan", "what each source is compiled to"},
            {"weir check courts --dictionary", "a page on all tables and columns of a job"},
            {"weir check feed.toml --connect --to sqlite:feed.db",
             "also whether inputs are there and the target can be opened"}};
  }
  void declare(Options& options) override {
    options.argument("PIPELINE.toml", file_, true, "the declaration, or the name of a job: courts");
    options.arguments(
        "INPUT", inputs_, false,
        "with --connect: files, folders or globs, in place of the declaration's paths");
    options.flag("--dictionary", dictionary_,
                 "print what its tables and columns hold, as Markdown, and nothing else");
    options.flag("--plan", plan_, "print the compiled plan of each source");
    options.flag("--connect", connect_, "look for the inputs, and open the target of --to");
    options.text("--to", "URL", target_, "with --connect: the target");
    options.text("--profile", "NAME", profile_, "a profile of the declaration");
    log_.declare(options);
  }
  Result<int> run(const Invocation&) override {
    WEIR_TRY(log_.apply());
    if (!connect_ && (!inputs_.empty() || !target_.empty()))
      return Error(ErrorCode::usage, "inputs and --to are looked at with --connect only");
    WEIR_ASSIGN(const auto loaded, load());
    fmt::print("{}", extract::problem_lines(loaded->problems, file_));
    fmt::print("{}", extract::problem_lines(loaded->missing, file_));
    if (!loaded->problems.empty()) return exit_usage;
    if (dictionary_) {
      fmt::print("{}", extract::dictionary(loaded->declaration, loaded->tables));
      return exit_done;
    }
    // What a job brings in C++ is named, and the rest of the declaration is checked without it.
    if (plan_)
      for (const auto& plan : loaded->plans) fmt::print("{}", extract::describe(*plan));
    const int tested = run_tests(*loaded);
    if (tested != exit_done) return tested;
    if (connect_) WEIR_TRY(connect(*loaded));
    return exit_done;
  }

 private:
  Result<std::unique_ptr<pipeline::LoadedDeclaration>> load() const {
    pipeline::RunOptions run{.declaration_file = file_};
    WEIR_TRY(use_job_declaration(run));
    if (run.declaration_text.empty()) return pipeline::load_for_check(file_, profile_, job_names());
    return pipeline::load_text_for_check(run.declaration_text, run.declaration_file, profile_,
                                         job_names());
  }

  // A test that fails where names are missing may fail for the want of them.
  int run_tests(const pipeline::LoadedDeclaration& loaded) const {
    const auto failures = extract::run_tests(loaded.declaration, loaded.tables, loaded.plans);
    const bool is_whole = loaded.missing.empty();
    std::set<std::string> failed;
    for (const extract::TestFailure& failure : failures) {
      failed.insert(failure.test);
      if (is_whole)
        fmt::print("{}:{}:{}: test \"{}\": {}\n", file_, failure.place.line, failure.place.column,
                   failure.test, failure.message);
    }
    if (!failures.empty() && is_whole) return exit_failed;
    fmt::print("{}: {} tables of {} sources, {} tests passed\n", file_, loaded.tables.tables.size(),
               loaded.declaration.sources.size(), loaded.declaration.tests.size() - failed.size());
    for (const std::string& test : failed)
      fmt::print("{}: test \"{}\" needs what is registered nowhere\n", file_, test);
    return exit_done;
  }

  Result<void> connect(const pipeline::LoadedDeclaration& loaded) const {
    const auto folder = std::filesystem::path(file_).parent_path();
    WEIR_ASSIGN(const auto inputs,
                pipeline::list_run_inputs(loaded.declaration, folder,
                                          {.places = inputs_, .names_in_folders = {}}, {}));
    i64 bytes = 0;
    for (const pipeline::RunInput& input : inputs) bytes += input.input.size;
    fmt::print("{}: {} inputs, {} bytes\n", file_, inputs.size(), bytes);
    if (target_.empty()) return {};
    WEIR_ASSIGN(const auto target, target::open_target(target_, target::Access::write));
    fmt::print("{}: can be written\n", target_);
    return {};
  }

  std::string file_;
  std::vector<std::string> inputs_;
  bool dictionary_ = false;
  bool plan_ = false;
  bool connect_ = false;
  std::string target_;
  std::string profile_;
  LogOptionValues log_;
};

}  // namespace

std::unique_ptr<Command> make_check_command() { return std::make_unique<CheckCommand>(); }

}  // namespace weir::cli
