// LookupMerge against maps, on books made at random: chunking, several runs and little memory
// change nothing.
#include <random>

#include "weir/spool/lookup_merge_test.h"

namespace weir::spool {
namespace {

class RandomBooks {
 public:
  explicit RandomBooks(u64 seed) : random_(seed) {}

  i32 below(i32 count) { return static_cast<i32>(random_() % static_cast<u64>(count)); }
  std::vector<Book> books(i32 count, i32 names) {
    std::vector<Book> books;
    for (i32 i = 0; i < count; ++i)
      books.push_back({.publisher = name(names),
                       .imprint = "i" + std::to_string(below(3)),
                       .founded = year(),
                       .first_year = year(),
                       .heir = name(names)});
    return books;
  }
  // Cut into chunks and parts at random.
  std::vector<std::vector<std::vector<Book>>> chunks(const std::vector<Book>& books, i32 longest) {
    std::vector<std::vector<std::vector<Book>>> chunks;
    for (std::size_t at = 0; at < books.size();) {
      const std::size_t count =
          std::min(static_cast<std::size_t>(below(longest)), books.size() - at);
      if (chunks.empty() || below(5) == 0) chunks.emplace_back();
      const auto from = books.begin() + static_cast<std::ptrdiff_t>(at);
      chunks.back().emplace_back(from, from + static_cast<std::ptrdiff_t>(count));
      at += count;
    }
    return chunks;
  }

 private:
  std::string name(i32 names) { return below(8) == 0 ? "-" : "p" + std::to_string(below(names)); }
  std::optional<i32> year() { return below(3) == 0 ? std::optional<i32>() : 1900 + below(100); }

  std::mt19937_64 random_;
};

void take_least(std::optional<i32>& held, std::optional<i32> value) {
  if (value && (!held || *value < *held)) held = value;
}

// The same by maps, without ids.
Content naive(const std::vector<Book>& books) {
  std::map<std::string, Row> publishers;
  std::map<std::pair<std::string, std::string>, Row> imprints;
  for (const Book& book : books) {
    for (const auto& name : {book.publisher, book.heir})
      if (name != "-") publishers[name].name = name;
    if (book.publisher != "-") take_least(publishers[book.publisher].year, book.founded);
    // "-" stands before all names, as null does before all keys.
    Row& imprint = imprints[{book.publisher, book.imprint}];
    imprint.name = book.imprint;
    imprint.publisher = book.publisher;
    take_least(imprint.year, book.first_year);
    imprint.heir = std::max({imprint.heir, book.heir, std::string("-")});
  }
  Content content;
  for (const auto& [key, row] : publishers) content.publishers.push_back(row);
  for (const auto& [key, row] : imprints) content.imprints.push_back(row);
  return content;
}

Content without_ids(Content content) {
  for (Row& row : content.publishers) row.id = 0;
  for (Row& row : content.imprints) row.id = 0;
  return content;
}

TEST(LookupMerge, AnyChunkingGivesWhatMapsGiveAndTheSameIds) {
  RandomBooks random(11);
  for (int round = 0; round < 4; ++round) {
    const auto books = random.books(60, 2 + 7 * round);
    Merged whole({{books}});
    const Content content = whole.content();
    EXPECT_EQ(without_ids(content), naive(books));
    for (const i32 longest : {3, 20}) {
      Merged cut(random.chunks(books, longest), {}, {0, 0, 0},
                 1 + static_cast<std::size_t>(round % 3));
      EXPECT_EQ(cut.content(), content);
      cut.expect_ids_of_keys(content);
    }
  }
}

TEST(LookupMerge, TwoRunsGiveWhatOneGivesAndKeepTheIdsOfTheFirst) {
  RandomBooks random(12);
  for (int round = 0; round < 4; ++round) {
    auto books = random.books(30, 9);
    Merged first(random.chunks(books, 8));
    const Content before = first.content();
    const auto more = random.books(30, 12);
    Merged second(random.chunks(more, 8), before, first.merge().last_ids());
    const Content after = second.content();
    books.insert(books.end(), more.begin(), more.end());
    EXPECT_EQ(without_ids(after), naive(books));
    second.expect_ids_of_keys(after);
    for (const Row& row : before.publishers)
      EXPECT_EQ(std::ranges::find(after.publishers, row.name, &Row::name)->id, row.id);
  }
}

TEST(LookupMerge, MoreRowsThanFitIntoMemoryGiveTheSame) {
  RandomBooks random(13);
  auto books = random.books(20'000, 20'000);
  for (std::size_t i = 0; i < books.size(); ++i)
    books[i].imprint = std::string(60, 'i') + std::to_string(i % 7'000);
  std::vector<std::vector<std::vector<Book>>> chunks;
  for (std::size_t at = 0; at < books.size(); at += 500)
    chunks.push_back({{books.begin() + static_cast<std::ptrdiff_t>(at),
                       books.begin() + static_cast<std::ptrdiff_t>(at + 500)}});
  Merged merged(chunks);
  ASSERT_TRUE(merged.result.ok());
  EXPECT_EQ(without_ids(merged.content()), naive(books));
}

}  // namespace
}  // namespace weir::spool
