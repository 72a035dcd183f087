// DuckDB as a target: the suite of all targets, and what is its own.
#include "weir/target/target_suite_test.h"

namespace weir::target {
namespace {

INSTANTIATE_TEST_SUITE_P(DuckDb, TargetSuite,
                         testing::Values(TargetKind{"by_run", "duckdb", "x.duckdb"}),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace weir::target
