#include "weir/format/xml_namespaces.h"

#include <algorithm>

namespace weir::format {
namespace {

constexpr std::string_view xml_uri = "http://www.w3.org/XML/1998/namespace";
constexpr std::string_view xmlns_uri = "http://www.w3.org/2000/xmlns/";

}  // namespace

void XmlNamespaces::reset(const XmlScope& scope) {
  bindings_.clear();
  ++changes_;
  bindings_.push_back({"xml", xml_uri});
  default_uri_ = {};
  for (const auto& [prefix, uri] : scope.bindings) {
    bindings_.push_back({prefix, uri});
    if (prefix.empty()) default_uri_ = uri;
  }
}

const char* XmlNamespaces::bind(std::string_view prefix, std::string_view uri) {
  if (prefix == "xmlns") return "a declaration of the prefix \"xmlns\"";
  if ((prefix == "xml") != (uri == xml_uri))
    return "the prefix \"xml\" and its namespace belong together";
  if (uri == xmlns_uri) return "a prefix for the namespace of \"xmlns\" itself";
  if (uri.empty() && !prefix.empty()) return "a prefix with an empty namespace";
  bindings_.push_back({prefix, uri});
  ++changes_;
  if (prefix.empty()) default_uri_ = uri;
  return nullptr;
}

bool XmlNamespaces::bound_since(i32 count, std::string_view prefix) const {
  return std::any_of(bindings_.begin() + count, bindings_.end(),
                     [&](const Binding& one) { return one.prefix == prefix; });
}

void XmlNamespaces::unwind(i32 count) {
  bindings_.resize(static_cast<u64>(count));
  ++changes_;
  const std::string_view* uri = find("");
  default_uri_ = uri == nullptr ? std::string_view{} : *uri;
}

const std::string_view* XmlNamespaces::find(std::string_view prefix) const {
  const auto found = std::find_if(bindings_.rbegin(), bindings_.rend(),
                                  [&](const Binding& one) { return one.prefix == prefix; });
  return found == bindings_.rend() ? nullptr : &found->uri;
}

XmlScope XmlNamespaces::scope() const {
  XmlScope scope;
  std::vector<std::string_view> seen = {"xml"};  // that one is always there
  for (auto one = bindings_.rbegin(); one != bindings_.rend(); ++one) {
    if (std::find(seen.begin(), seen.end(), one->prefix) != seen.end()) continue;
    seen.push_back(one->prefix);
    if (!one->uri.empty())
      scope.bindings.push_back({std::string(one->prefix), std::string(one->uri)});
  }
  std::ranges::sort(scope.bindings);
  return scope;
}

void XmlNamespaces::detach() {
  std::string copy;
  for (const Binding& one : bindings_) copy.append(one.prefix).append(one.uri);
  own_.swap(copy);  // `copy` now holds what the bindings may still point to
  const char* at = own_.data();
  const auto take = [&](std::string_view& text) {
    text = {at, text.size()};
    at += text.size();
  };
  for (Binding& one : bindings_) {
    take(one.prefix);
    take(one.uri);
  }
  const std::string_view* uri = find("");
  default_uri_ = uri == nullptr ? std::string_view{} : *uri;
}

}  // namespace weir::format
