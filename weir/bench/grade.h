// Grades of a measurement: green, yellow from one threshold on, red from a greater one on.
#pragma once

#include <optional>
#include <string_view>

namespace weir::bench {

// In order: the greater one is the worse. `none` is that of a stage that did not run.
enum class Grade { green, yellow, red, none };

std::string_view to_string(Grade grade);
std::optional<Grade> parse_grade(std::string_view name);

struct Thresholds {
  double yellow = 0;
  double red = 0;

  bool operator==(const Thresholds&) const = default;
};

Grade grade_of(double value, Thresholds thresholds);
Grade worse(Grade a, Grade b);

}  // namespace weir::bench
