#include "weir/format/xml_cutter.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "fuzz/xml_cut_text.h"
#include "fuzz/xml_events.h"

namespace weir::format {
namespace {

using testing::HasSubstr;
using Kind = XmlPathStep::Kind;

const XmlPathStep any_depth{Kind::any_depth, {}};
const XmlPathStep any{Kind::any, {}};
XmlPathStep name(std::vector<std::string> names) { return {Kind::name, std::move(names)}; }

XmlCutText cut(std::string_view document, std::vector<XmlPathStep> record,
               XmlCutterOptions options = {}) {
  options.record = std::move(record);
  return cut_text(document, options, {});
}

// Cut in one piece, in two pieces at every place, and byte by byte.
void expect_same_for_every_split(std::string_view document, const XmlCutterOptions& options) {
  const XmlCutText whole = cut_text(document, options, {});
  const i64 size = static_cast<i64>(document.size());
  std::vector<std::vector<i64>> splits(1);
  for (i64 i = 0; i <= size; ++i) {
    splits.push_back({i});
    splits[0].push_back(i);
  }
  for (i64 i = 0; i <= size; ++i)
    for (i64 j = i; size < 100 && j <= size; ++j) splits.push_back({i, j});
  for (const std::vector<i64>& ends : splits) {
    const XmlCutText split = cut_text(document, options, ends);
    ASSERT_EQ(split.failed, whole.failed) << split.error << whole.error << ends[0];
    ASSERT_EQ(split.records, whole.records) << document << " at " << ends[0];
    if (!whole.failed) {
      ASSERT_EQ(split.events, whole.events) << document << " at " << ends[0];
    }
  }
}

TEST(XmlCutter, CutsTheElementsAtAPathBelowTheRoot) {
  const XmlCutText text = cut("<r><h/><a x='>'>1<a/></a> <b><a/></b><a/></r>", {name({"a"})});
  EXPECT_EQ(text.error, "");
  EXPECT_EQ(text.records, "1 7 <a x='>'>1<a/></a>\n2 37 <a/>\n");
}

TEST(XmlCutter, FollowsAPathOfSeveralSteps) {
  const std::string document = "<r><l><a>1</a><m><a>2</a></m></l><k><a>3</a></k><a>4</a></r>";
  EXPECT_EQ(cut(document, {name({"l"}), name({"a"})}).records, "1 6 <a>1</a>\n");
  EXPECT_EQ(cut(document, {any, name({"a"})}).records, "1 6 <a>1</a>\n2 36 <a>3</a>\n");
  EXPECT_EQ(cut(document, {name({"k", "x"}), any}).records, "1 36 <a>3</a>\n");
  EXPECT_EQ(cut(document, {any_depth, name({"m"}), any}).records, "1 17 <a>2</a>\n");
  EXPECT_EQ(cut(document, {name({"l"}), any_depth, name({"a"})}).records,
            "1 6 <a>1</a>\n2 17 <a>2</a>\n");
}

TEST(XmlCutter, TakesTheOutermostMatchAtAnyDepth) {
  EXPECT_EQ(cut("<r><a>1<a>2</a></a><x><y><a>3</a></y></x></r>", {any_depth, name({"a"})}).records,
            "1 3 <a>1<a>2</a></a>\n2 25 <a>3</a>\n");
}

TEST(XmlCutter, NeverTakesTheRootForAMatchOfAPath) {
  EXPECT_EQ(cut("<a><b/></a>", {any_depth, name({"a"})}).records, "");
}

TEST(XmlCutter, TakesTheRootWhereThereIsNoPath) {
  const XmlCutText text = cut("<?xml version='1.0'?><!DOCTYPE r>\n<r><a/></r>\n<!-- -->", {});
  EXPECT_EQ(text.records, "1 34 <r><a/></r>\n");
  EXPECT_EQ(text.events, "*\n");
  EXPECT_EQ(cut("<r/>", {}).records, "1 0 <r/>\n");
}

TEST(XmlCutter, MeetsNamesWithoutRegardToCaseIfTold) {
  const std::string document = "<R><Index/><INDEX/></R>";
  EXPECT_EQ(cut(document, {name({"index"})}).records, "");
  EXPECT_EQ(cut(document, {name({"index"})}, {.ignore_case = true}).records,
            "1 3 <Index/>\n2 11 <INDEX/>\n");
}

TEST(XmlCutter, IgnoresElementsOfOtherNamespacesAsAWhole) {
  const XmlCutText text =
      cut("<r xmlns='u' xmlns:o='v'><o:h>1<a/></o:h><h>2</h><o:a/><a>3</a><x:a xmlns:x='u'/></r>",
          {any_depth, name({"a"})}, {.name_space = "u"});
  EXPECT_EQ(text.records, "1 55 =u o=v <a>3</a>\n2 63 =u o=v <x:a xmlns:x='u'/>\n");
  EXPECT_EQ(text.events, "<h\n\"2\n>\n*\n*\n");
  EXPECT_EQ(cut("<r><a/></r>", {name({"a"})}, {.name_space = "u"}).records, "");
}

TEST(XmlCutter, TellsWhatStandsOutsideOfRecords) {
  const XmlCutText text =
      cut("<r date='1&amp;2'>t<h x='3'>4<i/>5<![CDATA[<6>\r\n]]></h><a>7</a>&#56;\r<a/></r>",
          {name({"a"})});
  EXPECT_EQ(text.error, "");
  EXPECT_EQ(text.events, "@date=1&2\n\"t\n<h\n@x=3\n\"4\n<i\n>\n\"5<6>\n\n>\n*\n\"8\n\n*\n");
}

TEST(XmlCutter, GivesTheBindingsThatSurroundARecord) {
  const std::string document =
      "<r xmlns='d'><s xmlns:p='1'><a xmlns:q='2'/></s><s xmlns:p='1'><a/></s><a/></r>";
  EXPECT_EQ(cut(document, {any_depth, name({"a"})}).records,
            "1 28 =d p=1 <a xmlns:q='2'/>\n2 63 =d p=1 <a/>\n3 71 =d <a/>\n");
  XmlCutter cutter({.record = {any_depth, name({"a"})}});
  std::vector<CutRecord> records;
  ASSERT_TRUE(cutter.cut(document, true, records));
  EXPECT_EQ(cutter.scopes().size(), 3u);  // equal ones are one
}

TEST(XmlCutter, CutsRecordsWhoseMarkupLooksLikeTheirEnd) {
  const std::string record =
      "<a><!-- </a> ' --><![CDATA[</a>\"]]]]><?p </a>?><b c='</a>' d=\"/>'\"></b ></a >";
  EXPECT_EQ(cut("<r>" + record + "</r>", {name({"a"})}).records, "1 3 " + record + "\n");
}

TEST(XmlCutter, ChecksWhatIsOutsideOfRecords) {
  for (const auto* document : {"",
                               "<r>",
                               "<r><a></a>",
                               "<r><a></r>",
                               "<r></s>",
                               "<r>&x;<a/></r>",
                               "<r>]]></r>",
                               "<r/>x",
                               "<r/><r/>",
                               "x<r/>",
                               "<r><b c='1' c='2'/></r>",
                               "<r><p:b/></r>",
                               "<r><!-- -- --></r>",
                               "<r>\x01</r>",
                               "<r>\xC3</r>",
                               "<r><!-- \xFF --></r>",
                               "<r b='\xFF'/>",
                               "<r><b>",
                               "<r",
                               "<r><",
                               "<r><!",
                               "<r><![CDATA[ ]]</r>",
                               "<r/><![CDATA[]]>",
                               "<r><!x></r>",
                               "<r><a></b></r>",
                               "<!DOCTYPE r [<!ENTITY a 'b'>]><r/>",
                               "<r><!DOCTYPE r></r>",
                               "<!DOCTYPE r><!DOCTYPE r><r/>",
                               "<?xml version='3'?><r/>",
                               " <?xml version='1.0'?><r/>",
                               "<r/></r>",
                               "<r><?xml ?></r>"})
    EXPECT_TRUE(cut(document, {name({"a"})}).failed) << document;
  EXPECT_THAT(cut("<r><a/></x></r>", {name({"a"})}).error,
              HasSubstr("byte 7: an end tag where <r> is open"));
  EXPECT_TRUE(cut("<!DOCTYPE r><r/>", {name({"a"})}, {.xml = {.refuse_doctype = true}}).failed);
}

TEST(XmlCutter, CountsDepthFromTheRoot) {
  const XmlCutterOptions options{.xml = {.max_depth = 3}};
  EXPECT_FALSE(cut("<r><a><b/><b/></a></r>", {name({"a"})}, options).failed);
  EXPECT_THAT(cut("<r><a><b><c/></b></a></r>", {name({"a"})}, options).error,
              HasSubstr("nested too deeply"));
  EXPECT_THAT(cut("<r><x><y><z/></y></x></r>", {name({"a"})}, options).error,
              HasSubstr("nested too deeply"));
}

TEST(XmlCutter, GivesTheSameForEverySplit) {
  const std::vector<std::string> documents = {
      "<r d='1'><h>x &amp; y</h><a>1<b/></a><!-- a - --><a x='>'/></r>",
      "\xEF\xBB\xBF<?xml version='1.0' encoding='UTF-8'?><r><a/>&#x41;]] ><a>2</a></r> ",
      "<!DOCTYPE r [<!-- ]> --><!ELEMENT a '>'><?p ]?>]><r><a/></r><!-- z --><?q?>",
      "<r>\r\n\r<![CDATA[]]]]\r\n]]>\xC3\xA4\xE5\xAD\x97<a>\r\n<![CDATA[</a>]]></a></r>",
      "<r xmlns='u'><p:a xmlns:p='u'><!-- </p:a> --><?x </p:a>?></p:a><a></a ></r>",
      "<r><a><b></a></r>",
      "<r>]]></r>",
      "<r>&bad;</r>",
      "<r>\xEF\xBF\xBE</r>",
      "<r><!-- -- --></r>",
      "<r>\xE5\xAD</r>",
      "<r><b c='1'><a/></b></r>",
      "<r/>x"};
  for (const std::string& document : documents) {
    expect_same_for_every_split(document, {.record = {any_depth, name({"a"})}});
    expect_same_for_every_split(document, {.record = {name({"a"})}, .name_space = "u"});
    expect_same_for_every_split(document, {});
  }
}

TEST(XmlCutter, PassesOverARecordThatDoesNotFit) {
  const std::string big = "<a><!--" + std::string(500, 'z') + "--><b c='" + std::string(30, '>') +
                          "'/>" + std::string(1000, 'x') + "</a>";
  const std::string good = "<a><!-- " + std::string(1000, 'y') + " --><b/></a>";
  const std::string document = "<r><a>1</a>" + good + "<a>2</a></r>";
  const XmlCutText text = cut_text(document, {.record = {name({"a"})}}, {}, 64);
  EXPECT_EQ(text.error, "");
  EXPECT_EQ(text.records, "1 3 <a>1</a>\n2 11 (passed over)\n3 1031 <a>2</a>\n");
  EXPECT_EQ(cut_text("<r>" + big + "</r>", {.record = {name({"a"})}}, {}, 64).records,
            "1 3 (passed over)\n");
}

TEST(XmlCutter, LetsGoOfLongTextCommentsAndDoctypes) {
  const std::string document = "<!DOCTYPE r [<!-- " + std::string(300, 'd') + " -->]><!-- " +
                               std::string(300, 'c') + " --><r>" + std::string(300, ' ') + "<h>" +
                               std::string(300, 't') + "<![CDATA[" + std::string(300, 's') +
                               "]]></h><a/></r>";
  const XmlCutText text = cut_text(document, {.record = {name({"a"})}}, {}, 40);
  EXPECT_EQ(text.error, "");
  EXPECT_EQ(text.events, cut_text(document, {.record = {name({"a"})}}, {}).events);
  EXPECT_EQ(text.records, cut_text(document, {.record = {name({"a"})}}, {}).records);
}

TEST(XmlCutter, RefusesATagLargerThanTheBuffer) {
  const std::string tag = "<b c='" + std::string(100, 'x') + "'/>";
  EXPECT_THAT(cut_text("<r>" + tag + "</r>", {.record = {name({"a"})}}, {}, 40).error,
              HasSubstr("byte 3: one piece of markup is larger than"));
  EXPECT_THAT(cut_text("<r><a>" + tag + "</a></r>", {.record = {name({"a"})}}, {}, 40).error,
              HasSubstr("one piece of markup is larger than"));
}

}  // namespace
}  // namespace weir::format
