// Registry: values by name, of which there are few: what jobs bring in C++ for a declaration to
// name.
//
// Threads: a plain value; any number of threads may look things up once all are added.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::extract {

template <typename T>
class Registry {
 public:
  // A name that is there already is replaced.
  void add(std::string name, T value) {
    std::erase_if(entries_, [&](const auto& entry) { return entry.first == name; });
    entries_.emplace_back(std::move(name), std::move(value));
  }
  // Null: no such name. Valid until the next `add`.
  const T* find(std::string_view name) const {
    const auto there = std::ranges::find(entries_, name, &std::pair<std::string, T>::first);
    return there == entries_.end() ? nullptr : &there->second;
  }
  // In the order in which they were added.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : entries_) names.push_back(entry.first);
    return names;
  }

 private:
  std::vector<std::pair<std::string, T>> entries_;
};

}  // namespace weir::extract
