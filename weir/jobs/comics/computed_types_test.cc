#include "weir/jobs/comics/computed_types.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>

namespace weir::comics {
namespace {

using extract::NamedComputed;
using extract::Value;

Value text(std::string_view from) {
  Value value;
  value.null = false;
  value.text = from;
  return value;
}
Value number(i64 from) {
  Value value;
  value.null = false;
  value.integer = from;
  return value;
}
const Value null = {};

// What comes out, joined by "|"; null is "-".
std::string computed(const NamedComputed& type, std::vector<Value> of,
                     std::vector<std::vector<Value>> tables = {}) {
  EXPECT_EQ(of.size(), type.of.size());
  EXPECT_EQ(tables.size(), type.tables.size());
  std::vector<const std::vector<Value>*> seen;
  for (const auto& table : tables) seen.push_back(&table);
  std::vector<Value> into(type.into.size());
  extract::Scratch scratch;
  type.compute({of, seen}, into, scratch);
  std::string shown;
  for (std::size_t i = 0; i < into.size(); ++i) {
    if (i > 0) shown += '|';
    if (into[i].null)
      shown += '-';
    else if (type.into[i] == TypeKind::string)
      shown += into[i].text;
    else
      shown += fmt::format("{}", into[i].integer);
  }
  return shown;
}

TEST(ComicDate, TakesMissingPartsForTheFirst) {
  EXPECT_EQ(computed(comic_date(), {number(1994), null, null}), "1994-01-01|1990");
  EXPECT_EQ(computed(comic_date(), {number(2000), number(0), number(0)}), "2000-01-01|2000");
  EXPECT_EQ(computed(comic_date(), {number(1994), number(5), number(31)}), "1994-05-31|1990");
  EXPECT_EQ(computed(comic_date(), {null, number(5), number(31)}), "-|-");
}

TEST(ComicDate, IsADayThatTheMonthHas) {
  EXPECT_EQ(computed(comic_date(), {number(1999), number(2), number(31)}), "1999-02-28|1990");
  EXPECT_EQ(computed(comic_date(), {number(2000), number(2), number(31)}), "2000-02-29|2000");
  EXPECT_EQ(computed(comic_date(), {number(1900), number(2), number(29)}), "1900-02-28|1900");
  EXPECT_EQ(computed(comic_date(), {number(2001), number(11), number(31)}), "2001-11-30|2000");
}

TEST(SortName, HasItsArticleBehind) {
  EXPECT_EQ(computed(sort_name(), {text("The Saga")}), "saga, the");
  EXPECT_EQ(computed(sort_name(), {text("\u00C9dition")}), "\u00E9dition");
  EXPECT_EQ(computed(sort_name(), {text("L'Incal")}), "incal, l'");
  EXPECT_EQ(computed(sort_name(), {text("Das Boot")}), "boot, das");
  EXPECT_EQ(computed(sort_name(), {text("Theory")}), "theory");
  EXPECT_EQ(computed(sort_name(), {text("Die")}), "die");
  EXPECT_EQ(computed(sort_name(), {text("A")}), "a");
  EXPECT_EQ(computed(sort_name(), {text("")}), "");
  EXPECT_EQ(computed(sort_name(), {null}), "-");
}

TEST(AgeRating, IsRankedAsMetronDoes) {
  EXPECT_EQ(computed(age_rating(), {text("Teen Plus")}), "Teen Plus|2");
  EXPECT_EQ(computed(age_rating(), {text("adult")}), "Adult|5");
  EXPECT_EQ(computed(age_rating(), {text("Unknown")}), "Unknown|-1");
  EXPECT_EQ(computed(age_rating(), {text("Rating Pending")}), "Unknown|-1");
  EXPECT_EQ(computed(age_rating(), {text("Everyone 10+")}), "Everyone|0");
  EXPECT_EQ(computed(age_rating(), {text("PG")}), "Teen|1");
  EXPECT_EQ(computed(age_rating(), {text("MA15+")}), "Teen Plus|2");
  EXPECT_EQ(computed(age_rating(), {text("Mature 17+")}), "Mature|3");
  EXPECT_EQ(computed(age_rating(), {text("X18+")}), "Explicit|4");
  EXPECT_EQ(computed(age_rating(), {text("Adults Only 18+")}), "Adult|5");
  EXPECT_EQ(computed(age_rating(), {text("Nonsense")}), "-|-");
}

TEST(MainName, IsATeamWhenItIsAmongTheTeams) {
  const std::vector<Value> teams = {text("X-Men"), null};
  const std::vector<Value> characters = {text("Batman"), text("X-men")};
  EXPECT_EQ(computed(main_name(), {text("x-men")}, {teams, characters}), "-|X-Men");
  EXPECT_EQ(computed(main_name(), {text("BATMAN")}, {teams, characters}), "Batman|-");
  EXPECT_EQ(computed(main_name(), {text("Robin")}, {teams, characters}), "Robin|-");
  EXPECT_EQ(computed(main_name(), {null}, {teams, characters}), "-|-");
}

TEST(ComicIdentifier, BelievesAnIdThenAUrlThenANote) {
  const Value url = text("https://metron.cloud/issue/5");
  const Value note = text("Tagged with X 1 using info from Comic Vine on 2021. [Issue ID 9]");
  EXPECT_EQ(computed(comic_identifier(), {text("Metron"), text("7"), url, note}),
            "metron|7|https://metron.cloud/issue/5");
  EXPECT_EQ(computed(comic_identifier(), {text("Metron"), null, url, note}),
            "metron|5|https://metron.cloud/issue/5");
  EXPECT_EQ(computed(comic_identifier(), {null, text("7"), null, note}), "comicvine|9|-");
  EXPECT_EQ(computed(comic_identifier(), {null, text("7"), null, null}), "-|-|-");
}

}  // namespace
}  // namespace weir::comics
