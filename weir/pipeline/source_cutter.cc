#include "weir/pipeline/source_cutter.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/format/json_cutter.h"

namespace weir::pipeline {

namespace {

using extract::PathStep;
using extract::SourceDecl;

Error cannot_follow(const SourceDecl& source) {
  return Error(
      ErrorCode::declaration,
      fmt::format("source {}: record = \"{}\" has a step that finds no records; use names, "
                  "* and **",
                  source.name, source.record->written));
}

Result<std::vector<format::XmlPathStep>> xml_path(const SourceDecl& source) {
  std::vector<format::XmlPathStep> steps;
  if (!source.record) return steps;
  for (const PathStep& step : source.record->steps) {
    using Kind = format::XmlPathStep::Kind;
    switch (step.kind) {
      case PathStep::Kind::name:
        steps.push_back({Kind::name, step.names});
        break;
      case PathStep::Kind::any:
        steps.push_back({Kind::any, {}});
        break;
      case PathStep::Kind::any_depth:
        steps.push_back({Kind::any_depth, {}});
        break;
      default:
        return cannot_follow(source);
    }
  }
  return steps;
}

Result<void> append_json(const SourceDecl& source, const extract::Path& path,
                         std::vector<format::JsonStep>& steps) {
  for (const PathStep& step : path.steps) {
    using Kind = format::JsonStep::Kind;
    switch (step.kind) {
      case PathStep::Kind::name:
        steps.push_back({Kind::name, step.names, 0});
        break;
      case PathStep::Kind::any:
        steps.push_back({Kind::any, {}, 0});
        break;
      case PathStep::Kind::any_depth:
        steps.push_back({Kind::any_depth, {}, 0});
        break;
      case PathStep::Kind::item:
        steps.push_back({Kind::item, step.names, step.item});
        break;
      default:
        return cannot_follow(source);
    }
  }
  return {};
}

// Pages are a list of objects; their items are the records.
Result<format::JsonPath> json_path(const SourceDecl& source) {
  std::vector<format::JsonStep> steps;
  if (source.record) WEIR_TRY(append_json(source, *source.record, steps));
  if (source.items) WEIR_TRY(append_json(source, *source.items, steps));
  return format::JsonPath::make(std::move(steps), source.ignore_case);
}

}  // namespace

Result<SourceCutter> SourceCutter::make(const SourceDecl& source, format::DocumentEvents* events) {
  SourceCutter made;
  switch (source.format) {
    using enum extract::Format;
    case xml: {
      WEIR_ASSIGN(auto path, xml_path(source));
      auto cutter = std::make_unique<format::XmlCutter>(
          format::XmlCutterOptions{.record = std::move(path),
                                   .name_space = source.name_space,
                                   .ignore_case = source.ignore_case,
                                   .xml = {.refuse_doctype = source.refuse_doctype}},
          events);
      made.xml_ = cutter.get();
      made.cutter_ = std::move(cutter);
      return made;
    }
    case csv: {
      auto cutter = std::make_unique<format::CsvCutter>(
          format::CsvOptions{.delimiter = source.delimiter.front()});
      made.csv_ = cutter.get();
      made.cutter_ = std::move(cutter);
      return made;
    }
    case ndjson:
      made.cutter_ = std::make_unique<format::JsonLinesCutter>();
      return made;
    case json:
    case json_pages: {
      WEIR_ASSIGN(auto path, json_path(source));
      made.cutter_ = std::make_unique<format::JsonCutter>(std::move(path), events);
      return made;
    }
    case archive:
      break;
  }
  return Error(
      ErrorCode::unsupported,
      fmt::format("source {}: archives of documents are read by their job, not by weir run",
                  source.name));
}

std::shared_ptr<const extract::FormatContext> SourceCutter::context() {
  const bool is_new = (xml_ != nullptr && xml_->scopes().size() != context_->scopes.size()) ||
                      (csv_ != nullptr && csv_->header().size() != context_->header.size());
  if (!is_new) return context_;
  extract::FormatContext made;
  if (xml_ != nullptr) made.scopes = xml_->scopes();
  if (csv_ != nullptr) made.header = csv_->header();
  context_ = std::make_shared<extract::FormatContext>(std::move(made));
  return context_;
}

}  // namespace weir::pipeline
