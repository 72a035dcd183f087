// The suite of DuckDB's own ways as a target, and the tables of its tests.
//
// Threads: one at a time.
#pragma once

#include <fmt/format.h>

#include "weir/target/database_target.h"
#include "weir/target/duckdb/duck_connection.h"
#include "weir/target/target_suite_test.h"

namespace weir::target {

// item(id, n), item_part and item_history(id, deleted), where deletes are for ever.
inline Tables permanent_tables() {
  Tables tables = item_tables(WriteMode::replace_record);
  tables.entities[0].versioned = true;
  tables.entities[0].deletes = Deletes::permanent;
  tables.entities[0].history_table = 2;
  TableColumn id = stored_column("id", TypeKind::string);
  id.source = ColumnSource::record_key;
  id.index = 0;
  TableColumn deleted = stored_column("deleted", TypeKind::date);
  deleted.policy = MergePolicy::max;
  deleted.history_of = HistoryOf::deletes;
  tables.tables.push_back({.name = "item_history",
                           .kind = TableKind::history,
                           .entity = 0,
                           .parent = 0,
                           .key = {0},
                           .columns = {id, deleted}});
  return tables;
}

// One chunk of one part.
inline std::vector<Parts> permanent_chunk(const Tables& tables, const std::vector<Item>& items,
                                          const std::vector<std::string>& rejects = {}) {
  std::vector<Parts> chunks;
  PartBuilder& part = chunks.emplace_back().emplace_back(tables);
  for (const Item& item : items) {
    const i32 record = part.record(item.record);
    const Cell deleted = item.record.deleted ? Cell(i32{20000}) : Cell(nullptr);
    part.row("item_history", {record, deleted});
    if (item.record.deleted) continue;
    part.row("item", {record, item.record.key, item.n});
    for (const std::string& name : item.parts) part.row("item_part", {record, name});
  }
  for (const std::string& key : rejects) part.reject(1, key, "coerce", "<item/>");
  return chunks;
}

// A test of one file.
class DuckDbSuite : public TargetSuite {
 protected:
  std::filesystem::path file() const { return folder_ / GetParam().place; }
  std::string url_of(std::string_view schema) const {
    return url() + "?schema=" + std::string(schema);
  }

  // What a query of the file gives, as a person would ask it.
  std::vector<std::string> ask(const std::string& sql) {
    auto connection = DuckConnection::open(file(), {.read_only = true, .memory_bytes = 64 * MiB});
    EXPECT_TRUE(connection.ok()) << connection.error().message();
    EXPECT_TRUE((*connection)->execute("USE db").ok());
    auto texts = (*connection)->query_texts(sql);
    EXPECT_TRUE(texts.ok()) << texts.error().message();
    return *texts;
  }
  void tell(const std::string& sql) {
    auto connection = DuckConnection::open(file(), {.memory_bytes = 64 * MiB});
    ASSERT_TRUE(connection.ok()) << connection.error().message();
    const auto done = (*connection)->execute("USE db; " + sql);
    ASSERT_TRUE(done.ok()) << done.error().message();
  }

  // A run into a schema.
  void load_schema(std::string_view schema, const Tables& tables,
                   const std::vector<Parts>& chunks) {
    auto target = open_target(url_of(schema), Access::write);
    ASSERT_TRUE(target.ok()) << target.error().message();
    load_into(**target, next_run(tables), tables, chunks);
  }
  Rows read_schema(std::string_view schema, std::string_view table) {
    Rows rows;
    auto target = open_target(url_of(schema), Access::read);
    EXPECT_TRUE(target.ok()) << target.error().message();
    const auto done = (*target)->scan(table, {}, [&](const Batch& batch) {
      append_rows(batch, rows);
      return Result<void>();
    });
    EXPECT_TRUE(done.ok()) << done.error().message();
    std::ranges::sort(rows);
    return rows;
  }
  std::vector<std::string> reject_keys() {
    std::vector<std::string> keys;
    EXPECT_TRUE(open(Access::read)->rejects([&](const flow::RejectRow& row) {
      keys.push_back(row.key);
      return Result<void>();
    }));
    return keys;
  }
};

inline std::vector<Item> many_items(i32 count, i64 version) {
  std::vector<Item> items;
  for (i32 i = 0; i < count; ++i)
    items.push_back({{fmt::format("key {}", i), version}, i, {"a", "b"}});
  return items;
}

}  // namespace weir::target
