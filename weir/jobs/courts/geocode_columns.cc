#include "weir/jobs/courts/geocode_columns.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/base/key_encoding.h"
#include "weir/jobs/courts/geocode_type.h"
#include "weir/target/record_keys.h"

namespace weir::courts {

namespace {

using extract::ComputedDecl;
using extract::TableDecl;

std::string_view text_of(const Column& column, i64 row) {
  return column.is_null(row) ? std::string_view() : column.text_at(row);
}

const ComputedDecl* find_geocode(const TableDecl& table) {
  const auto at = std::ranges::find(table.computed, geocode_type_name, &ComputedDecl::type);
  return at == table.computed.end() ? nullptr : &*at;
}

class ColumnFinder {
 public:
  ColumnFinder(const TableDecl& declared, const ComputedDecl& geocode, const Tables& tables)
      : declared_(declared), geocode_(geocode), tables_(tables) {}

  Result<GeocodeColumns> find() {
    found_.name = declared_.table.empty() ? declared_.name : declared_.table;
    found_.table = static_cast<i32>(tables_.find(found_.name));
    if (found_.table < 0)
      return Error(ErrorCode::not_found, fmt::format("there is no table {}", found_.name));
    WEIR_ASSERT(geocode_.of.size() == 3 && geocode_.into.size() == result_count);
    schema_ = tables_.stored_schema(found_.table);
    WEIR_ASSIGN(found_.street, column(geocode_.of[0]));
    WEIR_ASSIGN(found_.city, column(geocode_.of[1]));
    WEIR_ASSIGN(found_.postal_code, column(geocode_.of[2]));
    found_.state = static_cast<i32>(schema_.find("state"));
    for (std::size_t i = 0; i < result_count; ++i) {
      WEIR_ASSIGN(found_.results[i], column(geocode_.into[i]));
    }
    found_.key = target::record_key_columns(tables_, found_.table);
    if (found_.key.empty())
      return Error(ErrorCode::declaration,
                   fmt::format("table {}: geocoding needs the record's key in its rows, not a "
                               "surrogate",
                               found_.name));
    WEIR_TRY(find_points());
    find_own();
    return std::move(found_);
  }

 private:
  Result<i32> column(const std::string& field) const {
    const i64 at = schema_.find(field);
    if (at >= 0) return static_cast<i32>(at);
    return Error(ErrorCode::declaration,
                 fmt::format("table {}: field \"{}\" of \"{}\" is not stored", found_.name, field,
                             geocode_type_name));
  }

  Result<void> find_points() {
    const std::vector<std::string> of = {geocode_.into[result_lon], geocode_.into[result_lat]};
    for (const ComputedDecl& computed : declared_.computed) {
      if (computed.type != "Point" || computed.of != of) continue;
      WEIR_ASSIGN(const i32 point, column(computed.into.front()));
      found_.points.push_back(point);
    }
    return {};
  }

  void find_own() {
    const Table& table = tables_.tables[static_cast<std::size_t>(found_.table)];
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const auto at = static_cast<i32>(i);
      const TableColumn& one = table.columns[i];
      const bool is_late = std::ranges::find(found_.results, at) != found_.results.end();
      if (one.source == ColumnSource::stored && one.type.kind == TypeKind::string && !is_late &&
          std::ranges::find(found_.key, at) == found_.key.end())
        found_.own.push_back(at);
    }
  }

  const TableDecl& declared_;
  const ComputedDecl& geocode_;
  const Tables& tables_;
  Schema schema_;
  GeocodeColumns found_;
};

}  // namespace

Result<GeocodeColumns> GeocodeColumns::of(const extract::Declaration& declaration,
                                          const Tables& tables) {
  for (const extract::EntityDecl& entity : declaration.entities) {
    std::vector<const TableDecl*> declared = extract::child_tables(entity.record);
    declared.insert(declared.begin(), &entity.record);
    for (const TableDecl* table : declared)
      if (const ComputedDecl* geocode = find_geocode(*table))
        return ColumnFinder(*table, *geocode, tables).find();
  }
  return Error(ErrorCode::declaration,
               fmt::format("{}: no table has a computed field of type \"{}\"", declaration.file,
                           geocode_type_name));
}

Address GeocodeColumns::address(const Batch& rows, i64 row) const {
  const auto text = [&](i32 column) {
    return column < 0 ? std::string_view()
                      : text_of(rows.columns[static_cast<std::size_t>(column)], row);
  };
  return {text(street), text(city), text(state), text(postal_code)};
}

void GeocodeColumns::append_own(const Batch& rows, i64 row, std::string& out) const {
  for (const i32 column : own)
    encode_key_part(rows.columns[static_cast<std::size_t>(column)], row, out);
}

void GeocodeColumns::encode_key(const Batch& rows, i64 row, std::string& out) const {
  out.clear();
  for (const i32 column : key)
    encode_key_part(rows.columns[static_cast<std::size_t>(column)], row, out);
  append_own(rows, row, out);
}

void encode_address(const Address& address, std::string& out) {
  out.clear();
  for (const std::string_view text :
       {address.street, address.city, address.state, address.postal_code})
    encode_text(text, out);
}

}  // namespace weir::courts
