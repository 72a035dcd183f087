#include "apps/cli/command.h"

namespace weir::cli {

std::vector<std::unique_ptr<Command>> all_commands() {
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(make_run_command());
  commands.push_back(make_check_command());
  commands.push_back(make_infer_command());
  commands.push_back(make_runs_command());
  commands.push_back(make_rejects_command());
  commands.push_back(make_retry_command());
  commands.push_back(make_digest_command());
  commands.push_back(make_commit_command());
  commands.push_back(make_comics_import_command());
  commands.push_back(make_comics_watch_command());
  commands.push_back(make_comics_covers_command());
  commands.push_back(make_bench_run_command());
  commands.push_back(make_bench_compare_command());
  commands.push_back(make_comics_search_command());
  commands.push_back(make_comics_show_command());
  commands.push_back(make_courts_load_command());
  commands.push_back(make_courts_purge_command());
  commands.push_back(make_courts_export_command());
  commands.push_back(make_courts_geocode_command());
  commands.push_back(make_courts_cutover_command());
  commands.push_back(make_completion_command());
  commands.push_back(make_man_command());
  return commands;
}

}  // namespace weir::cli
