#include "weir/jobs/comics/show.h"

#include <gmock/gmock.h>

#include "weir/jobs/comics/search_library_test.h"

namespace weir::comics {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ComicShow : public Library {
 protected:
  ComicShow() {
    put({.id = 12,
         .path = "North/Fox 1.cbz",
         .title = "Élan",
         .series = "Fox",
         .publisher = "North",
         .summary = "One \"line\".\nAnother\x1b[2J.",
         .language = "fr",
         .year = 1999,
         .issue = 1.5,
         .characters = {"Rosa", "Otto"},
         .sources = {"metron"},
         .credits = {{"Ada Kim", "Writer"}, {"Ben Lam", "Inker"}}});
    run("INSERT INTO story_arc VALUES (1, 'War', NULL), (2, 'Peace', NULL)");
    run("INSERT INTO comic_story_arc VALUES (12, 1, 3), (12, 2, NULL)");
  }

  i64 found(std::string_view name) {
    const auto id = find_comic(db(), name);
    EXPECT_TRUE(id.ok()) << id.error().message();
    return id.ok() ? *id : 0;
  }
};

TEST_F(ComicShow, FindsAComicByIdAndByPath) {
  EXPECT_EQ(found("12"), 12);
  EXPECT_EQ(found("North/Fox 1.cbz"), 12);
  EXPECT_EQ(found("/lib/North/Fox 1.cbz"), 12);
  EXPECT_EQ(found("/lib/x/../North/Fox 1.cbz"), 12);
  put({.id = 13, .path = "77"});
  EXPECT_EQ(found("77"), 13);
  run("UPDATE comic SET path_bytes = X'466FFF' WHERE id = 13");
  EXPECT_EQ(found("Fo\xff"), 13);
  EXPECT_EQ(found("/lib/Fo\xff"), 13);
}

TEST_F(ComicShow, SaysWhatItDoesNotFind) {
  const auto none = find_comic(db(), "North/Fox 2.cbz");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), ErrorCode::not_found);
  run("INSERT INTO failed_import(library_id, path, reason) VALUES (1, 'a.cbz', 'no directory')");
  EXPECT_THAT(find_comic(db(), "a.cbz").error().message(), HasSubstr("no directory"));
  EXPECT_THAT(find_comic(db(), "/lib/a.cbz").error().message(), HasSubstr("no directory"));
  EXPECT_THAT(find_comic(db(), "/lib/x/../a.cbz").error().message(), HasSubstr("no directory"));
  run("INSERT INTO library VALUES (2, '/other')");
  run("INSERT INTO comic(id, library_id, path, volume_id) VALUES (20, 2, 'North/Fox 1.cbz', 1)");
  const auto two = find_comic(db(), "North/Fox 1.cbz");
  ASSERT_FALSE(two);
  EXPECT_THAT(two.error().message(), HasSubstr("12, 20"));
  EXPECT_EQ(found("/other/North/Fox 1.cbz"), 20);
}

TEST_F(ComicShow, TellsAllThatIsKnown) {
  const auto fields = comic_fields(db(), 12);
  ASSERT_TRUE(fields.ok()) << fields.error().message();
  const std::string text = fields_text(*fields);
  EXPECT_THAT(text, HasSubstr("series            Fox\n"));
  EXPECT_THAT(text, HasSubstr("issue number      1.5\n"));
  EXPECT_THAT(text, HasSubstr("characters        Rosa, Otto\n"));
  EXPECT_THAT(text, HasSubstr("credits           Ada Kim (Writer), Ben Lam (Inker)\n"));
  EXPECT_THAT(text, HasSubstr("story arcs        War (3), Peace\n"));
  EXPECT_THAT(text, HasSubstr("summary           One \"line\".\n                  Another [2J.\n"));
  EXPECT_THAT(text, HasSubstr("manga             no\n"));
  EXPECT_THAT(text, Not(HasSubstr("teams")));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  const std::string json = fields_json(*fields);
  EXPECT_THAT(json, HasSubstr("\"issue_number\":1.5,"));
  EXPECT_THAT(json, HasSubstr("\"characters\":[\"Rosa\",\"Otto\"]"));
  EXPECT_THAT(json, HasSubstr("\"story_arcs\":[{\"name\":\"War\",\"number\":3},"
                              "{\"name\":\"Peace\"}]"));
  EXPECT_THAT(json, HasSubstr("\"manga\":false"));
  EXPECT_THAT(json, HasSubstr("\"identifiers\":[{\"source\":\"metron\",\"key\":\"12\"}]"));
}

}  // namespace
}  // namespace weir::comics
