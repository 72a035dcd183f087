#include "weir/extract/infer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstring>

#include "weir/extract/check.h"
#include "weir/extract/declaration.h"

namespace weir::extract {
namespace {

using testing::HasSubstr;

class TextStream : public ByteStream {
 public:
  explicit TextStream(std::string text) : text_(std::move(text)) {}
  Result<i64> read(std::span<std::byte> out) override {
    const std::size_t size = std::min(out.size(), text_.size() - at_);
    std::memcpy(out.data(), text_.data() + at_, size);
    at_ += size;
    return static_cast<i64>(size);
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

// What is inferred from one sample; it must be a right declaration.
std::string inferred(std::string location, std::string text, const InferOptions& options = {}) {
  TextStream stream(std::move(text));
  const InferSample sample{std::move(location), &stream};
  const auto declaration = infer_declaration({&sample, 1}, options);
  if (!declaration.ok()) return declaration.error().message();
  const ParsedDeclaration parsed = parse_declaration(*declaration, "inferred", {});
  EXPECT_EQ(problem_lines(parsed.problems, "inferred"), "") << *declaration;
  return *declaration;
}

TEST(Infer, FindsRecordsOfXmlAndMakesTablesOfWhatRepeats) {
  EXPECT_EQ(inferred("words.xml", R"(<?xml version="1.0"?><dictionary><version>3</version>
<word id="a1"><text>Haus</text><rank>7</rank><Sense lang="en"><gloss>house</gloss><gloss>home</gloss></Sense><Sense>Dach</Sense></word>
<word id="a2"><text>Baum</text><rank>12</rank><info><since>1999-01-02</since><ratio>0.5</ratio></info></word></dictionary>)"),
            R"(# Inferred from a sample: a draft to be edited.
[source.word]
entity = "word"
format = "xml"
path   = "words.xml"
record = "word"

[entity.word]
key   = ["id"]
write = "replace_record"

[entity.word.fields]
id = { type = "string", path = "@id", required = true }
text = { type = "string" }   # a candidate for the key: all differ
rank = { type = "int32" }   # a candidate for the key: all differ
since = { type = "date", path = "info.since" }
ratio = { type = "float64", path = "info.ratio" }

[entity.word.tables.sense]
each = "Sense"
[entity.word.tables.sense.fields]
sense = { type = "string", path = "#text" }
lang = { type = "string", path = "@lang" }

[entity.word.tables.sense.tables.gloss]
each = "gloss"
[entity.word.tables.sense.tables.gloss.fields]
gloss = { type = "string", path = "#text" }
)");
}

TEST(Infer, FindsRecordsOfJsonByAPath) {
  const std::string text = inferred(
      "iso.json", R"({"3166-1": [{"alpha_2": "AW", "name": "Aruba", "seen": "2026-03-14T10:22:33Z"},
                                 {"alpha_2": "AF", "name": "Aruba", "tags": ["x", "y"]}]})");
  EXPECT_THAT(text, HasSubstr("record = \"3166-1\"\n"));
  EXPECT_THAT(text,
              HasSubstr("[entity.n3166_1]\nkey   = [\"alpha_2\"]\nwrite = \"replace_record\""));
  EXPECT_THAT(text, HasSubstr("name = { type = \"string\" }\n"));
  EXPECT_THAT(text, HasSubstr("seen = { type = \"timestamp\" }\n"));
  EXPECT_THAT(text, HasSubstr("each = \"tags\"\n"));
}

TEST(Infer, TakesTheItemsOfAListAtTheTop) {
  const std::string text =
      inferred("x.json", R"([{"a.b": 1, "_c": true}, {"a.b": 2, "_c": false}])");
  EXPECT_THAT(text, testing::Not(HasSubstr("record")));
  EXPECT_THAT(text, HasSubstr("a_b = { type = \"int32\", path = [\"a.b\"], required = true }"));
  EXPECT_THAT(text, HasSubstr("c = { type = \"bool\", path = [\"_c\"] }"));
}

TEST(Infer, ReadsLinesOfJson) {
  const std::string text =
      inferred("feed/cars.ndjson",
               "{\"vin\": \"A\", \"price\": {\"amount\": 10.5}, \"runDate\": 1}\n"
               "{\"vin\": \"B\", \"price\": {\"amount\": 1}, \"runDate\": 12345678901}\n");
  EXPECT_THAT(text, HasSubstr("[source.cars]\nentity = \"cars\"\nformat = \"ndjson\"\n"));
  EXPECT_THAT(text, HasSubstr("write = \"upsert\""));
  EXPECT_THAT(text, HasSubstr("amount = { type = \"float64\", path = \"price.amount\" }"));
  EXPECT_THAT(text, HasSubstr("the_run_date = { type = \"int64\", path = \"runDate\" }"));
}

TEST(Infer, ReadsCsvWithItsDelimiter) {
  const std::string text = inferred("a.csv", "No;Day;Place, Town\n007;2026-03-14;x\n008;;x\n");
  EXPECT_THAT(text, HasSubstr("format = \"csv\"\npath   = \"a.csv\"\ndelimiter = \";\"\n"));
  EXPECT_THAT(text, HasSubstr("no = { type = \"string\", path = \"No\", required = true }"));
  EXPECT_THAT(text, HasSubstr("day = { type = \"date\", path = \"Day\" }"));
  EXPECT_THAT(text, HasSubstr("place_town = { type = \"string\", path = \"Place, Town\" }"));
}

TEST(Infer, GivesASurrogateWhereThereIsNoKey) {
  const std::string text =
      inferred("x.json", R"([{"id": 1, "t": [{"v": 1}, {"v": 1}]}, {"id": 1, "t": [{"v": 1}]}])");
  EXPECT_THAT(text, HasSubstr("surrogate = \"id_2\"\nwrite = \"append\""));
}

TEST(Infer, KeepsColumnsOfChildrenApartFromTheKey) {
  const std::string text =
      inferred("x.json", R"([{"id": 1, "t": [{"id": 5}, {"id": 6}]}, {"id": 2}])");
  EXPECT_THAT(text, HasSubstr("id_2 = { type = \"int32\", path = \"id\" }"));
}

TEST(Infer, TakesADocumentAsARecordWhereNothingRepeatsMuch) {
  const std::string text = inferred("de.xml",
                                    "<ldml><identity><language type=\"de\"/></identity>"
                                    "<a><b>1</b><b>2</b></a><c>x</c><d>y</d><e>z</e></ldml>");
  EXPECT_THAT(text, testing::Not(HasSubstr("record =")));
  EXPECT_THAT(text, HasSubstr("type = { type = \"string\", path = \"identity.language.@type\" }"));
  EXPECT_THAT(text, HasSubstr("each = \"a.b\""));
}

TEST(Infer, ReadsSamplesLargerThanItsBuffer) {
  std::string text = "<all>";
  for (i64 i = 0; i < 40'000; ++i)
    text += fmt::format("<one><n>{}</n><text>some words that take room here</text></one>", i);
  text += "</all>";
  ASSERT_GT(text.size(), 2U * MiB);
  EXPECT_THAT(inferred("x.xml", text), HasSubstr("key   = [\"n\"]"));
}

TEST(Infer, StopsAtItsLimit) {
  std::string text = "[";
  for (i64 i = 0; i < 1'000; ++i) text += fmt::format("{}{{\"n\": {}}}", i == 0 ? "" : ",", i);
  text += ", broken";
  EXPECT_THAT(inferred("x.json", text, {.name = "x", .max_bytes = 2'000}),
              HasSubstr("[entity.x]\nkey   = [\"n\"]"));
}

TEST(Infer, NamesTheSampleThatIsBroken) {
  EXPECT_THAT(inferred("x.xml", "<a><b></a>"), testing::StartsWith("x.xml: "));
  EXPECT_EQ(inferred("y.xml", "  \n"), "y.xml: there is nothing in it");
}

TEST(Infer, SurvivesNamesThatAreData) {
  std::string text = "{";
  for (i64 i = 0; i < 5'000; ++i) text += fmt::format("{}\"k{}\": {}", i == 0 ? "" : ",", i, i);
  EXPECT_THAT(inferred("x.json", text + "}"), HasSubstr("k999 = "));
}

}  // namespace
}  // namespace weir::extract
