#include "weir/jobs/comics/pdf_pages.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string>
#include <string_view>

#include "weir/jobs/comics/media.h"
#include "weir/store/file.h"

namespace weir::comics {

namespace {

constexpr std::string_view white{" \t\r\n\f\0", 6};
constexpr i64 tail_bytes = 1024;        // in which the end of the file must say where the table is
constexpr i64 object_bytes = 64 * KiB;  // of the catalogue, and of the root of the pages
constexpr i64 first_object_bytes = 1024;  // enough for most
constexpr i64 entry_bytes = 20;           // of the table

Result<std::string> read_up_to(const store::File& file, i64 offset, i64 bytes) {
  std::string text(static_cast<std::size_t>(bytes), '\0');
  WEIR_ASSIGN(const i64 read, file.read_at(offset, std::as_writable_bytes(std::span(text))));
  text.resize(static_cast<std::size_t>(read));
  return text;
}

// Takes words and numbers from the front of a text.
struct Cursor {
  std::string_view rest;

  void skip_white() { rest.remove_prefix(std::min(rest.find_first_not_of(white), rest.size())); }
  bool take(std::string_view word) {
    skip_white();
    if (!rest.starts_with(word)) return false;
    rest.remove_prefix(word.size());
    return true;
  }
  std::optional<i64> number() {
    skip_white();
    i64 value = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (error != std::errc() || value < 0) return {};
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    return value;
  }
  // "12 0 R": 12
  std::optional<i64> reference() {
    const auto object = number();
    return object && number() && take("R") ? object : std::nullopt;
  }
};

// What stands behind the name `key`, which must be there exactly once.
std::optional<Cursor> value_of(std::string_view dictionary, std::string_view key) {
  std::optional<Cursor> found;
  for (std::size_t at = 0; (at = dictionary.find(key, at)) != dictionary.npos;) {
    at += key.size();
    constexpr std::string_view ends_name{"/[<( \t\r\n\f\0", 10};
    const bool is_whole =
        at < dictionary.size() && ends_name.find(dictionary[at]) != ends_name.npos;
    if (!is_whole) continue;  // a longer name
    if (found) return {};
    found = Cursor{dictionary.substr(at)};
  }
  return found;
}

std::optional<i64> reference_of(std::string_view dictionary, std::string_view key) {
  auto value = value_of(dictionary, key);
  return value ? value->reference() : std::nullopt;
}

struct ObjectTable {
  i64 entries = 0;  // in the file
  i64 count = 0;
  std::string trailer;
};

// The table that the end of the file names, if it is the only one and has one section.
Result<std::optional<ObjectTable>> read_table(const store::File& file, i64 file_bytes) {
  const i64 tail_at = std::max<i64>(0, file_bytes - tail_bytes);
  WEIR_ASSIGN(const std::string tail, read_up_to(file, tail_at, tail_bytes));
  const std::size_t found = tail.rfind("startxref");
  if (found == tail.npos) return std::optional<ObjectTable>();
  Cursor end{std::string_view(tail).substr(found)};
  end.take("startxref");
  const auto at = end.number();
  if (!at || !end.take("%%EOF") || *at >= file_bytes) return std::optional<ObjectTable>();

  WEIR_ASSIGN(const std::string head, read_up_to(file, *at, 64));
  Cursor section{head};
  ObjectTable table;
  if (!section.take("xref") || section.number() != 0) return std::optional<ObjectTable>();
  const auto count = section.number();
  if (!count || *count > file_bytes / entry_bytes) return std::optional<ObjectTable>();
  section.skip_white();
  table.count = *count;
  table.entries = *at + static_cast<i64>(head.size() - section.rest.size());
  const i64 trailer_at = table.entries + table.count * entry_bytes;
  const i64 trailer_end = tail_at + static_cast<i64>(found);
  if (trailer_at >= trailer_end || trailer_end - trailer_at > object_bytes)
    return std::optional<ObjectTable>();
  WEIR_ASSIGN(table.trailer, read_up_to(file, trailer_at, trailer_end - trailer_at));
  const bool is_plain =
      Cursor{table.trailer}.take("trailer") &&
      std::ranges::none_of(
          std::array<std::string_view, 5>{"/Prev", "/XRefStm", "/Encrypt", "(", "%"},
          [&](std::string_view word) { return table.trailer.find(word) != std::string::npos; });
  return is_plain ? std::optional(std::move(table)) : std::nullopt;
}

// From its number to "endobj"; empty: it is not where the table says, or is unusually long.
Result<std::string> read_object(const store::File& file, const ObjectTable& table, i64 number) {
  if (number < 1 || number >= table.count) return std::string();
  WEIR_ASSIGN(const std::string entry,
              read_up_to(file, table.entries + number * entry_bytes, entry_bytes));
  Cursor fields{entry};
  const auto offset = fields.number();
  if (!offset || !fields.number() || !fields.take("n")) return std::string();
  for (const i64 bytes : {first_object_bytes, object_bytes}) {
    WEIR_ASSIGN(std::string object, read_up_to(file, *offset, bytes));
    Cursor cursor{object};
    if (cursor.number() != number || !cursor.number() || !cursor.take("obj") || !cursor.take("<<"))
      return std::string();
    const std::size_t end = object.find("endobj");
    if (end == object.npos) continue;
    object.resize(end);
    // Texts and remarks may hold what looks like a name.
    return object.find_first_of("(%") == object.npos ? object : std::string();
  }
  return std::string();
}

}  // namespace

Result<bool> is_pdf_file(const std::filesystem::path& path) {
  WEIR_ASSIGN(const auto file, store::File::open(path));
  WEIR_ASSIGN(const std::string front, read_up_to(file, 0, 5));
  return front == "%PDF-";
}

Result<std::optional<PlainPdf>> read_plain_pdf(const std::filesystem::path& path) {
  WEIR_ASSIGN(const auto file, store::File::open(path));
  WEIR_ASSIGN(const i64 file_bytes, file.size());
  WEIR_ASSIGN(const auto table, read_table(file, file_bytes));
  if (!table) return std::optional<PlainPdf>();
  const auto root = reference_of(table->trailer, "/Root");
  if (!root) return std::optional<PlainPdf>();
  WEIR_ASSIGN(const std::string catalogue, read_object(file, *table, *root));
  const auto pages = reference_of(catalogue, "/Pages");
  if (!pages) return std::optional<PlainPdf>();
  WEIR_ASSIGN(const std::string tree, read_object(file, *table, *pages));
  auto count = value_of(tree, "/Count");
  const auto page_count = count ? count->number() : std::nullopt;
  if (!page_count || count->reference() || *page_count > table->count)
    return std::optional<PlainPdf>();
  return PlainPdf{*page_count, table->trailer.find("/Info") != std::string::npos};
}

Result<i64> count_pdf_pages(const std::filesystem::path& path) {
  WEIR_ASSIGN(const auto plain, read_plain_pdf(path));
  if (plain) return plain->page_count;
  WEIR_ASSIGN(const Media* media, open_media());
  WEIR_ASSIGN(const auto pdf, media->open_pdf(path));
  return pdf->page_count();
}

}  // namespace weir::comics
