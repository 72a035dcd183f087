// The suite of all targets, for PostgreSQL.
#include "weir/target/postgres/postgres_testing.h"
#include "weir/target/target_suite_test.h"

namespace weir::target {
namespace {

INSTANTIATE_TEST_SUITE_P(
    Postgres, TargetSuite,
    testing::Values(TargetKind{
        .name = "by_run", .place = "target", .url_of = test_url_of, .remove = remove_test_schema}),
    testing::PrintToStringParamName());

}  // namespace
}  // namespace weir::target
