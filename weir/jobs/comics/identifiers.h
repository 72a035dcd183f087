// Identifiers of comics in other catalogues: the name of the source, and the key there.
//
//   a source by name     lower case, letters and digits only: `Comic Vine` is comicvine
//   GTIN                 its length says which: isbn, upc, or gtin
//   a URL                of a comic at a known host: its id; else the host, and the path as the key
//   a note of a tagger   `... using info from Comic Vine ... [Issue ID 123]`
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weir::comics {

struct Identifier {
  std::string source;
  std::string key;
  friend bool operator==(const Identifier&, const Identifier&) = default;
};

// The stored name of the source that is called `written`; empty where that is no name.
std::string source_name(std::string_view written);

// Nothing: there is none.
std::optional<Identifier> identifier_of_source(std::string_view source, std::string_view id);
std::optional<Identifier> identifier_of_gtin(std::string_view gtin);
std::optional<Identifier> identifier_of_url(std::string_view url);
std::optional<Identifier> identifier_of_note(std::string_view note);

}  // namespace weir::comics
