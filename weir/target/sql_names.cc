#include "weir/target/sql_names.h"

#include <fmt/format.h>

#include <charconv>

#include "weir/base/bytes.h"
#include "weir/target/stored_names.h"

namespace weir::target {
namespace {

constexpr std::string_view schema_option = "schema=";

std::string decode_percent(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view digits = text.substr(i + 1, 2);
    u8 byte = 0;
    const bool escaped =
        text[i] == '%' && digits.size() == 2 &&
        std::from_chars(digits.data(), digits.data() + 2, byte, 16).ptr == digits.data() + 2;
    decoded += escaped ? static_cast<char>(byte) : text[i];
    if (escaped) i += 2;
  }
  return decoded;
}

}  // namespace

Result<DatabasePlace> split_schema(std::string_view place) {
  const auto query = place.rfind('?');
  DatabasePlace split{.place = std::string(place.substr(0, query))};
  if (query == place.npos) return split;

  char separator = '?';
  bool named = false;
  for (std::string_view left = place.substr(query + 1);;) {
    const auto end = left.find('&');
    const std::string_view option = left.substr(0, end);
    if (option.starts_with(schema_option)) {
      if (named)
        return Error(ErrorCode::usage,
                     fmt::format("\"{}\" names two schemas; name one", printable(place)));
      named = true;
      split.schema = decode_percent(option.substr(schema_option.size()));
    } else {
      split.place += separator;
      split.place += option;
      separator = '&';
    }
    if (end == left.npos) break;
    left.remove_prefix(end + 1);
  }
  if (named && split.schema.empty())
    return Error(ErrorCode::usage, fmt::format("\"{}\" names no schema behind \"schema=\"; write "
                                               "its name there, or leave the option out",
                                               printable(place)));
  return split;
}

std::string qualified(std::string_view schema, std::string_view table) {
  return db::quote_name(schema) + "." + db::quote_name(table);
}

std::string name_list(const Schema& schema, std::string_view prefix) {
  std::string list;
  for (const Field& field : schema.fields)
    list += fmt::format("{}{}{}", list.empty() ? "" : ", ", prefix, db::quote_name(field.name));
  return list;
}

std::string name_list(const Schema& schema, const std::vector<i32>& columns,
                      std::string_view prefix) {
  return name_list(pick_fields(schema, columns), prefix);
}

}  // namespace weir::target
