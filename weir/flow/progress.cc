#include "weir/flow/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/base/json_text.h"
#include "weir/base/log.h"

namespace weir::flow {
namespace {

using namespace std::chrono_literals;

constexpr auto bar_interval = 100ms;
constexpr auto plain_interval = 10s;
constexpr i64 bar_cells = 20;

Progress::Options with_defaults(Progress::Options options) {
  if (!options.now) options.now = [] { return std::chrono::steady_clock::now(); };
  if (options.write) return options;
  if (options.mode == ProgressMode::bar)
    options.write = show_status;
  else
    options.write = [](std::string_view line) { fmt::print(stderr, "{}\n", line); };
  return options;
}

// "2:05" or "1:02:05".
std::string format_duration(double seconds) {
  const i64 whole = static_cast<i64>(seconds);
  if (whole >= 3600)
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

// 1234567 as "1,234,567".
std::string with_commas(i64 number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text.push_back(',');
    text.push_back(digits[i]);
  }
  return text;
}

// As it is, or in quotes as JSON has them.
std::string plain_value(std::string_view value) {
  const bool is_plain = !value.empty() && std::ranges::all_of(value, [](char c) {
    return c > ' ' && c != '"' && c != '=' && c != '\\' && c != '\x7f';
  });
  if (is_plain && is_valid_utf8(value)) return std::string(value);
  std::string text;
  append_json_string(printable(value, 4 * KiB), text);
  return text;
}

std::string cells(double share) {
  const auto full = static_cast<std::size_t>(share * static_cast<double>(bar_cells));
  std::string bar(static_cast<std::size_t>(bar_cells), '.');
  std::fill_n(bar.begin(), full, '#');
  return bar;
}

}  // namespace

Result<ProgressMode> parse_progress_mode(std::string_view name, bool on_terminal) {
  if (name == "auto") return on_terminal ? ProgressMode::bar : ProgressMode::plain;
  if (name == "bar") return ProgressMode::bar;
  if (name == "plain") return ProgressMode::plain;
  if (name == "none") return ProgressMode::none;
  return Error(ErrorCode::usage,
               fmt::format("\"{}\" is no way to show progress; ways are auto, bar, "
                           "plain and none",
                           printable(name)));
}

bool stderr_is_terminal() { return ::isatty(STDERR_FILENO) == 1; }

Progress::Progress(Options options) : options_(with_defaults(std::move(options))) {}

void Progress::start(std::string_view phase, i64 total_bytes) {
  std::scoped_lock lock(mutex_);
  end_phase();
  phase_ = phase;
  total_bytes_ = total_bytes;
  bytes_ = 0;
  records_ = 0;
  started_ = options_.now();
  shown_ = started_;
  if (options_.mode == ProgressMode::bar) show(started_);
}

void Progress::advance(i64 bytes, i64 records) {
  if (options_.mode == ProgressMode::none) return;
  std::scoped_lock lock(mutex_);
  bytes_ += bytes;
  records_ += records;
  const Time now = options_.now();
  const bool is_bar = options_.mode == ProgressMode::bar;
  if (now - shown_ >= (is_bar ? Time::duration(bar_interval) : Time::duration(plain_interval)))
    show(now);
}

void Progress::tell(std::string_view event, std::initializer_list<LogField> fields) {
  if (options_.mode != ProgressMode::plain) return;
  std::string text = fmt::format("event={}", event);
  for (const auto& [name, value] : fields) text += fmt::format(" {}={}", name, plain_value(value));
  std::scoped_lock lock(mutex_);
  options_.write(text);
}

// A phase without a name has not begun.
void Progress::end_phase() {
  if (options_.mode == ProgressMode::plain && !phase_.empty())
    options_.write(plain("step", options_.now()));
  phase_.clear();
}

void Progress::finish() {
  std::scoped_lock lock(mutex_);
  end_phase();
  take_bar_away();
}

Progress::~Progress() {
  std::scoped_lock lock(mutex_);
  take_bar_away();
}

void Progress::take_bar_away() {
  if (bar_is_shown_) options_.write("");
  bar_is_shown_ = false;
}

void Progress::show(Time now) {
  shown_ = now;
  if (options_.mode == ProgressMode::plain) {
    options_.write(plain("progress", now));
    return;
  }
  std::string text = bar(now);
  text.resize(std::min(text.size(), static_cast<std::size_t>(options_.columns)));
  bar_is_shown_ = true;
  options_.write(text);
}

std::string Progress::plain(std::string_view event, Time now) const {
  const double seconds = std::chrono::duration<double>(now - started_).count();
  std::string text = fmt::format("event={} step={} seconds={:.1f} bytes={}", event,
                                 plain_value(phase_), seconds, bytes_);
  if (total_bytes_ > 0) text += fmt::format(" of_bytes={}", total_bytes_);
  return text + fmt::format(" records={}", records_);
}

// The rate is that since the phase began: it tells best when the phase ends. A phase that has just
// begun has none yet.
std::string Progress::bar(Time now) const {
  const double seconds = std::chrono::duration<double>(now - started_).count();
  const double rate = seconds >= 0.5 ? static_cast<double>(bytes_) / seconds : 0;
  std::string text = phase_;
  if (total_bytes_ > 0) {
    const double share =
        std::min(1.0, static_cast<double>(bytes_) / static_cast<double>(total_bytes_));
    text += fmt::format(" [{}] {:3.0f} %  {} of {}", cells(share), share * 100, format_size(bytes_),
                        format_size(total_bytes_));
  } else {
    text += fmt::format(" {}", format_size(bytes_));
  }
  text += fmt::format(", {} records", with_commas(records_));
  if (rate <= 0) return text;
  text += fmt::format(", {}/s", format_size(static_cast<i64>(rate)));
  if (total_bytes_ > bytes_)
    text += fmt::format(", {} left",
                        format_duration(static_cast<double>(total_bytes_ - bytes_) / rate));
  return text;
}

}  // namespace weir::flow
