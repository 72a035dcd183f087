// Namespaces in XML 1.0: which prefix means which URI, as elements open and close.
//
// Threads: one at a time; an XmlScope is a plain value.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/types.h"

namespace weir::format {

// The bindings in force at some place of a document: the innermost one of each prefix, sorted; ""
// is the default namespace. It stands for the outer elements when one element is read alone.
struct XmlScope {
  struct Binding {
    std::string prefix;
    std::string uri;
    friend auto operator<=>(const Binding&, const Binding&) = default;
  };
  std::vector<Binding> bindings;
  friend auto operator<=>(const XmlScope&, const XmlScope&) = default;
};

class XmlNamespaces {
 public:
  XmlNamespaces() { reset({}); }

  // Forgets all bindings but those of `scope`, which outlives the use of them.
  void reset(const XmlScope& scope);

  // Declares a prefix, "" for the default namespace. Returns why that is not allowed, or null.
  const char* bind(std::string_view prefix, std::string_view uri);

  // Whether the prefix was bound after there were `count`.
  bool bound_since(i32 count, std::string_view prefix) const;

  i32 count() const { return static_cast<i32>(bindings_.size()); }
  // Takes back what was bound after there were `count`.
  void unwind(i32 count);

  // Of elements without a prefix; "" is none.
  std::string_view default_uri() const { return default_uri_; }
  // Null where the prefix is not declared.
  const std::string_view* find(std::string_view prefix) const;

  XmlScope scope() const;
  // Another number whenever `scope` may be another.
  i64 changes() const { return changes_; }

  // Makes the texts of the bindings its own, so that the input they came from may go.
  void detach();

 private:
  struct Binding {
    std::string_view prefix;
    std::string_view uri;
  };
  std::vector<Binding> bindings_;
  std::string_view default_uri_;
  std::string own_;
  i64 changes_ = 0;
};

}  // namespace weir::format
