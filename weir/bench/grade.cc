#include "weir/bench/grade.h"

#include <algorithm>

namespace weir::bench {

std::string_view to_string(Grade grade) {
  switch (grade) {
    case Grade::green:
      return "green";
    case Grade::yellow:
      return "yellow";
    case Grade::red:
      return "red";
    case Grade::none:
      break;
  }
  return "none";
}

std::optional<Grade> parse_grade(std::string_view name) {
  for (const Grade grade : {Grade::green, Grade::yellow, Grade::red, Grade::none})
    if (to_string(grade) == name) return grade;
  return std::nullopt;
}

Grade grade_of(double value, Thresholds thresholds) {
  if (value >= thresholds.red) return Grade::red;
  return value >= thresholds.yellow ? Grade::yellow : Grade::green;
}

Grade worse(Grade a, Grade b) { return std::max(a, b); }

}  // namespace weir::bench
