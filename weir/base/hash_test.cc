#include "weir/base/hash.h"

#include <gtest/gtest.h>

#include <string>

namespace weir {
namespace {

// From the reference implementation: these may never change, as files hold them.
TEST(Hash, IsTheXxh3ThatFilesHold) {
  EXPECT_EQ(hash64(""), 0x2d06800538d394c2U);
  EXPECT_EQ(to_hex(hash128("")), "99aa06d3014798d86001c324468d497f");
}

TEST(Hash, ASeedGivesAnotherHash) { EXPECT_NE(hash64("weir", 1), hash64("weir", 2)); }

TEST(Hasher, PiecesGiveTheHashOfTheWhole) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += std::to_string(i);
  for (std::size_t piece : {1UL, 7UL, 256UL, 5000UL}) {
    Hasher hasher;
    for (std::size_t at = 0; at < text.size(); at += piece)
      hasher.update(std::string_view(text).substr(at, piece));
    EXPECT_EQ(hasher.finish(), hash128(text));
  }
}

}  // namespace
}  // namespace weir
