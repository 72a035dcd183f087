// Names of files, and what coercers and identifiers make of texts: no part is longer than the text,
// all of them are UTF-8, and numbers have digits only.
#include <optional>
#include <string>
#include <string_view>

#include "weir/base/bytes.h"
#include "weir/jobs/comics/coercers.h"
#include "weir/jobs/comics/comic_file_name.h"
#include "weir/jobs/comics/file_names.h"
#include "weir/jobs/comics/identifiers.h"

namespace {

using namespace weir;

void require(bool holds) {
  if (!holds) __builtin_trap();
}

bool is_digits(std::string_view text) { return text.find_first_not_of("0123456789") == text.npos; }

void check_file_name(const std::string& name) {
  const comics::FileNameParts parts = comics::parse_file_name(name);
  for (const std::string* part :
       {&parts.series, &parts.volume_number, &parts.issue, &parts.issue_count, &parts.year,
        &parts.original_format, &parts.scan_info, &parts.title}) {
    require(is_valid_utf8(*part));
    require(part->size() <= name.size());
  }
  require(is_digits(parts.volume_number) && is_digits(parts.issue_count));
  require(is_digits(parts.year) && (parts.year.empty() || parts.year.size() == 4));
}

void check_identifier(const std::optional<comics::Identifier>& found) {
  if (found) require(!found->source.empty() && !found->key.empty());
  if (found) require(is_valid_utf8(found->source) && is_valid_utf8(found->key));
}

void check_coercer(const extract::NamedCoercer& coercer, std::string_view text) {
  extract::Scratch scratch;
  std::string_view out;
  if (coercer.rewrite(text, out, scratch) == extract::CoerceStatus::ok)
    require(!out.empty() && is_valid_utf8(out));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text;
  comics::to_utf8({reinterpret_cast<const char*>(data), size}, text);
  require(is_valid_utf8(text));
  check_file_name(text);
  check_identifier(comics::identifier_of_gtin(text));
  check_identifier(comics::identifier_of_url(text));
  check_identifier(comics::identifier_of_note(text));
  check_identifier(comics::identifier_of_source(text, text));
  // A coercer is never given an empty text.
  if (text.empty()) return 0;
  for (const auto& coercer : {comics::first_integer(), comics::language(), comics::country(),
                              comics::role(), comics::identifier_source()})
    check_coercer(coercer, text);
  return 0;
}
