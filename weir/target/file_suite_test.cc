#include "weir/target/target_suite_test.h"

namespace weir::target {
namespace {

INSTANTIATE_TEST_SUITE_P(Csv, TargetSuite, ::testing::Values(TargetKind{"by_run", "csv", "csv"}),
                         ::testing::PrintToStringParamName());

}  // namespace
}  // namespace weir::target
