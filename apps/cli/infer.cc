// weir infer: a first declaration, written from samples.
#include <fmt/format.h>

#include "apps/cli/common_options.h"
#include "weir/codec/decoded_stream.h"
#include "weir/extract/infer.h"
#include "weir/store/input.h"
#include "weir/store/location.h"
#include "weir/store/s3_settings.h"

namespace weir::cli {

namespace {

// As the declaration will name it: from the working folder, where the sample was.
Result<std::string> name_of(const store::Input& input, const std::string& sample) {
  if (sample.starts_with('/') || store::is_s3_url(sample)) return input.location;
  WEIR_ASSIGN(const std::string here, store::absolute_path("."));
  return std::filesystem::path(input.location)
      .lexically_relative(store::location_of(here))
      .string();
}

class InferCommand final : public Command {
 public:
  std::string name() const override { return "infer"; }
  std::string summary() const override { return "write a first declaration from samples"; }
  std::vector<std::pair<std::string, std::string>> examples() const override {
    return {{"weir infer day.ndjson.gz > feed.toml", "XML, JSON, NDJSON or CSV; gzip and zstd too"},
            {"weir check feed.toml", "then read it, name things, choose the key"}};
  }
  void declare(Options& options) override {
    options.arguments("SAMPLE", samples_, true, "files of one feed");
    options.text("--name", "NAME", name_,
                 "what the source and its entity are called (as the records are)");
    options.size("--sample", sample_bytes_, "read at most this much of each sample (64 MiB)");
    log_.declare(options);
  }
  Result<int> run(const Invocation&) override {
    WEIR_TRY(log_.apply());
    std::vector<std::unique_ptr<ByteStream>> streams;
    std::vector<extract::InferSample> samples;
    for (const std::string& sample : samples_) {
      WEIR_ASSIGN(const auto inputs, store::list_inputs("", sample, {}, {}));
      for (const store::Input& input : inputs) {
        WEIR_ASSIGN(const std::string name, name_of(input, sample));
        WEIR_ASSIGN(auto raw, store::open_input(input, {}));
        WEIR_ASSIGN(auto stream, codec::undo_compression(std::move(raw), name, {}));
        streams.push_back(std::move(stream));
        samples.push_back({.location = name, .stream = streams.back().get()});
      }
    }
    WEIR_ASSIGN(const std::string text,
                extract::infer_declaration(samples, {.name = name_, .max_bytes = sample_bytes_}));
    fmt::print("{}", text);
    return exit_done;
  }

 private:
  std::vector<std::string> samples_;
  std::string name_;
  i64 sample_bytes_ = 64 * MiB;
  LogOptionValues log_;
};

}  // namespace

std::unique_ptr<Command> make_infer_command() { return std::make_unique<InferCommand>(); }

}  // namespace weir::cli
