#include "weir/jobs/courts/views.h"

#include <gmock/gmock.h>

namespace weir::courts {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::StartsWith;

TEST(CourtsViews, AreThoseOfTheFile) {
  std::vector<std::string> names;
  for (const auto& view : views()) {
    names.push_back(view.name);
    EXPECT_THAT(view.query, StartsWith("SELECT "));
    EXPECT_EQ(view.query.find(';'), std::string::npos);
  }
  EXPECT_THAT(names, ElementsAre("filings_per_month", "open_cases", "appearances_with_outcomes",
                                 "warrants_with_judgments", "eviction_executions_per_zip",
                                 "respondent_representation", "claims_by_cause"));
  EXPECT_THAT(views().back().query, EndsWith("GROUP BY c.causeofactiontype, i.classification"));
}

}  // namespace
}  // namespace weir::courts
