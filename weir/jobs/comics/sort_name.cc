#include <array>

#include "weir/base/bytes.h"
#include "weir/extract/case_folding.h"
#include "weir/jobs/comics/computed_types.h"

namespace weir::comics {

namespace {

using extract::NamedComputed;
using extract::Value;

// Of English, French, Spanish, German, Italian and Dutch. One that ends in an apostrophe stands
// right before its name.
constexpr auto articles = std::to_array<std::string_view>(
    {"a",   "an",  "the", "le",  "la",  "les", "un",   "une", "l'", "l\u2019", "el",  "los",
     "las", "una", "der", "die", "das", "ein", "eine", "il",  "lo", "gli",     "het", "een"});

// The bytes of the article, and of what stands behind it; 0: the name has none in front.
std::size_t article_bytes(std::string_view name, std::string_view article) {
  const bool is_joined = article.ends_with("'") || article.ends_with("\u2019");
  if (!name.starts_with(article)) return 0;
  if (is_joined) return article.size();
  return name.substr(article.size()).starts_with(' ') ? article.size() + 1 : 0;
}

void compute(const NamedComputed::Input& input, std::span<Value> into, extract::Scratch& scratch) {
  if (input.of[0].null) return;
  const std::string_view name = extract::fold_case(input.of[0].text, scratch);
  into[0].null = false;
  into[0].text = name;
  for (const std::string_view article : articles) {
    const std::size_t bytes = article_bytes(name, article);
    const std::string_view rest = trim(name.substr(bytes));
    if (bytes == 0 || rest.empty()) continue;
    into[0].text = scratch.copy(std::string(rest) + ", " + std::string(article));
    return;
  }
}

}  // namespace

NamedComputed sort_name() {
  return {.compute = compute, .of = {TypeKind::string}, .into = {TypeKind::string}};
}

}  // namespace weir::comics
