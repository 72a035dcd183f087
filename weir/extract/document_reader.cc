#include "weir/extract/document_reader.h"

namespace weir::extract {

void ReaderRegistry::add(std::string name, std::shared_ptr<const DocumentReader> reader) {
  std::erase_if(readers_, [&](const auto& known) { return known.first == name; });
  readers_.emplace_back(std::move(name), std::move(reader));
}

std::shared_ptr<const DocumentReader> ReaderRegistry::find(std::string_view name) const {
  for (const auto& [known, reader] : readers_)
    if (known == name) return reader;
  return nullptr;
}

std::vector<std::string> ReaderRegistry::names() const {
  std::vector<std::string> names;
  for (const auto& [name, reader] : readers_) names.push_back(name);
  return names;
}

}  // namespace weir::extract
