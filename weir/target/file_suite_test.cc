#include "weir/target/s3_suite_test.h"
#include "weir/target/target_suite_test.h"

namespace weir::target {
namespace {

INSTANTIATE_TEST_SUITE_P(Csv, TargetSuite, ::testing::Values(TargetKind{"by_run", "csv", "csv"}),
                         ::testing::PrintToStringParamName());

const TargetKind csv_on_s3{
    .name = "by_run",
    .scheme = "csv",
    .place = "csv",
    .url_of = [](const std::filesystem::path& path) { return suite_url("csv", path); },
    .remove = remove_from_suite};

INSTANTIATE_TEST_SUITE_P(CsvOnS3, TargetSuite, ::testing::Values(csv_on_s3),
                         ::testing::PrintToStringParamName());

}  // namespace
}  // namespace weir::target
