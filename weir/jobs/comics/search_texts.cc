#include "weir/jobs/comics/search_texts.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/jobs/comics/search_schema.h"

namespace weir::comics {
namespace {

using enum SearchColumn::Source;

// What a name costs in its cache besides its bytes: node, bucket, string.
constexpr i64 name_overhead_bytes = 96;

}  // namespace

std::string_view TextBlock::text(i64 comic, i64 column) const {
  const std::size_t columns = search_columns().size();
  const std::size_t at =
      static_cast<std::size_t>(comic) * columns + static_cast<std::size_t>(column);
  const std::size_t begin = at == 0 ? 0 : ends_[at - 1];
  return std::string_view(bytes_).substr(begin, ends_[at] - begin);
}

void TextBlock::clear() {
  ids_.clear();
  ends_.clear();
  bytes_.clear();
}

Result<TextReader> TextReader::open(db::Connection& connection, i64 cache_bytes) {
  TextReader reader;
  std::string comic_columns = "id";
  for (const SearchColumn& column : search_columns()) {
    Part& part = reader.parts_.emplace_back();
    if (column.source == many) {
      part.links.distinct = !column.via.empty();
      WEIR_ASSIGN(part.links.select, connection.prepare(select_links_sql(column)));
    } else {
      comic_columns += fmt::format(", {}", column.source == comic ? column.text : column.key);
      part.column = static_cast<i32>(std::ranges::count(comic_columns, ','));
    }
    if (column.source == comic) continue;
    WEIR_ASSIGN(part.names.select, connection.prepare(select_text_sql(column)));
  }
  reader.names_limit_bytes_ = cache_bytes;
  WEIR_ASSIGN(reader.comics_,
              connection.prepare(fmt::format(
                  "SELECT {} FROM comic WHERE id > ?1 AND id <= ?2 ORDER BY id", comic_columns)));
  WEIR_ASSIGN(reader.last_,
              connection.prepare("SELECT max(id) FROM (SELECT id FROM comic WHERE id > ?1 "
                                 "ORDER BY id LIMIT ?2)"));
  return reader;
}

Result<i64> TextReader::last_of(i64 after, i64 comics) {
  last_.bind(1, after);
  last_.bind(2, comics);
  WEIR_TRY(last_.step());
  const i64 last = last_.column_is_null(0) ? after : last_.column_i64(0);
  last_.reset();
  return last;
}

Result<void> TextReader::read(i64 after, i64 last, i64 limit_bytes, TextBlock& block,
                              const std::function<Result<void>()>& full) {
  for (Part& part : parts_) {
    if (part.column >= 0) continue;
    part.links.select.reset();
    part.links.select.bind(1, after);
    part.links.select.bind(2, last);
    WEIR_ASSIGN(part.links.row, part.links.select.step());
  }
  comics_.reset();
  comics_.bind(1, after);
  comics_.bind(2, last);
  for (;;) {
    WEIR_ASSIGN(const bool row, comics_.step());
    if (!row) break;
    WEIR_TRY(append_comic(comics_.column_i64(0), block));
    if (block.bytes() > limit_bytes) WEIR_TRY(full());
  }
  for (Part& part : parts_)
    if (part.column < 0) part.links.select.reset();
  return {};
}

Result<void> TextReader::append_comic(i64 id, TextBlock& block) {
  for (std::size_t column = 0; column < parts_.size(); ++column) {
    WEIR_TRY(append_part(column, id, block.bytes_));
    block.ends_.push_back(block.bytes_.size());
  }
  block.ids_.push_back(id);
  return {};
}

Result<void> TextReader::append_part(std::size_t column, i64 id, std::string& text) {
  Part& part = parts_[column];
  if (part.column >= 0 && search_columns()[column].source == comic) {
    text += comics_.column_text(part.column);
    return {};
  }
  if (part.column >= 0) {
    if (comics_.column_is_null(part.column)) return {};
    WEIR_ASSIGN(const std::string* found, name(part.names, comics_.column_i64(part.column)));
    if (found != nullptr) text += *found;
    return {};
  }
  WEIR_TRY(collect(part.links, id));
  bool first = true;
  for (const i64 key : part.links.ids) {
    WEIR_ASSIGN(const std::string* found, name(part.names, key));
    if (found == nullptr) continue;
    if (!std::exchange(first, false)) text += ", ";
    text += *found;
  }
  return {};
}

Result<void> TextReader::collect(Links& links, i64 comic) {
  links.ids.clear();
  // Links of ids that no comic has are passed over.
  while (links.row && links.select.column_i64(0) <= comic) {
    if (links.select.column_i64(0) == comic) links.ids.push_back(links.select.column_i64(1));
    WEIR_ASSIGN(links.row, links.select.step());
  }
  if (!links.distinct || links.ids.size() < 2) return {};
  std::ranges::sort(links.ids);
  links.ids.erase(std::unique(links.ids.begin(), links.ids.end()), links.ids.end());
  return {};
}

// Which name comes next is not to be guessed, so the table that takes the most starts again.
void TextReader::forget_most_names() {
  const auto most =
      std::ranges::max_element(parts_, {}, [](const Part& part) { return part.names.bytes; });
  names_bytes_ -= most->names.bytes;
  most->names.known.clear();
  most->names.bytes = 0;
}

Result<const std::string*> TextReader::name(Names& names, i64 key) {
  const auto known = names.known.find(key);
  if (known != names.known.end()) return known->second.first ? &known->second.second : nullptr;
  names.select.bind(1, key);
  WEIR_ASSIGN(const bool row, names.select.step());
  std::pair<bool, std::string> found;
  if (row && !names.select.column_is_null(0))
    found = {true, std::string(names.select.column_text(0))};
  names.select.reset();
  const i64 bytes = name_overhead_bytes + static_cast<i64>(found.second.size());
  if (names_bytes_ + bytes > names_limit_bytes_) forget_most_names();
  names.bytes += bytes;
  names_bytes_ += bytes;
  const auto& kept = names.known.emplace(key, std::move(found)).first->second;
  return kept.first ? &kept.second : nullptr;
}

}  // namespace weir::comics
