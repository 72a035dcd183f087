#include "weir/jobs/comics/identifiers.h"

#include <algorithm>
#include <array>

#include "weir/base/bytes.h"

namespace weir::comics {

namespace {

constexpr std::string_view digits = "0123456789";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_letter(char c) {
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'z';
}

std::string lower(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(), ascii_lower);
  return made;
}

// Without the blanks and hyphens that people put between digits.
std::string without_blanks(std::string_view text) {
  std::string made(text);
  std::erase_if(made, [](char c) { return c == ' ' || c == '-'; });
  return made;
}

// The text behind `mark`, where it stands; ASCII case ignored.
std::optional<std::string_view> behind(std::string_view text, std::string_view mark) {
  const auto found = std::search(text.begin(), text.end(), mark.begin(), mark.end(),
                                 [](char a, char b) { return ascii_lower(a) == ascii_lower(b); });
  if (found == text.end() && !mark.empty()) return std::nullopt;
  return text.substr(static_cast<std::size_t>(found - text.begin()) + mark.size());
}

struct Url {
  std::string host;       // lower case
  std::string_view path;  // with what follows it, but no fragment
};

std::optional<Url> split(std::string_view text) {
  text = trim(text);
  text = text.substr(0, text.find('#'));
  if (const std::size_t scheme = text.find("://"); scheme != text.npos)
    text.remove_prefix(scheme + 3);
  const std::string_view authority = text.substr(0, text.find_first_of("/?"));
  std::string_view host = authority.substr(authority.rfind('@') + 1);
  host = host.substr(0, host.find(':'));
  if (host.find('.') == host.npos || host.find_first_of(" \t\"<>") != host.npos)
    return std::nullopt;
  return Url{lower(host), text.substr(authority.size())};
}

// A host that Weir knows: what stands before the number of a comic in its paths.
struct KnownHost {
  std::string_view host, mark, source;
};
constexpr auto known_hosts = std::to_array<KnownHost>({
    {"comicvine.gamespot.com", "/4000-", "comicvine"},
    {"comicvine.com", "/4000-", "comicvine"},
    {"metron.cloud", "/issue/", "metron"},
    {"comics.org", "/issue/", "grandcomicsdatabase"},
});

// `/issue/5`, `/issue/5/`: the number behind the mark, up to the end of that part of the path.
std::string_view number_in(std::string_view path, std::string_view mark) {
  const std::size_t at = path.find(mark);
  if (at == path.npos) return {};
  const std::string_view rest = path.substr(at + mark.size());
  const std::string_view part = rest.substr(0, rest.find_first_of("/?"));
  return part.find_first_not_of(digits) == part.npos ? part : std::string_view();
}

}  // namespace

// Letters and digits only; of ASCII, so that names in other alphabets stay as they are.
std::string source_name(std::string_view written) {
  std::string name = lower(written);
  std::erase_if(name, [](char c) {
    return static_cast<unsigned char>(c) < 0x80 && !is_digit(c) && !is_letter(c);
  });
  return name == "gcd" ? "grandcomicsdatabase" : name;
}

std::optional<Identifier> identifier_of_source(std::string_view source, std::string_view id) {
  std::string name = source_name(source);
  if (name == "gtin") return identifier_of_gtin(id);
  std::string key = name == "isbn" || name == "upc" ? without_blanks(id) : std::string(id);
  if (name.empty() || key.empty()) return std::nullopt;
  return Identifier{std::move(name), std::move(key)};
}

std::optional<Identifier> identifier_of_gtin(std::string_view gtin) {
  std::string key = without_blanks(gtin);
  const std::size_t count = key.size();
  // The last sign of an ISBN of ten may be X.
  const std::size_t wrong = key.find_first_not_of(digits);
  const bool is_number = wrong == key.npos;
  const bool is_isbn_10 = count == 10 && (is_number || (wrong == 9 && ascii_lower(key[9]) == 'x'));
  const bool is_isbn_13 =
      count == 13 && is_number && (key.starts_with("978") || key.starts_with("979"));
  if (key.find_first_of(digits) == key.npos) return std::nullopt;
  if (is_isbn_10 || is_isbn_13) return Identifier{"isbn", std::move(key)};
  return Identifier{count == 12 && is_number ? "upc" : "gtin", std::move(key)};
}

std::optional<Identifier> identifier_of_url(std::string_view url) {
  const auto parts = split(url);
  if (!parts) return std::nullopt;
  std::string_view host = parts->host;
  if (host.starts_with("www.")) host.remove_prefix(4);
  for (const KnownHost& known : known_hosts) {
    if (known.host != host) continue;
    const std::string_view number = number_in(parts->path, known.mark);
    if (!number.empty()) return Identifier{std::string(known.source), std::string(number)};
  }
  if (parts->path.empty() || parts->path == "/") return std::nullopt;
  return Identifier{parts->host, std::string(parts->path)};
}

std::optional<Identifier> identifier_of_note(std::string_view note) {
  const auto from = behind(note, "using info from ");
  const auto id = behind(note, "[Issue ID ");
  if (!from || !id) return std::nullopt;
  const std::string_view source = from->substr(0, from->find(" on "));
  const std::string_view number = id->substr(0, id->find_first_not_of(digits));
  const bool is_closed = id->substr(number.size()).starts_with(']');
  if (!is_closed || source.find('[') != source.npos) return std::nullopt;
  return identifier_of_source(source, number);
}

}  // namespace weir::comics
