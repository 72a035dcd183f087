#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "apps/cli/command.h"
#include "weir/base/bytes.h"

namespace weir::cli {

namespace {

Error bad_value(const std::string& name, const std::string& value, const std::string& wanted) {
  return Error(ErrorCode::usage, fmt::format("{}: \"{}\" is not {}", name, value, wanted));
}

}  // namespace

int exit_status(ErrorCode code) {
  switch (code) {
    using enum ErrorCode;
    case usage:
    case declaration:
      return exit_usage;
    case budget:
      return exit_budget;
    case cancelled:
      return exit_stopped;
    case io:
    case unavailable:
    case not_found:
    case corrupt:
    case conflict:
    case too_large:
    case unsupported:
    case difference:
      break;
  }
  return exit_failed;
}

void Options::flag(std::string name, bool& value, std::string help) {
  list_.push_back({.name = std::move(name),
                   .help = std::move(help),
                   .set = [&value](const std::string&) -> Result<void> {
                     value = true;
                     return {};
                   }});
}

void Options::text(std::string name, std::string value_name, std::string& value, std::string help) {
  list_.push_back({.name = std::move(name),
                   .value_name = std::move(value_name),
                   .help = std::move(help),
                   .set = [&value](const std::string& given) -> Result<void> {
                     value = given;
                     return {};
                   }});
}

void Options::texts(std::string name, std::string value_name, std::vector<std::string>& values,
                    std::string help) {
  list_.push_back({.name = std::move(name),
                   .value_name = std::move(value_name),
                   .help = std::move(help),
                   .repeated = true,
                   .set = [&values](const std::string& given) -> Result<void> {
                     values.push_back(given);
                     return {};
                   }});
}

void Options::choice(const std::string& name, std::vector<std::string> choices, std::string& value,
                     std::string help) {
  const std::string shown = fmt::format("{}", fmt::join(choices, "|"));
  list_.push_back({.name = name,
                   .value_name = shown,
                   .help = std::move(help),
                   .choices = choices,
                   .set = [name, choices, shown, &value](const std::string& given) -> Result<void> {
                     if (std::ranges::find(choices, given) == choices.end())
                       return bad_value(name, given, "one of " + shown);
                     value = given;
                     return {};
                   }});
}

void Options::number(const std::string& name, std::string value_name, i64& value, i64 least,
                     std::string help) {
  list_.push_back({.name = name,
                   .value_name = std::move(value_name),
                   .help = std::move(help),
                   .set = [name, least, &value](const std::string& given) -> Result<void> {
                     const char* end = given.data() + given.size();
                     const auto [at, error] = std::from_chars(given.data(), end, value);
                     if (error == std::errc() && at == end && value >= least) return {};
                     return bad_value(name, given,
                                      fmt::format("a whole number of at least {}", least));
                   }});
}

void Options::size(const std::string& name, i64& value, std::string help) {
  list_.push_back({.name = name,
                   .value_name = "SIZE",
                   .help = std::move(help),
                   .set = [name, &value](const std::string& given) -> Result<void> {
                     auto parsed = parse_size(given);
                     if (!parsed.ok()) return std::move(parsed).error().context(name);
                     value = *parsed;
                     return {};
                   }});
}

void Options::share(const std::string& name, double& value, std::string help) {
  list_.push_back({.name = name,
                   .value_name = "SHARE",
                   .help = std::move(help),
                   .set = [name, &value](const std::string& given) -> Result<void> {
                     const char* end = given.data() + given.size();
                     const auto [at, error] = std::from_chars(given.data(), end, value);
                     if (error == std::errc() && at == end && value > 0 && value <= 1) return {};
                     return bad_value(name, given, "a share above 0, at most 1");
                   }});
}

void Options::argument(std::string name, std::string& value, bool required, std::string help) {
  text(std::move(name), "", value, std::move(help));
  list_.back().is_argument = true;
  list_.back().required = required;
}

void Options::arguments(std::string name, std::vector<std::string>& values, bool required,
                        std::string help) {
  texts(std::move(name), "", values, std::move(help));
  list_.back().is_argument = true;
  list_.back().required = required;
}

}  // namespace weir::cli
