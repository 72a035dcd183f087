#include "weir/bench/scenario.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/bench/json_value.h"

namespace weir::bench {
namespace {

Result<std::string> required_text(const JsonValue& object, std::string_view name) {
  if (object[name].is_null())
    return Error(ErrorCode::declaration, fmt::format("\"{}\" is missing", name));
  auto text = object[name].text();
  if (text.ok() && text->empty()) text = Error(ErrorCode::declaration, "must not be empty");
  if (!text.ok()) return std::move(text).error().context(name);
  return text;
}

Result<std::string> text_or(const JsonValue& object, std::string_view name, std::string fallback) {
  if (object[name].is_null()) return fallback;
  auto text = object[name].text();
  if (!text.ok()) return std::move(text).error().context(name);
  return text;
}

Result<void> read_thresholds(const JsonValue& value, Thresholds& thresholds) {
  if (value.is_null()) return {};
  WEIR_TRY(value.has_only({"yellow", "red"}));
  if (!value["yellow"].is_null()) {
    WEIR_ASSIGN(thresholds.yellow, value["yellow"].number());
  }
  if (!value["red"].is_null()) {
    WEIR_ASSIGN(thresholds.red, value["red"].number());
  }
  if (thresholds.yellow < 0 || thresholds.yellow > thresholds.red)
    return Error(ErrorCode::declaration,
                 fmt::format("yellow is {} and red {}; 0 <= yellow <= red must hold",
                             thresholds.yellow, thresholds.red));
  return {};
}

Result<std::vector<std::string>> read_command(const JsonValue& value) {
  WEIR_ASSIGN(const JsonValue::List items, value.list());
  std::vector<std::string> command;
  for (const JsonValue& item : items) {
    WEIR_ASSIGN(command.emplace_back(), item.text());
  }
  if (command.empty() || command.front().empty())
    return Error(ErrorCode::declaration, "expected a program and its arguments");
  return command;
}

Result<Stage> read_stage(const JsonValue& value) {
  WEIR_TRY(value.has_only({"name", "command", "label", "memory_gb", "minutes"}));
  Stage stage;
  WEIR_ASSIGN(stage.name, required_text(value, "name"));
  const auto in_stage = [&](Error error, std::string_view member) {
    return std::move(error).context(fmt::format("stage \"{}\": {}", stage.name, member));
  };
  auto command = read_command(value["command"]);
  if (!command.ok()) return in_stage(std::move(command).error(), "command");
  stage.command = std::move(*command);
  WEIR_ASSIGN(stage.label, text_or(value, "label", stage.name));
  if (auto read = read_thresholds(value["memory_gb"], stage.memory_gb); !read.ok())
    return in_stage(std::move(read).error(), "memory_gb");
  if (auto read = read_thresholds(value["minutes"], stage.minutes); !read.ok())
    return in_stage(std::move(read).error(), "minutes");
  return stage;
}

Result<void> read_environment(const JsonValue& value, Scenario& scenario) {
  if (value.is_null()) return {};
  WEIR_ASSIGN(const JsonValue::Object members, value.object());
  for (const auto& [name, setting] : members) {
    auto text = setting.text();
    if (!text.ok()) return std::move(text).error().context(name);
    if (name.empty() || name.find('=') != std::string::npos)
      return Error(ErrorCode::declaration, fmt::format("\"{}\" is no name of a variable", name));
    scenario.environment.emplace_back(name, std::move(*text));
  }
  return {};
}

Result<void> read_stages(const JsonValue& value, Scenario& scenario) {
  WEIR_ASSIGN(const JsonValue::List items, value.list());
  for (const JsonValue& item : items) {
    WEIR_ASSIGN(Stage stage, read_stage(item));
    if (std::ranges::find(scenario.stages, stage.name, &Stage::name) != scenario.stages.end())
      return Error(ErrorCode::declaration, fmt::format("two stages are called \"{}\"", stage.name));
    scenario.stages.push_back(std::move(stage));
  }
  if (scenario.stages.empty()) return Error(ErrorCode::declaration, "expected at least one stage");
  return {};
}

Result<Scenario> scenario_of(const JsonValue& value) {
  WEIR_TRY(value.has_only({"name", "description", "env", "stages"}));
  Scenario scenario;
  WEIR_ASSIGN(scenario.name, required_text(value, "name"));
  WEIR_ASSIGN(scenario.description, text_or(value, "description", ""));
  if (auto read = read_environment(value["env"], scenario); !read.ok())
    return std::move(read).error().context("env");
  if (auto read = read_stages(value["stages"], scenario); !read.ok())
    return std::move(read).error().context("stages");
  return scenario;
}

}  // namespace

Result<Scenario> parse_scenario(std::string_view text) {
  WEIR_ASSIGN(const JsonValue value, parse_json(text));
  return scenario_of(value);
}

Result<Scenario> read_scenario(const std::string& path) {
  WEIR_ASSIGN(const JsonValue value, read_json_file(path));
  auto scenario = scenario_of(value);
  if (!scenario.ok()) return std::move(scenario).error().context(path);
  return scenario;
}

}  // namespace weir::bench
