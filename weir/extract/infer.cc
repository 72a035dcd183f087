#include "weir/extract/infer.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/extract/infer_members.h"
#include "weir/extract/infer_read.h"

namespace weir::extract {
namespace {

using Steps = std::vector<const InferredMember*>;

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "FiledDate" -> "filed_date", "4217" -> "n4217": a name that a column or table may have.
std::string plain_name(std::string_view name) {
  std::string plain;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = ascii_lower(name[i]);
    const bool starts_word = is_upper(name[i]) && i > 0 && !is_upper(name[i - 1]);
    const bool fits = is_letter(c) || is_digit(c);
    if ((starts_word || !fits) && !plain.empty() && plain.back() != '_') plain += '_';
    if (fits) plain += c;
  }
  while (plain.ends_with('_')) plain.pop_back();
  if (plain.empty()) plain = "value";
  if (is_digit(plain.front())) plain.insert(0, "n");
  if (plain == "run_date" || plain.starts_with("weir_")) plain.insert(0, "the_");
  return plain;
}

// `name`, or the first of name_2, name_3, ... that is not in `used`; it is then.
std::string unused(std::string name, std::vector<std::string>& used) {
  const std::string wanted = name;
  for (i64 i = 2; std::ranges::find(used, name) != used.end(); ++i)
    name = fmt::format("{}_{}", wanted, i);
  used.push_back(name);
  return name;
}

// A TOML text.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<u8>(c) < 0x20 || c == 0x7F)
      out += fmt::format("\\u{:04X}", static_cast<u8>(c));
    else
      out += c;
  }
  return out + '"';
}

bool needs_list(std::string_view name) {
  return name.empty() || name.find_first_of(".{}*^") != name.npos || name.front() == '@' ||
         name.front() == '#' || name.front() == '_' || trim(name).size() != name.size();
}

// The path as TOML, or nothing where it cannot be written: an attribute below a name with a dot.
std::optional<std::string> path_toml(const Steps& steps, std::string_view last) {
  bool list = false;
  bool attribute = !last.empty();
  for (const InferredMember* step : steps) {
    attribute = attribute || step->is_attribute;
    list = list || needs_list(step->name);
  }
  if (list && attribute) return std::nullopt;
  std::string path;
  for (const InferredMember* step : steps) {
    if (!path.empty()) path += list ? ", " : ".";
    path += list ? quoted(step->name) : (step->is_attribute ? "@" : "") + step->name;
  }
  if (!last.empty()) path += path.empty() ? std::string(last) : fmt::format(".{}", last);
  return list ? fmt::format("[{}]", path) : quoted(path);
}

struct InferredField {
  std::string name;
  std::string path;  // TOML
  const ValueSummary* value = nullptr;
  bool may_be_key = false;
};

struct InferredTable {
  std::string name;
  std::string each;  // TOML
  std::vector<InferredField> fields;
  std::vector<InferredTable> tables;
};

// Turns the tree below a record into tables.
class TableMaker {
 public:
  TableMaker(const InferredMember& record, std::string name) : record_(record) {
    table_.name = unused(std::move(name), table_names_);
    collect(record, {}, table_);
  }

  InferredTable take() && { return std::move(table_); }

 private:
  void collect(const InferredMember& member, const Steps& above, InferredTable& table) {
    for (const auto& child : member.children) {
      Steps steps = above;
      steps.push_back(child.get());
      if (child->repeats()) {
        add_table(*child, steps, table);
        continue;
      }
      if (child->children.empty() || child->value.count() > 0)
        add_field(*child, steps, "", child->name, table);
      collect(*child, steps, table);
    }
  }

  void add_table(const InferredMember& member, const Steps& steps, InferredTable& above) {
    const auto each = path_toml(steps, "");
    if (!each) return;
    InferredTable table;
    table.name = unused(plain_name(member.name), table_names_);
    table.each = *each;
    if (member.children.empty() || member.value.count() > 0)
      add_field(member, {}, "#text", member.name, table);
    collect(member, {}, table);
    above.tables.push_back(std::move(table));
  }

  void add_field(const InferredMember& member, const Steps& steps, std::string_view last,
                 std::string_view name, InferredTable& table) {
    const auto path = path_toml(steps, last);
    if (!path) return;
    std::vector<std::string> used;
    for (const InferredField& field : table.fields) used.push_back(field.name);
    std::string plain = plain_name(name);
    const bool taken = std::ranges::find(used, plain) != used.end();
    if (taken && steps.size() > 1) plain = plain_name(steps[steps.size() - 2]->name + "_" + plain);
    const bool may_be_key = &table == &table_ && record_.count > 1 && member.value.all_differ() &&
                            member.value.count() == record_.count &&
                            member.value.type().kind != TypeKind::float64;
    table.fields.push_back({unused(plain, used), *path, &member.value, may_be_key});
  }

  const InferredMember& record_;
  std::vector<std::string> table_names_;
  InferredTable table_;
};

// The shallowest members below `member` that repeat.
void find_repeating(const InferredMember& member, Steps& steps, std::vector<Steps>& found) {
  for (const auto& child : member.children) {
    steps.push_back(child.get());
    if (child->repeats() && !child->is_attribute) {
      found.push_back(steps);
    } else {
      find_repeating(*child, steps, found);
    }
    steps.pop_back();
  }
}

// Where records are: the member that repeats and holds at least half of all values; nothing where
// the whole document is one record.
Steps record_steps(const InferredMember& root) {
  if (root.children.size() == 1 && root.children.front()->name.empty())
    return {root.children.front().get()};
  Steps steps;
  std::vector<Steps> found;
  find_repeating(root, steps, found);
  const Steps* heaviest = nullptr;
  for (const Steps& candidate : found) {
    if (heaviest == nullptr || candidate.back()->weight() > heaviest->back()->weight())
      heaviest = &candidate;
  }
  const bool holds_half = heaviest != nullptr && 2 * heaviest->back()->weight() >= root.weight() &&
                          path_toml(*heaviest, "").has_value();
  return holds_half ? *heaviest : Steps{};
}

class Writer {
 public:
  Writer(const InferredTable& table, const InferredField* key) : table_(table), key_(key) {}

  std::string entity() {
    out_ = fmt::format("\n[entity.{}]\n", table_.name);
    if (key_ != nullptr) {
      above_ = key_->name;
      out_ += fmt::format("key   = [\"{}\"]\nwrite = \"{}\"\n", key_->name,
                          table_.tables.empty() ? "upsert" : "replace_record");
    } else {
      if (!table_.tables.empty()) add_surrogate();
      out_ += "write = \"append\"   # no member differs in all records: there is no key yet\n";
    }
    out_ += fmt::format("\n[entity.{}.fields]\n", table_.name);
    write_fields(table_, {});
    for (const InferredTable& child : table_.tables)
      write_table(child, fmt::format("entity.{}", table_.name));
    return std::move(out_);
  }

 private:
  void add_surrogate() {
    std::vector<std::string> used;
    for (const InferredField& field : table_.fields) used.push_back(field.name);
    const std::string surrogate = unused("id", used);
    above_ = surrogate == "id" ? table_.name + "_id" : surrogate;
    out_ += fmt::format("surrogate = \"{}\"\n", surrogate);
  }

  // `taken`: the name of a column that comes from above.
  void write_fields(const InferredTable& table, std::string_view taken) {
    std::vector<std::string> used{std::string(taken)};
    for (const InferredField& field : table.fields) {
      const std::string name = unused(field.name, used);
      std::string line = fmt::format("{} = {{ type = \"{}\"", name, to_string(field.value->type()));
      if (field.path != quoted(name)) line += ", path = " + field.path;
      if (&field == key_) line += ", required = true";
      line += " }";
      if (field.may_be_key && &field != key_) line += "   # a candidate for the key: all differ";
      out_ += line + "\n";
    }
  }

  void write_table(const InferredTable& table, const std::string& owner) {
    const std::string name = fmt::format("{}.tables.{}", owner, table.name);
    out_ += fmt::format("\n[{}]\neach = {}\n", name, table.each);
    if (!table.fields.empty()) {
      out_ += fmt::format("[{}.fields]\n", name);
      write_fields(table, above_);
    }
    for (const InferredTable& child : table.tables) write_table(child, name);
  }

  const InferredTable& table_;
  const InferredField* key_;
  std::string above_;  // the column by which child rows refer to the record
  std::string out_;
};

// The first candidate, or one that is called as keys are.
const InferredField* choose_key(const InferredTable& table) {
  const InferredField* chosen = nullptr;
  for (const InferredField& field : table.fields) {
    if (!field.may_be_key) continue;
    const bool called_so = field.name == "id" || field.name == "key" || field.name == "code" ||
                           field.name.ends_with("_id") || field.name.ends_with("_key") ||
                           field.name.ends_with("_code");
    if (called_so) return &field;
    if (chosen == nullptr) chosen = &field;
  }
  return chosen;
}

std::string_view format_text(Format format) {
  switch (format) {
    case Format::json:
      return "json";
    case Format::ndjson:
      return "ndjson";
    case Format::csv:
      return "csv";
    default:
      return "xml";
  }
}

// The name of a file without folders and endings.
std::string stem(std::string_view location) {
  const std::size_t slash = location.find_last_of('/');
  if (slash != location.npos) location.remove_prefix(slash + 1);
  return std::string(location.substr(0, location.find('.')));
}

std::string source_text(std::span<const InferSample> samples, SampleFormat format,
                        const std::string& name, const Steps& record) {
  std::string out = fmt::format("[source.{}]\nentity = \"{}\"\nformat = \"{}\"\n", name, name,
                                format_text(format.format));
  std::string path = samples.front().location;
  if (samples.size() > 1) {
    path = "{";
    for (const InferSample& sample : samples)
      path += (path.size() > 1 ? "," : "") + sample.location;
    path += "}";
  }
  out += fmt::format("path   = {}\n", quoted(path));
  if (!record.empty() && !record.back()->name.empty())
    out += fmt::format("record = {}\n", *path_toml(record, ""));
  if (format.format == Format::csv && format.delimiter != ',')
    out += fmt::format("delimiter = {}\n", quoted({&format.delimiter, 1}));
  return out;
}

}  // namespace

Result<std::string> infer_declaration(std::span<const InferSample> samples,
                                      const InferOptions& options) {
  if (samples.empty()) return Error(ErrorCode::usage, "there is no sample to infer from");
  MemberCollector collector;
  std::optional<SampleFormat> format;
  for (const InferSample& sample : samples) {
    WEIR_ASSIGN(format, read_sample(sample, options.max_bytes, format, collector));
  }
  const Steps steps = record_steps(collector.root());
  const InferredMember& record = steps.empty() ? collector.root() : *steps.back();
  std::string name = options.name;
  if (name.empty()) name = record.name.empty() ? stem(samples.front().location) : record.name;
  name = plain_name(name);

  InferredTable table = TableMaker(record, name).take();
  if (table.fields.empty())  // an entity needs a field: the position of the record
    table.fields.push_back({"row", "\"_row\"", &record.value, false});
  std::string out =
      fmt::format("# Inferred from {}: a draft to be edited.\n",
                  samples.size() == 1 ? "a sample" : fmt::format("{} samples", samples.size()));
  out += source_text(samples, *format, name, steps);
  return out + Writer(table, choose_key(table)).entity();
}

}  // namespace weir::extract
