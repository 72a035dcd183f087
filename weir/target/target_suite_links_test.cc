// Rows that depend on one another: lookups, surrogates, nested rows, histories.
#include <fmt/format.h>

#include <algorithm>

#include "weir/target/target_suite_test.h"

namespace weir::target {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

using Row = std::vector<std::string>;

TableColumn column(std::string name, ColumnSource source, i32 table) {
  return {.name = std::move(name), .type = {TypeKind::int64}, .source = source, .table = table};
}

Table lookup_table(std::string name, std::vector<TableColumn> columns, std::vector<i32> key) {
  columns.insert(columns.begin(), column("id", ColumnSource::surrogate, -1));
  return {.name = std::move(name),
          .kind = TableKind::lookup,
          .key = std::move(key),
          .columns = std::move(columns)};
}

// publisher(id, name); imprint(id, publisher_id, name, first_year); comic(key, imprint_id).
Tables comic_tables() {
  Tables tables;
  tables.entities.push_back(
      {.name = "comic", .write = WriteMode::replace_record, .record_table = 2});
  tables.tables.push_back(
      lookup_table("publisher", {stored_column("name", TypeKind::string)}, {1}));
  TableColumn year = stored_column("first_year", TypeKind::int32);
  year.policy = MergePolicy::min;
  tables.tables.push_back(lookup_table("imprint",
                                       {column("publisher_id", ColumnSource::lookup_ref, 0),
                                        stored_column("name", TypeKind::string), year},
                                       {1, 2}));
  tables.tables.push_back({.name = "comic",
                           .kind = TableKind::record,
                           .entity = 0,
                           .key = {0},
                           .columns = {stored_column("key", TypeKind::string),
                                       column("imprint_id", ColumnSource::lookup_ref, 1)}});
  return tables;
}

struct Comic {
  std::string key;
  std::string publisher;
  std::string imprint;
  i32 year = 0;
};

// Lookup rows are given once a comic: the target has to find those that are the same.
std::vector<Parts> comic_chunks(const Tables& tables, const std::vector<Comic>& comics) {
  std::vector<Parts> chunks;
  for (const Comic& comic : comics) {
    chunks.emplace_back().emplace_back(tables);
    PartBuilder& part = chunks.back().back();
    const i32 record = part.record({comic.key});
    const i32 publisher = part.row("publisher", {comic.publisher});
    const i32 imprint = part.row("imprint", {publisher, comic.imprint, comic.year});
    part.row("comic", {record, comic.key, imprint});
  }
  return chunks;
}

// The id of the only row whose `column` is `text`.
std::string id_of(const Rows& rows, std::size_t column, const std::string& text) {
  for (const Row& row : rows)
    if (row[column] == text) return row[0];
  return "none";
}

TEST_P(TargetSuite, EqualLookupRowsAreOneRow) {
  const Tables tables = comic_tables();
  load(tables, comic_chunks(tables, {{"c1", "P", "I", 1990},
                                     {"c2", "P", "I", 1985},
                                     {"c3", "P", "J", 2000},
                                     {"c4", "Q", "I", 2001}}));
  const Rows publishers = read("publisher");
  const std::string p = id_of(publishers, 1, "P");
  const std::string q = id_of(publishers, 1, "Q");
  EXPECT_EQ(publishers.size(), 2);
  EXPECT_THAT(read("imprint", {"publisher_id", "name", "first_year"}),
              UnorderedElementsAre(Row{p, "I", "1985"}, Row{p, "J", "2000"}, Row{q, "I", "2001"}));
}

TEST_P(TargetSuite, LinksPointToTheirLookupRowInEveryRun) {
  const Tables tables = comic_tables();
  load(tables, comic_chunks(tables, {{"c1", "P", "I", 1990}}));
  load(tables, comic_chunks(tables, {{"c2", "P", "I", 1985}, {"c3", "P", "J", 1985}}));
  const Rows imprints = read("imprint");
  EXPECT_THAT(read("comic"),
              ElementsAre(Row{"c1", id_of(imprints, 2, "I")}, Row{"c2", id_of(imprints, 2, "I")},
                          Row{"c3", id_of(imprints, 2, "J")}));
  EXPECT_THAT(read("imprint", {"name", "first_year"}),
              ElementsAre(Row{"I", "1985"}, Row{"J", "1985"}));
}

TEST_P(TargetSuite, LookupRowsThatNothingUsesGoAtTheEnd) {
  const Tables tables = comic_tables();
  load(tables, comic_chunks(tables, {{"c1", "P", "I", 1990}, {"c2", "Q", "J", 1990}}));
  load(tables, comic_chunks(tables, {{"c1", "Q", "J", 1990}}));
  EXPECT_THAT(read("imprint", {"name"}), ElementsAre(Row{"J"}));
  EXPECT_THAT(read("publisher", {"name"}), ElementsAre(Row{"Q"}));
}

TEST_P(TargetSuite, LookupRowsOfRecordsThatLostAreNotKept) {
  const Tables tables = comic_tables();
  load(tables, comic_chunks(tables, {{"c1", "P", "I", 1990}, {"c1", "Q", "J", 1990}}));
  EXPECT_THAT(read("publisher", {"name"}), ElementsAre(Row{"Q"}));
}

TEST_P(TargetSuite, AKeptLookupKeepsItsRows) {
  Tables tables = comic_tables();
  tables.tables[0].keep = true;
  load(tables, comic_chunks(tables, {{"c1", "P", "I", 1990}}));
  load(tables, comic_chunks(tables, {{"c1", "Q", "J", 1990}}));
  EXPECT_THAT(read("publisher", {"name"}), ElementsAre(Row{"P"}, Row{"Q"}));
}

TEST_P(TargetSuite, ALookupRowIsFoundByAKeyThatIsPartlyNull) {
  const Tables tables = comic_tables();
  for (i32 run = 0; run < 2; ++run) {
    std::vector<Parts> chunks;
    chunks.emplace_back().emplace_back(tables);
    PartBuilder& part = chunks.back().back();
    const i32 record = part.record({"c1"});
    const i32 imprint = part.row("imprint", {nullptr, std::string("I"), 1990 + run});
    part.row("comic", {record, std::string("c1"), imprint});
    load(tables, chunks);
  }
  EXPECT_THAT(read("imprint", {"publisher_id", "name", "first_year"}),
              ElementsAre(Row{"NULL", "I", "1990"}));
}

// box(id, key) with the surrogate `id`; layer(box_id, layer_id, name) and, nested in it,
// slot(box_id, layer_id, name).
Tables box_tables() {
  Tables tables;
  tables.entities.push_back({.name = "box", .write = WriteMode::replace_record, .record_table = 0});
  tables.tables.push_back({.name = "box",
                           .kind = TableKind::record,
                           .entity = 0,
                           .key = {1},
                           .columns = {column("id", ColumnSource::surrogate, -1),
                                       stored_column("key", TypeKind::string)}});
  tables.tables.push_back({.name = "layer",
                           .kind = TableKind::child,
                           .entity = 0,
                           .parent = 0,
                           .columns = {column("box_id", ColumnSource::parent_id, 0),
                                       column("layer_id", ColumnSource::surrogate, -1),
                                       stored_column("name", TypeKind::string)}});
  tables.tables.push_back({.name = "slot",
                           .kind = TableKind::child,
                           .entity = 0,
                           .parent = 1,
                           .columns = {column("box_id", ColumnSource::parent_id, 0),
                                       column("layer_id", ColumnSource::parent_id, 1),
                                       stored_column("name", TypeKind::string)}});
  return tables;
}

// Each box has two layers, and each of those a slot, named after the key.
std::vector<Parts> box_chunks(const Tables& tables, const std::vector<std::string>& keys,
                              std::size_t per_chunk) {
  std::vector<Parts> chunks;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i % per_chunk == 0) chunks.emplace_back().emplace_back(tables);
    PartBuilder& part = chunks.back().back();
    const i32 record = part.record({keys[i]});
    part.row("box", {record, keys[i]});
    for (const char* name : {"top", "low"}) {
      const i32 layer = part.row("layer", {record, keys[i] + name});
      part.row("slot", {record, layer, keys[i] + name});
    }
  }
  return chunks;
}

// Where every row is by names alone: "box layer slot".
Rows joined_slots(const Rows& boxes, const Rows& layers, const Rows& slots) {
  Rows joined;
  for (const Row& slot : slots)
    for (const Row& layer : layers)
      for (const Row& box : boxes)
        if (slot[0] == box[0] && slot[1] == layer[1] && layer[0] == box[0])
          joined.push_back({box[1], layer[2], slot[2]});
  return joined;
}

TEST_P(TargetSuite, NestedRowsCarryTheNumbersOfTheRowsTheyAreIn) {
  const Tables tables = box_tables();
  for (const std::size_t per_chunk : {1U, 2U, 3U}) {
    remove_target();
    load(tables, box_chunks(tables, {"a", "b", "c"}, per_chunk));
    EXPECT_THAT(joined_slots(read("box"), read("layer"), read("slot")),
                UnorderedElementsAre(Row{"a", "atop", "atop"}, Row{"a", "alow", "alow"},
                                     Row{"b", "btop", "btop"}, Row{"b", "blow", "blow"},
                                     Row{"c", "ctop", "ctop"}, Row{"c", "clow", "clow"}));
  }
}

TEST_P(TargetSuite, SurrogatesAreNeverGivenTwice) {
  const Tables tables = box_tables();
  load(tables, box_chunks(tables, {"a"}, 1));
  std::vector<std::string> seen;
  for (const Row& row : read("layer")) seen.push_back(row[1]);
  load(tables, box_chunks(tables, {"a"}, 1));
  for (const Row& row : read("layer")) {
    EXPECT_THAT(seen, ::testing::Not(::testing::Contains(row[1])));
    seen.push_back(row[1]);
  }
  EXPECT_THAT(joined_slots(read("box"), read("layer"), read("slot")),
              UnorderedElementsAre(Row{"a", "atop", "atop"}, Row{"a", "alow", "alow"}));
}

TEST_P(TargetSuite, ARecordThatIsReplacedLosesItsNestedRows) {
  const Tables tables = box_tables();
  load(tables, box_chunks(tables, {"a", "b"}, 2));
  std::vector<Parts> chunks;
  chunks.emplace_back().emplace_back(tables);
  PartBuilder& part = chunks.back().back();
  part.row("box", {part.record({"a"}), std::string("a")});
  load(tables, chunks);
  EXPECT_EQ(read("box").size(), 2);
  EXPECT_THAT(read("slot", {"name"}), ElementsAre(Row{"blow"}, Row{"btop"}));
}

// item(id, n), item_part, and item_history(id, first_seen min, deleted max of deletes).
Tables history_tables() {
  Tables tables = item_tables(WriteMode::replace_record);
  tables.entities[0].versioned = true;
  tables.entities[0].history_table = 2;
  TableColumn id = stored_column("id", TypeKind::string);
  id.source = ColumnSource::record_key;
  id.index = 0;
  TableColumn seen = stored_column("first_seen", TypeKind::date);
  seen.policy = MergePolicy::min;
  TableColumn deleted = stored_column("last_deleted", TypeKind::timestamp);
  deleted.policy = MergePolicy::max;
  deleted.history_of = HistoryOf::deletes;
  tables.tables.push_back({.name = "item_history",
                           .kind = TableKind::history,
                           .entity = 0,
                           .parent = 0,
                           .key = {0},
                           .columns = {id, seen, deleted}});
  return tables;
}

std::vector<Parts> history_chunks(const Tables& tables, const std::vector<Item>& items,
                                  std::size_t per_chunk) {
  std::vector<Parts> chunks;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i % per_chunk == 0) chunks.emplace_back().emplace_back(tables);
    PartBuilder& part = chunks.back().back();
    const RecordSpec& spec = items[i].record;
    const i32 record = part.record(spec);
    if (!spec.deleted) part.row("item", {record, spec.key, items[i].n});
    const Cell deleted = spec.deleted ? Cell(spec.version * 500'000) : Cell(nullptr);
    part.row("item_history", {record, static_cast<i32>(spec.version), deleted});
  }
  return chunks;
}

TEST_P(TargetSuite, AHistoryFoldsAllVersionsOfAKeyInAnyOrder) {
  const Tables tables = history_tables();
  const std::vector<Item> items = {{{"a", 4}, 4, {}},        {{"a", 3, true}, 0, {}},
                                   {{"b", 9}, 9, {}},        {{"a", 2}, 2, {}},
                                   {{"b", 11, true}, 0, {}}, {{"b", 10, true}, 0, {}}};
  for (const std::size_t per_chunk : {1U, 2U, 6U}) {
    for (const bool reversed : {false, true}) {
      remove_target();
      std::vector<Item> ordered = items;
      if (reversed) std::ranges::reverse(ordered);
      load(tables, history_chunks(tables, ordered, per_chunk));
      EXPECT_THAT(read("item"), ElementsAre(Row{"a", "4"}));
      // 5.5 seconds come after 5 seconds, though not as texts.
      EXPECT_THAT(read("item_history"),
                  ElementsAre(Row{"a", "1970-01-03", "1970-01-01T00:00:01.500000Z"},
                              Row{"b", "1970-01-10", "1970-01-01T00:00:05.500000Z"}));
    }
  }
}

TEST_P(TargetSuite, AHistoryOutlivesItsRecordAndGrowsFromRunToRun) {
  const Tables tables = history_tables();
  load(tables, history_chunks(tables, {{{"a", 4}, 4, {}}}, 1));
  load(tables, history_chunks(tables, {{{"a", 6, true}, 0, {}}, {{"a", 2}, 2, {}}}, 1));
  EXPECT_THAT(read("item"), IsEmpty());
  EXPECT_THAT(read("item_history"), ElementsAre(Row{"a", "1970-01-03", "1970-01-01T00:00:03Z"}));
}

}  // namespace
}  // namespace weir::target
