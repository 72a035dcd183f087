#include <algorithm>
#include <array>

#include "weir/base/bytes.h"
#include "weir/jobs/comics/computed_types.h"

namespace weir::comics {

namespace {

using extract::NamedComputed;
using extract::Value;

// The ratings of MetronInfo by rank, from -1 on.
constexpr auto metron_names = std::to_array<std::string_view>(
    {"Unknown", "Everyone", "Teen", "Teen Plus", "Mature", "Explicit", "Adult"});
constexpr i64 first_rank = -1;

struct Rating {
  std::string_view name;
  i64 rank;
};

// Those of ComicInfo, as far as Metron has no such name.
constexpr auto ratings = std::to_array<Rating>({{"Everyone 10+", 0},
                                                {"G", 0},
                                                {"Early Childhood", 0},
                                                {"Kids to Adults", 0},
                                                {"PG", 1},
                                                {"MA15+", 2},
                                                {"M", 3},
                                                {"Mature 17+", 3},
                                                {"R18+", 3},
                                                {"X18+", 4},
                                                {"Adults Only 18+", 5},
                                                {"Rating Pending", -1}});

void compute(const NamedComputed::Input& input, std::span<Value> into, extract::Scratch&) {
  if (input.of[0].null) return;
  const auto is_meant = [&](std::string_view name) {
    return equals_ignoring_ascii_case(name, input.of[0].text);
  };
  const auto metron = std::ranges::find_if(metron_names, is_meant);
  i64 rank = metron - metron_names.begin() + first_rank;
  if (metron == metron_names.end()) {
    const auto rating = std::ranges::find_if(ratings, is_meant, &Rating::name);
    if (rating == ratings.end()) return;
    rank = rating->rank;
  }
  into[0].null = false;
  into[0].text = metron_names[static_cast<std::size_t>(rank - first_rank)];
  into[1].null = false;
  into[1].integer = rank;
}

}  // namespace

NamedComputed age_rating() {
  return {
      .compute = compute, .of = {TypeKind::string}, .into = {TypeKind::string, TypeKind::int32}};
}

}  // namespace weir::comics
