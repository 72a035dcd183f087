// The declaration that the program carries is the file beside it.
#include "weir/jobs/courts/declaration.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace weir::courts {
namespace {

TEST(CourtsDeclaration, IsTheFileOfTheSources) {
  std::ifstream in(WEIR_SOURCE_DIR "/weir/jobs/courts/courts.toml");
  std::ostringstream text;
  text << in.rdbuf();
  ASSERT_FALSE(text.str().empty());
  EXPECT_EQ(declaration_text(), text.str());
}

}  // namespace
}  // namespace weir::courts
