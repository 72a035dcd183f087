// A target of files whose n-th operation on a file fails, for every n.
#include <gmock/gmock.h>

#include <atomic>

#include "weir/target/csv_format.h"
#include "weir/target/file_target.h"
#include "weir/target/file_testing.h"

namespace weir::target {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

// Counts operations of all threads down; the one at 0 fails.
class Countdown {
 public:
  explicit Countdown(i64 operations) : left_(operations) {}
  Result<void> step(const std::string& file) {
    if (left_-- != 0) return {};
    return Error(ErrorCode::io, file + ": no space left on device");
  }
  bool failed() const { return left_ < 0; }

 private:
  std::atomic<i64> left_;
};

class FailingWriter : public TableWriter {
 public:
  FailingWriter(std::unique_ptr<TableWriter> writer, std::string file, Countdown& countdown)
      : writer_(std::move(writer)), file_(std::move(file)), countdown_(countdown) {}
  Result<void> append(const Batch& batch) override {
    WEIR_TRY(countdown_.step(file_));
    return writer_->append(batch);
  }
  i64 buffered_bytes() const override { return writer_->buffered_bytes(); }
  void end_group() override { writer_->end_group(); }
  Result<FileStats> finish() override {
    WEIR_TRY(countdown_.step(file_));
    return writer_->finish();
  }

 private:
  std::unique_ptr<TableWriter> writer_;
  std::string file_;
  Countdown& countdown_;
};

class FailingFormat : public FileFormat {
 public:
  explicit FailingFormat(Countdown& countdown) : countdown_(countdown) {}
  std::string_view name() const override { return "csv"; }
  bool one_file_a_table() const override { return true; }
  store::ReadPattern read_pattern() const override { return csv_->read_pattern(); }
  Result<std::unique_ptr<TableWriter>> write(std::unique_ptr<OutputFile> file,
                                             const Schema& schema) const override {
    const std::string name = file->name();
    WEIR_TRY(countdown_.step(name));
    WEIR_ASSIGN(auto writer, csv_->write(std::move(file), schema));
    return std::make_unique<FailingWriter>(std::move(writer), name, countdown_);
  }
  Result<std::unique_ptr<TableReader>> read(store::SharedFile file, const Schema& schema,
                                            const std::vector<i32>& columns,
                                            i64 batch_rows) const override {
    WEIR_TRY(countdown_.step(file->path()));
    return csv_->read(std::move(file), schema, columns, batch_rows);
  }

 private:
  std::unique_ptr<FileFormat> csv_ = make_csv_format();
  Countdown& countdown_;
};

class FileFaultTest : public testing::Test {
 protected:
  Result<flow::RunCounts> load(const std::string& run, const std::vector<Book>& books,
                               Countdown& countdown) {
    MemorySpool spool(tables_, folder_.path() / "spool");
    spool.add_chunk({books});
    WEIR_ASSIGN(const auto target,
                open_file_target(folder_.path() / "out", std::make_unique<FailingFormat>(countdown),
                                 Access::write));
    WEIR_TRY(target->begin({.id = run}, tables_));
    return target->promote({&spool}, {.id = run}, {});
  }

  std::vector<std::string> rows(std::string_view table) {
    auto target = open_csv_target((folder_.path() / "out").string(), Access::read, 0);
    return target.ok() ? scan_rows(**target, table) : std::vector{target.error().message()};
  }

  TemporaryFolder folder_;
  Tables tables_ = library_tables(WriteMode::replace_record, true);
};

TEST_F(FileFaultTest, AFailureOfAnyOperationLeavesTheVersionBefore) {
  Countdown never(1 << 20);
  const std::vector<Book> first = {{"1", "Weirs", {{"Water", {"wet"}}}, 1}, {"2", "Seas", {}, 1}};
  const std::vector<Book> second = {{"1", "Weirs, revised", {}, 2}};
  ASSERT_TRUE(load("r", first, never).ok());

  i64 operations = 0;
  for (;; ++operations) {
    Countdown countdown(operations);
    const auto counts = load("s" + std::to_string(operations), second, countdown);
    if (counts.ok()) break;
    EXPECT_EQ(counts.error().code(), ErrorCode::io);
    EXPECT_THAT(counts.error().message(), HasSubstr("out/"));
    EXPECT_THAT(rows("book"), ElementsAre("1|1|Weirs|10", "2|2|Seas|0"));
    EXPECT_THAT(rows("note"), ElementsAre("1|1|wet"));
  }
  EXPECT_GT(operations, 20);
  EXPECT_THAT(rows("book"), ElementsAre("2|2|Seas|0", "3|1|Weirs, revised|0"));
  EXPECT_THAT(rows("note"), SizeIs(0));

  std::vector<std::string> left;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path() / "out/_weir"))
    if (entry.is_directory()) left.push_back(entry.path().filename());
  EXPECT_THAT(left, testing::UnorderedElementsAre("r", "s" + std::to_string(operations)));
}

}  // namespace
}  // namespace weir::target
