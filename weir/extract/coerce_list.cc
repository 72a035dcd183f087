// The coercer of list<string>.
#include "weir/base/bytes.h"
#include "weir/extract/coerce_rules.h"

namespace weir::extract {

namespace {

// Cuts a text at each of some characters; a character may be of several bytes.
class Splitter {
 public:
  explicit Splitter(std::string_view characters) {
    while (!characters.empty()) {
      const i64 bytes = std::max<i64>(utf8_character_bytes(characters), 1);
      const std::string_view character = characters.substr(0, static_cast<std::size_t>(bytes));
      firsts_[static_cast<u8>(character.front())] = true;
      characters_.emplace_back(character);
      characters.remove_prefix(character.size());
    }
  }

  // The part that `rest` begins with; `rest` becomes what stands behind its separator.
  std::string_view take(std::string_view& rest) const {
    for (std::size_t i = 0; i < rest.size(); ++i) {
      const std::size_t bytes = separator_bytes(rest.substr(i));
      if (bytes == 0) continue;
      const std::string_view part = rest.substr(0, i);
      rest.remove_prefix(i + bytes);
      return part;
    }
    return std::exchange(rest, {});
  }
  // At most so many parts: separators of several bytes are counted too often.
  i64 most_parts(std::string_view text) const {
    i64 parts = 1;
    for (const char c : text) parts += firsts_[static_cast<u8>(c)];
    return parts;
  }

 private:
  std::size_t separator_bytes(std::string_view text) const {
    if (!firsts_[static_cast<u8>(text.front())]) return 0;
    for (const std::string& character : characters_)
      if (text.starts_with(character)) return character.size();
    return 0;
  }

  std::array<bool, 256> firsts_{};
  std::vector<std::string> characters_;
};

class ListCoercer final : public Coercer {
 public:
  ListCoercer(std::unique_ptr<const Coercer> item, std::string_view separator, bool null_items)
      : item_(std::move(item)),
        splitter_(separator),
        splits_(!separator.empty()),
        null_items_(null_items) {}

  CoerceStatus coerce(const RawValue& raw, Value& out, Scratch& scratch) const override {
    const std::span<const RawValue> found = raw.items.empty() ? std::span(&raw, 1) : raw.items;
    if (raw.items.empty() && (raw.kind == RawKind::missing || raw.kind == RawKind::null))
      return CoerceStatus::null;
    i64 most = 0;
    for (const RawValue& one : found) most += splits(one) ? splitter_.most_parts(one.text) : 1;
    Items items{scratch.items(most)};
    for (const RawValue& one : found)
      if (!(splits(one) ? add_parts(one, items, scratch) : add(one, null_items_, items, scratch)))
        return CoerceStatus::bad;
    if (items.count == 0) return CoerceStatus::null;
    out.null = false;
    out.items = items.room.first(items.count);
    return CoerceStatus::ok;
  }

  std::string explain(const RawValue& raw) const override {
    Scratch scratch;
    Value value;
    for (const RawValue& one : raw.items)
      if (coerce(RawValue{.kind = one.kind, .text = one.text, .items = {}}, value, scratch) ==
          CoerceStatus::bad)
        return explain(one);
    if (!splits(raw)) return item_->explain(raw);
    std::string_view rest = raw.text;
    while (!rest.empty()) {
      const RawValue part{
          .kind = RawKind::text, .text = trimmed(splitter_.take(rest)), .items = {}};
      if (item_->coerce(part, value, scratch) == CoerceStatus::bad) return item_->explain(part);
    }
    return item_->explain(raw);
  }

 private:
  struct Items {
    std::span<Value::Item> room;
    std::size_t count = 0;
  };

  bool splits(const RawValue& raw) const {
    return splits_ && raw.kind == RawKind::text && !raw.in_list;
  }

  bool add_parts(const RawValue& raw, Items& items, Scratch& scratch) const {
    std::string_view rest = raw.text;
    if (null_items_ && trimmed(rest).empty()) return add(raw, true, items, scratch);
    while (!rest.empty()) {
      const std::string_view part = trimmed(splitter_.take(rest));
      if (part.empty()) continue;
      const RawValue one{.kind = RawKind::text, .text = part, .items = {}};
      if (!add(one, false, items, scratch)) return false;
    }
    return true;
  }

  // False: bad.
  bool add(const RawValue& raw, bool keeps_null, Items& items, Scratch& scratch) const {
    Value value;
    const CoerceStatus status = item_->coerce(raw, value, scratch);
    if (status == CoerceStatus::ok)
      items.room[items.count++] = {.text = value.text, .null = false};
    else if (status == CoerceStatus::null && keeps_null)
      items.room[items.count++] = {.text = {}, .null = true};
    return status == CoerceStatus::ok || status == CoerceStatus::null;
  }

  std::unique_ptr<const Coercer> item_;
  Splitter splitter_;
  bool splits_;
  bool null_items_;
};

}  // namespace

CoercerResult make_list_coercer(const CoerceSpec& spec, std::unique_ptr<const Coercer> item) {
  const std::string separator = spec.options.separator.value_or(spec.split_by_default ? "," : "");
  return std::unique_ptr<const Coercer>(std::make_unique<ListCoercer>(
      std::move(item), separator, spec.options.null_items.value_or(false)));
}

}  // namespace weir::extract
