// Tables as JSON.
//
// One description of each struct (`describe`) serves the writer and the reader, so that they cannot
// differ. The reader takes what the writer makes, members in that order, and white space between.
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <concepts>

#include "weir/base/bytes.h"
#include "weir/base/json_text.h"
#include "weir/base/tables.h"

namespace weir {
namespace {

// Raised when a member is added or changes its meaning.
constexpr i32 json_version = 1;

template <typename Enum>
constexpr std::array<std::string_view, 0> names_of{};
template <>
constexpr std::array<std::string_view, 4> names_of<TableKind>{"record", "child", "history",
                                                              "lookup"};
template <>
constexpr std::array<std::string_view, 5> names_of<ColumnSource>{
    "stored", "record_key", "surrogate", "parent_id", "lookup_ref"};
template <>
constexpr std::array<std::string_view, 3> names_of<MergePolicy>{"none", "min", "max"};
template <>
constexpr std::array<std::string_view, 3> names_of<HistoryOf>{"both", "versions", "deletes"};
template <>
constexpr std::array<std::string_view, 4> names_of<WriteMode>{"append", "upsert", "replace_record",
                                                              "replace_partition"};
template <>
constexpr std::array<std::string_view, 2> names_of<Deletes>{"until_newer", "permanent"};

template <typename T>
concept NamedEnum = (names_of<T>.size() > 0);

template <typename Archive, typename Column>
requires std::same_as<std::remove_const_t<Column>, TableColumn>
void describe(Archive& archive, Column& column) {
  archive.member("name", column.name);
  archive.member("type", column.type);
  archive.member("source", column.source);
  archive.member("table", column.table);
  archive.member("index", column.index);
  archive.member("policy", column.policy);
  archive.member("history_of", column.history_of);
  archive.member("required", column.required);
  archive.member("volatile", column.volatile_value);
}

template <typename Archive, typename Described>
requires std::same_as<std::remove_const_t<Described>, Table>
void describe(Archive& archive, Described& table) {
  archive.member("name", table.name);
  archive.member("kind", table.kind);
  archive.member("entity", table.entity);
  archive.member("parent", table.parent);
  archive.member("keep", table.keep);
  archive.member("key", table.key);
  archive.member("columns", table.columns);
}

template <typename Archive, typename Described>
requires std::same_as<std::remove_const_t<Described>, Entity>
void describe(Archive& archive, Described& entity) {
  archive.member("name", entity.name);
  archive.member("write", entity.write);
  archive.member("deletes", entity.deletes);
  archive.member("versioned", entity.versioned);
  archive.member("record_table", entity.record_table);
  archive.member("history_table", entity.history_table);
  archive.member("partition", entity.partition);
}

template <typename Archive, typename Described>
requires std::same_as<std::remove_const_t<Described>, Tables>
void describe(Archive& archive, Described& tables) {
  archive.member("entities", tables.entities);
  archive.member("tables", tables.tables);
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

class Writer {
 public:
  template <typename T>
  void member(std::string_view name, const T& value) {
    if (!out_.ends_with('{')) out_.push_back(',');
    write(name);
    out_.push_back(':');
    write(value);
  }

  void write(std::string_view text) { append_json_string(text, out_); }
  void write(const std::string& text) { append_json_string(text, out_); }
  void write(bool value) { out_ += value ? "true" : "false"; }
  void write(i32 value) { out_ += std::to_string(value); }
  void write(Type type) { write(to_string(type)); }
  template <NamedEnum Enum>
  void write(const Enum& value) {
    write(names_of<Enum>[static_cast<std::size_t>(value)]);
  }
  template <typename T>
  void write(const std::vector<T>& items) {
    out_.push_back('[');
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_.push_back(',');
      write(items[i]);
    }
    out_.push_back(']');
  }
  template <typename T>
  void write(const T& object) {
    out_.push_back('{');
    if constexpr (std::same_as<T, Tables>) member("version", json_version);
    describe(*this, object);
    out_.push_back('}');
  }

  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

// Stops at the first thing that is not as expected and remembers where; what is read after that
// has no meaning.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  template <typename T>
  void member(std::string_view name, T& value) {
    if (!first_) expect(',');
    first_ = false;
    std::string found;
    read(found);
    if (found != name) fail(fmt::format("expected the member \"{}\"", name));
    expect(':');
    read(value);
  }

  void read(std::string& text) {
    text.clear();
    expect('"');
    while (!failed() && !at('"')) read_character(text);
    expect('"');
  }
  void read(bool& value) {
    skip_space();
    value = rest().starts_with("true");
    if (!value && !rest().starts_with("false")) return fail("expected true or false");
    position_ += value ? 4 : 5;
  }
  void read(i32& value) {
    skip_space();
    const auto [end, error] =
        std::from_chars(text_.data() + position_, text_.data() + text_.size(), value);
    if (error != std::errc()) return fail("expected a whole number");
    position_ = static_cast<std::size_t>(end - text_.data());
  }
  void read(Type& type) {
    std::string name;
    read(name);
    if (const auto found = parse_type(name))
      type = *found;
    else
      fail(fmt::format("\"{}\" is no type", printable(name)));
  }
  template <NamedEnum Enum>
  void read(Enum& value) {
    std::string name;
    read(name);
    for (std::size_t i = 0; i < names_of<Enum>.size(); ++i)
      if (names_of<Enum>[i] == name) return static_cast<void>(value = static_cast<Enum>(i));
    fail(fmt::format("\"{}\" is not known here", printable(name)));
  }
  template <typename T>
  void read(std::vector<T>& items) {
    expect('[');
    skip_space();
    while (!failed() && !at(']')) {
      if (!items.empty()) expect(',');
      read(items.emplace_back());
      skip_space();
    }
    expect(']');
  }
  template <typename T>
  void read(T& object) {
    expect('{');
    first_ = true;
    if constexpr (std::same_as<T, Tables>) read_version();
    describe(*this, object);
    expect('}');
    first_ = false;
  }

  Result<void> finish() {
    skip_space();
    if (!failed() && position_ < text_.size()) fail("expected the end");
    if (!failed()) return {};
    return Error(ErrorCode::corrupt,
                 fmt::format("tables kept as JSON: byte {}: {}", failed_at_, failure_));
  }

 private:
  void read_version() {
    i32 version = 0;
    member("version", version);
    if (version != json_version)
      fail(fmt::format("version {}; this Weir reads version {}", version, json_version));
  }

  void read_character(std::string& text) {
    if (position_ >= text_.size()) return fail("expected the end of a string");
    const char c = text_[position_];
    if (c != '\\') {
      if (static_cast<u8>(c) < 0x20) return fail("a control character in a string");
      text.push_back(c);
      ++position_;
      return;
    }
    constexpr std::string_view escapes = "\"\\/nrt";
    constexpr std::string_view meanings = "\"\\/\n\r\t";
    const auto which = escapes.find(position_ + 1 < text_.size() ? text_[position_ + 1] : '?');
    if (which == escapes.npos) return read_code_unit(text);
    text.push_back(meanings[which]);
    position_ += 2;
  }
  // The writer escapes control characters only.
  void read_code_unit(std::string& text) {
    u8 unit = 0;
    const char* digits = text_.data() + position_ + 4;
    if (rest().size() < 6 || !rest().starts_with("\\u00") ||
        std::from_chars(digits, digits + 2, unit, 16).ptr != digits + 2 || unit >= 0x80)
      return fail("an escape that is not written here");
    text.push_back(static_cast<char>(unit));
    position_ += 6;
  }

  void expect(char c) {
    skip_space();
    if (!at(c)) return fail(fmt::format("expected {}", c));
    ++position_;
  }
  void skip_space() {
    while (position_ < text_.size() && is_space(text_[position_])) ++position_;
  }
  bool at(char c) const { return position_ < text_.size() && text_[position_] == c; }
  std::string_view rest() const { return text_.substr(position_); }

  bool failed() const { return !failure_.empty(); }
  // Goes to the end, so that nothing more is found.
  void fail(std::string what) {
    if (failed()) return;
    failed_at_ = position_;
    failure_ = std::move(what);
    position_ = text_.size();
  }

  std::string_view text_;
  std::size_t position_ = 0;
  std::size_t failed_at_ = 0;
  std::string failure_;
  bool first_ = true;  // the next member is the first of its object
};

bool within(i32 index, std::size_t size) {
  return index >= 0 && static_cast<std::size_t>(index) < size;
}

bool all_within(const std::vector<i32>& indices, std::size_t size) {
  for (i32 index : indices)
    if (!within(index, size)) return false;
  return true;
}

// What points to another table or column points to one that is there.
bool refers_rightly(const Tables& tables, const Table& table) {
  const bool needs_entity = table.kind != TableKind::lookup;
  if (needs_entity && !within(table.entity, tables.entities.size())) return false;
  if (table.kind == TableKind::child && !within(table.parent, tables.tables.size())) return false;
  if (!all_within(table.key, table.columns.size())) return false;
  for (const TableColumn& column : table.columns) {
    const bool names_table =
        column.source == ColumnSource::parent_id || column.source == ColumnSource::lookup_ref;
    if (names_table && !within(column.table, tables.tables.size())) return false;
    if (column.source == ColumnSource::record_key && column.index < 0) return false;
  }
  return true;
}

bool refers_rightly(const Tables& tables) {
  for (const Entity& entity : tables.entities) {
    if (!within(entity.record_table, tables.tables.size())) return false;
    const Table& record = tables.tables[static_cast<std::size_t>(entity.record_table)];
    if (!all_within(entity.partition, record.columns.size())) return false;
    if (entity.history_table >= 0 && !within(entity.history_table, tables.tables.size()))
      return false;
  }
  for (const Table& table : tables.tables)
    if (!refers_rightly(tables, table)) return false;
  return true;
}

}  // namespace

std::string to_json(const Tables& tables) {
  Writer writer;
  writer.write(tables);
  return writer.take();
}

Result<Tables> tables_from_json(std::string_view json) {
  if (!is_valid_utf8(json))
    return Error(ErrorCode::corrupt, "tables kept as JSON: the text is not UTF-8");
  Tables tables;
  Reader reader(json);
  reader.read(tables);
  WEIR_TRY(reader.finish());
  if (!refers_rightly(tables))
    return Error(ErrorCode::corrupt, "tables kept as JSON: a number names no table or column");
  return tables;
}

}  // namespace weir
