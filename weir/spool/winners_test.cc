#include "weir/spool/winners.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <random>

#include "weir/spool/parts_test.h"

namespace weir::spool {
namespace {

using ::testing::ElementsAre;
using enum Verdict;

Tables one_entity(Entity entity) {
  Tables tables;
  entity.name = "item";
  entity.record_table = 0;
  tables.entities.push_back(entity);
  tables.tables.push_back(
      {.name = "item", .entity = 0, .key = {0}, .columns = {test_column("id", TypeKind::string)}});
  return tables;
}

KnownVersions known_of(std::vector<KnownVersion> known) {
  return [known = std::move(known), at = std::size_t{0}](KnownVersion& out) mutable {
    if (at == known.size()) return Result<bool>(false);
    out = known[at++];
    return Result<bool>(true);
  };
}

struct Chosen {
  std::vector<std::vector<Verdict>> chunks;
  flow::RunCounts counts;
  std::vector<KnownVersion> versions;
};

// `chunks` of records, each of one part, dealt out to `spools` spools.
Chosen choose(const Tables& tables, const std::vector<std::vector<TestRecord>>& chunks,
              std::vector<KnownVersion> known = {}, std::size_t spool_count = 1,
              const std::vector<flow::InputRow>& inputs = {}) {
  const TestFolder folder;
  std::vector<std::unique_ptr<TestPart>> parts;
  std::vector<std::vector<std::vector<const TestPart*>>> dealt(spool_count);
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    parts.push_back(std::make_unique<TestPart>(tables));
    for (const TestRecord& record : chunks[i]) parts.back()->record(record);
    dealt[i * spool_count / chunks.size()].push_back({parts.back().get()});
  }
  std::vector<std::unique_ptr<Spool>> spools;
  std::vector<Spool*> pointers;
  for (std::size_t i = 0; i < spool_count; ++i) {
    spools.push_back(make_spool(folder.path() / std::to_string(i), tables, dealt[i], inputs));
    pointers.push_back(spools.back().get());
  }
  flow::MemoryBudget budget(64 * MiB);
  auto winners = choose_winners(pointers, known_of(std::move(known)), budget);
  WEIR_ASSERT(winners.ok());
  EXPECT_EQ(budget.used_bytes(), 0);

  Chosen chosen{.counts = (*winners)->counts()};
  for (std::size_t s = 0; s < spool_count; ++s)
    for (std::size_t c = 0; c < dealt[s].size(); ++c)
      chosen.chunks.push_back((*winners)->chunk(static_cast<i64>(s), static_cast<i64>(c)).value());
  auto versions = (*winners)->versions();
  for (KnownVersion version; *(*versions)(version);) chosen.versions.push_back(version);
  return chosen;
}

TestRecord record(std::string key, i64 version, i64 row, bool deleted = false) {
  return {.key = std::move(key), .version = encode(version), .deleted = deleted, .row = row};
}

KnownVersion known(std::string_view key, i64 version, bool deleted = false) {
  return {.key = encode(key), .version = encode(version), .deleted = deleted};
}

TEST(Winners, TheGreatestVersionWinsWhereverItStands) {
  const auto chosen = choose(one_entity({.write = WriteMode::upsert, .versioned = true}),
                             {{record("a", 3, 1), record("a", 1, 2)}, {record("a", 2, 3)}});
  EXPECT_THAT(chosen.chunks, ElementsAre(ElementsAre(wins_new, kept_out), ElementsAre(kept_out)));
  EXPECT_EQ(chosen.counts.created, 1);
  EXPECT_EQ(chosen.counts.unchanged, 2);
}

TEST(Winners, OfEqualVersionsTheLaterRecordWins) {
  TestRecord late = record("a", 1, 1);
  late.input = 1;
  const auto chosen = choose(one_entity({.write = WriteMode::upsert, .versioned = true}),
                             {{late}, {record("a", 1, 2), record("a", 1, 3)}});
  EXPECT_THAT(chosen.chunks, ElementsAre(ElementsAre(wins_new), ElementsAre(kept_out, kept_out)));
}

TEST(Winners, WithoutADeclaredVersionTheLastRecordWins) {
  const auto chosen = choose(one_entity({.write = WriteMode::upsert}),
                             {{record("a", 9, 1), record("a", 1, 2)}}, {{.key = encode("a")}});
  EXPECT_THAT(chosen.chunks, ElementsAre(ElementsAre(kept_out, wins_over_old)));
}

TEST(Winners, AKnownVersionIsReplacedByAnEqualOneAndKeepsOutALesser) {
  const auto tables = one_entity({.write = WriteMode::upsert, .versioned = true});
  EXPECT_THAT(choose(tables, {{record("a", 5, 1)}}, {known("a", 5)}).chunks,
              ElementsAre(ElementsAre(wins_over_old)));
  const auto kept = choose(tables, {{record("a", 4, 1)}}, {known("a", 5)});
  EXPECT_THAT(kept.chunks, ElementsAre(ElementsAre(kept_out)));
  EXPECT_EQ(kept.counts.unchanged, 1);
  EXPECT_EQ(kept.versions[0].version, encode(5));
}

TEST(Winners, RecordsThatAppendAllWin) {
  TestRecord keyless = record("", 1, 1);
  keyless.has_key = false;
  EXPECT_THAT(choose(one_entity({.write = WriteMode::upsert}), {{keyless, keyless}}).chunks,
              ElementsAre(ElementsAre(wins_new, wins_new)));
  EXPECT_THAT(
      choose(one_entity({.write = WriteMode::append}), {{record("a", 1, 1), record("a", 1, 2)}})
          .chunks,
      ElementsAre(ElementsAre(wins_new, wins_new)));
}

TEST(Winners, ADeletedKeyComesBackWithANewerVersion) {
  const auto chosen = choose(
      one_entity({.write = WriteMode::upsert, .versioned = true}),
      {{record("a", 2, 1, true), record("a", 3, 2), record("b", 1, 3, true)}}, {known("b", 1)});
  EXPECT_THAT(chosen.chunks, ElementsAre(ElementsAre(kept_out, wins_new, deletes)));
  EXPECT_EQ(chosen.counts.deleted, 1);
  EXPECT_FALSE(chosen.versions[0].deleted);
  EXPECT_TRUE(chosen.versions[1].deleted);
}

TEST(Winners, ADeleteOfWhatIsNotThereChangesNothingButIsRemembered) {
  const auto chosen =
      choose(one_entity({.write = WriteMode::upsert, .versioned = true}),
             {{record("a", 1, 1), record("a", 2, 2, true)}, {record("b", 2, 3, true)}},
             {known("b", 1, true)});
  EXPECT_THAT(chosen.chunks, ElementsAre(ElementsAre(kept_out, kept_out), ElementsAre(kept_out)));
  EXPECT_EQ(chosen.counts.deleted, 0);
  EXPECT_EQ(chosen.counts.unchanged, 3);
  EXPECT_EQ(chosen.versions[0].version, encode(2));
  EXPECT_TRUE(chosen.versions[0].deleted);
  EXPECT_EQ(chosen.versions[1].version, encode(2));
}

TEST(Winners, APermanentDeleteOutweighsEveryVersion) {
  const auto tables =
      one_entity({.write = WriteMode::upsert, .deletes = Deletes::permanent, .versioned = true});
  const auto chosen =
      choose(tables, {{record("a", 1, 1, true), record("a", 3, 2)}, {record("b", 9, 3)}},
             {known("a", 2), known("b", 1, true)});
  EXPECT_THAT(chosen.chunks, ElementsAre(ElementsAre(deletes, kept_out), ElementsAre(kept_out)));
  EXPECT_TRUE(chosen.versions[0].deleted);
  EXPECT_TRUE(chosen.versions[1].deleted);
}

TEST(Winners, WhatAFailedInputLeftBehindIsNotThere) {
  TestRecord broken = record("a", 9, 1);
  broken.input = 1;
  const auto chosen = choose(one_entity({.write = WriteMode::upsert, .versioned = true}),
                             {{record("a", 1, 1), broken}}, {}, 1,
                             {{.number = 1, .status = flow::InputStatus::failed}});
  EXPECT_THAT(chosen.chunks, ElementsAre(ElementsAre(wins_new, kept_out)));
}

TEST(Winners, KnownVersionsOutOfOrderAreRefused) {
  const TestFolder folder;
  const Tables tables = one_entity({.write = WriteMode::upsert});
  const auto spool = make_spool(folder.path(), tables, {});
  flow::MemoryBudget budget(64 * MiB);
  const auto winners =
      choose_winners({spool.get()}, known_of({{.key = encode("b")}, {.key = encode("a")}}), budget);
  ASSERT_FALSE(winners.ok());
  EXPECT_EQ(winners.error().code(), ErrorCode::corrupt);
}

TEST(Winners, ABudgetThatIsTooSmallIsSaidSo) {
  const TestFolder folder;
  const auto spool = make_spool(folder.path(), one_entity({.write = WriteMode::upsert}), {});
  flow::MemoryBudget budget(MiB);
  const auto winners = choose_winners({spool.get()}, {}, budget);
  ASSERT_FALSE(winners.ok());
  EXPECT_EQ(winners.error().code(), ErrorCode::budget);
}

// The same by a map, record after record.
struct Naive {
  struct State {
    std::string version;
    bool deleted = false;
    const TestRecord* winner = nullptr;
  };
  std::map<std::string, State> keys;
  Entity entity;

  void take(const TestRecord& record) {
    const auto [at, is_new] = keys.try_emplace(encode(record.key));
    State& state = at->second;
    if (!is_new && !replaces(record, state)) return;
    state = {entity.versioned ? record.version : "", record.deleted, &record};
  }
  bool replaces(const TestRecord& record, const State& state) const {
    if (entity.deletes == Deletes::permanent && record.deleted != state.deleted)
      return record.deleted;
    if (entity.versioned && record.version != state.version) return record.version > state.version;
    return state.winner == nullptr ||
           std::pair(record.input, record.row) > std::pair(state.winner->input, state.winner->row);
  }
};

std::vector<TestRecord> random_records(std::mt19937_64& random, i64 count) {
  std::vector<TestRecord> records;
  for (i64 i = 0; i < count; ++i) {
    TestRecord made =
        record(std::to_string(random() % 40), static_cast<i64>(random() % 6), i, random() % 8 == 0);
    made.input = static_cast<i32>(random() % 3);
    records.push_back(std::move(made));
  }
  return records;
}

TEST(Winners, AgreeWithAMapHoweverRecordsAreDividedAndOrdered) {
  std::mt19937_64 random(11);
  for (i32 round = 0; round < 24; ++round) {
    const Entity entity{.write = WriteMode::upsert,
                        .deletes = round % 2 == 0 ? Deletes::permanent : Deletes::until_newer,
                        .versioned = round % 3 != 0};
    auto records = random_records(random, 120);
    Naive naive{.entity = entity};
    std::vector<KnownVersion> known_versions;
    for (i64 i = 0; i < 20; ++i) {
      const std::string key = encode(std::to_string(random() % 40));
      if (naive.keys.contains(key)) continue;
      naive.keys[key] = {entity.versioned ? encode(static_cast<i64>(random() % 6)) : "",
                         random() % 4 == 0};
    }
    for (const auto& [key, state] : naive.keys)
      known_versions.push_back({.key = key, .version = state.version, .deleted = state.deleted});
    const auto before = naive.keys;
    for (const TestRecord& made : records) naive.take(made);

    std::vector<TestRecord> shuffled = records;
    std::ranges::shuffle(shuffled, random);
    std::vector<std::vector<TestRecord>> chunks(1);
    for (const TestRecord& made : shuffled) {
      if (random() % 40 == 0) chunks.emplace_back();
      chunks.back().push_back(made);
    }
    const std::size_t spool_count = std::min<std::size_t>(1 + random() % 3, chunks.size());
    const auto chosen = choose(one_entity(entity), chunks, known_versions, spool_count);

    std::map<Verdict, i64> verdicts;
    for (std::size_t c = 0; c < chunks.size(); ++c) {
      for (std::size_t r = 0; r < chunks[c].size(); ++r) {
        const TestRecord& made = chunks[c][r];
        const auto& state = naive.keys.at(encode(made.key));
        const auto old = before.find(encode(made.key));
        const bool was_there = old != before.end() && !old->second.deleted;
        Verdict expected = kept_out;
        if (state.winner != nullptr && state.winner->row == made.row)
          expected = !made.deleted ? (was_there ? wins_over_old : wins_new)
                     : was_there   ? deletes
                                   : kept_out;
        ASSERT_EQ(chosen.chunks[c][r], expected) << round << " key " << made.key;
        ++verdicts[expected];
      }
    }
    EXPECT_EQ(chosen.counts.created, verdicts[wins_new]);
    EXPECT_EQ(chosen.counts.updated, verdicts[wins_over_old]);
    EXPECT_EQ(chosen.counts.deleted, verdicts[deletes]);
    EXPECT_EQ(chosen.counts.unchanged, verdicts[kept_out]);
    ASSERT_EQ(chosen.versions.size(), naive.keys.size());
    auto at = naive.keys.begin();
    for (const KnownVersion& version : chosen.versions) {
      EXPECT_EQ(version.key, at->first);
      EXPECT_EQ(version.version, at->second.version);
      EXPECT_EQ(version.deleted, (at++)->second.deleted);
    }
  }
}

}  // namespace
}  // namespace weir::spool
