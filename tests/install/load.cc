// A program over the installed library: loads two records into the target that its argument names,
// and reads them back.
#include <cstdio>
#include <fstream>

#include "weir/pipeline/run.h"
#include "weir/target/target.h"

namespace {

void write_inputs() {
  std::ofstream("feed.toml") << "[source.feed]\nentity = \"sale\"\nformat = \"ndjson\"\n"
                                "path = \"feed.ndjson\"\n[entity.sale]\nkey = [\"id\"]\n"
                                "[entity.sale.fields]\nid = { type = \"int64\" }\n";
  std::ofstream("feed.ndjson") << "{\"id\":1}\n{\"id\":2}\n";
}

weir::Result<weir::i64> load_and_count(const std::string& url) {
  WEIR_TRY(weir::pipeline::run(
      {.declaration_file = "feed.toml", .target_url = url, .memory_bytes = 512 * weir::MiB}));
  WEIR_ASSIGN(const auto target, weir::target::open_target(url, weir::target::Access::read));
  weir::i64 rows = 0;
  WEIR_TRY(target->scan("sale", {}, [&](const weir::Batch& batch) -> weir::Result<void> {
    rows += batch.rows;
    return {};
  }));
  return rows;
}

}  // namespace

int main(int, char** arguments) {
  write_inputs();
  const auto rows = load_and_count(arguments[1]);
  if (!rows.ok()) {
    std::fprintf(stderr, "%s\n", rows.error().message().c_str());
    return 1;
  }
  std::printf("%lld rows\n", static_cast<long long>(*rows));
}
