#include "weir/format/xml_tokenizer.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "fuzz/xml_events.h"

namespace weir::format {
namespace {

using testing::HasSubstr;

std::string events_of(std::string_view document, XmlOptions options = {}) {
  XmlTokenizer tokenizer(options);
  XmlEventText text;
  const Result<void> result = tokenizer.document(document, text);
  return result.ok() ? text.events() : "error: " + result.error().message();
}

std::string error_of(std::string_view document, XmlOptions options = {}) {
  const std::string events = events_of(document, options);
  return events.starts_with("error: ") ? events.substr(7) : "none";
}

TEST(XmlTokenizer, TellsElementsAttributesAndTextInOrder) {
  EXPECT_EQ(events_of("<a x=\"1\" y='two'>t<b/>u</a>"), "<|a\n@x=1\n@y=two\n\"t\n<|b\n>\n\"u\n>\n");
}

TEST(XmlTokenizer, GivesPlainTextAsASpanOfTheInput) {
  const std::string document = "<a b='value'>plain</a>";
  struct Spans {
    bool enter(std::string_view name, std::string_view) { return add(name); }
    void attribute(std::string_view name, std::string_view value) { add(name), add(value); }
    void text(std::string_view text) { add(text); }
    void leave() {}
    bool add(std::string_view span) {
      inside &=
          span.data() >= input.data() && span.data() + span.size() <= input.data() + input.size();
      return true;
    }
    std::string_view input;
    bool inside = true;
  } spans{.input = document};
  XmlTokenizer tokenizer;
  ASSERT_TRUE(tokenizer.document(document, spans));
  EXPECT_TRUE(spans.inside);
}

TEST(XmlTokenizer, ResolvesReferencesInTextAndAttributes) {
  EXPECT_EQ(events_of("<a b='&lt;&#65;&quot;&#x1F600;'>R&amp;D &gt;&apos;&#228;</a>"),
            "<|a\n@b=<A\"\xF0\x9F\x98\x80\n\"R&D >'\xC3\xA4\n>\n");
}

TEST(XmlTokenizer, KeepsWhatReferencesGaveUntilTheNextDocument) {
  struct Keep {
    bool enter(std::string_view, std::string_view) { return true; }
    void attribute(std::string_view, std::string_view value) { kept.push_back(value); }
    void text(std::string_view text) { kept.push_back(text); }
    void leave() {}
    std::vector<std::string_view> kept;
  } keep;
  std::string document = "<a>";
  for (int i = 0; i < 3000; ++i) document += "<b c='&#" + std::to_string(1000 + i) + ";'/>";
  document += "</a>";
  XmlTokenizer tokenizer;
  ASSERT_TRUE(tokenizer.document(document, keep));
  ASSERT_EQ(keep.kept.size(), 3000u);
  for (u32 i = 0; i < 3000; ++i) {
    char bytes[4];
    const i64 size = encode_utf8(1000 + i, bytes);
    ASSERT_EQ(keep.kept[i], std::string_view(bytes, static_cast<u64>(size)));
  }
}

TEST(XmlTokenizer, TakesCdataAsTextAndPassesOverCommentsAndInstructions) {
  EXPECT_EQ(events_of("<a>x<![CDATA[<&]]]]><!-- <b> - --><?pi <c> ?>y</a>"), "<|a\n\"x<&]]y\n>\n");
}

TEST(XmlTokenizer, MakesLineFeedsOfLineEnds) {
  EXPECT_EQ(events_of("<a>1\r\n2\r3\r\r\n4<![CDATA[\r\n\r]]>&#13;</a>"),
            "<|a\n\"1\n2\n3\n\n4\n\n\r\n>\n");
}

TEST(XmlTokenizer, MakesSpacesOfWhiteSpaceInAttributes) {
  EXPECT_EQ(events_of("<a b='1\t2\n3\r\n4\r5&#10;'/>"), "<|a\n@b=1 2 3 4 5\n\n>\n");
}

TEST(XmlTokenizer, ResolvesPrefixesInTheirScope) {
  EXPECT_EQ(events_of("<a xmlns='d' xmlns:p='u'><p:b p:x='1' y='2'/><c xmlns='' xmlns:p='v'>"
                      "<p:d/></c><p:e/></a>"),
            "<d|a\n<u|b\n@x=1\n@y=2\n>\n<|c\n<v|d\n>\n>\n<u|e\n>\n>\n");
  EXPECT_EQ(events_of("<p:a xmlns:p='&#117;' xml:lang='de'/>"), "<u|a\n@lang=de\n>\n");
}

TEST(XmlTokenizer, RefusesWrongNamespaces) {
  for (const auto* document :
       {"<p:a/>", "<a p:b='1'/>", "<a><b xmlns:p='u'/><p:c/></a>", "<a xmlns:p=''/>",
        "<a xmlns:xmlns='u'/>", "<a xmlns:xml='u'/>", "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
        "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>", "<a:b:c xmlns:a='u'/>", "<:a/>",
        "<a:/>", "<a:1 xmlns:a='u'/>", "<a xmlns:p='u' xmlns:p='v'/>", "<a xmlns='u' xmlns='v'/>",
        "<a xmlns:p='u' xmlns:q='u' p:x='1' q:x='2'/>"})
    EXPECT_NE(error_of(document), "none") << document;
  EXPECT_THAT(error_of("<a><q:b/></a>"), HasSubstr("byte 4: a prefix that is not declared"));
}

TEST(XmlTokenizer, AllowsTheSameLocalNameInTwoNamespaces) {
  EXPECT_EQ(events_of("<a xmlns:p='u' p:x='1' x='2'/>"), "<|a\n@x=1\n@x=2\n>\n");
}

TEST(XmlTokenizer, SkipsADoctypeWithAllThatIsInIt) {
  EXPECT_EQ(events_of("<!DOCTYPE a SYSTEM \"x>y\" [ <!ELEMENT a (#PCDATA)> <!-- ]> \" --> <?p ]> ?>"
                      "<!ATTLIST a b CDATA \"]>\"> %p; ] ><a/>"),
            "<|a\n>\n");
  EXPECT_EQ(events_of("<!DOCTYPE a><a/>"), "<|a\n>\n");
}

TEST(XmlTokenizer, RefusesEntityDeclarations) {
  EXPECT_THAT(error_of("<!DOCTYPE a [<!ENTITY e 'x'>]><a/>"), HasSubstr("entity declaration"));
  EXPECT_THAT(error_of("<!DOCTYPE a [<!ENTITY % e 'x'>]><a/>"), HasSubstr("entity declaration"));
  EXPECT_EQ(error_of("<!DOCTYPE a [<!-- <!ENTITY e 'x'> -->]><a/>"), "none");
  EXPECT_EQ(error_of("<!DOCTYPE a [<!ATTLIST a b CDATA '<!ENTITY'>]><a/>"), "none");
}

TEST(XmlTokenizer, RefusesAnyDoctypeIfTold) {
  EXPECT_THAT(error_of("<!DOCTYPE a><a/>", {.refuse_doctype = true}),
              HasSubstr("byte 0: a DOCTYPE, which is refused"));
}

TEST(XmlTokenizer, RefusesWhatIsNotWellFormed) {
  for (const auto* document : {"",
                               " ",
                               "a",
                               "<",
                               "<>",
                               "<a",
                               "<a>",
                               "<a><b></a></b>",
                               "</a>",
                               "<a></a",
                               "<a/><b/>",
                               "<a/>x",
                               "x<a/>",
                               "<a/><![CDATA[x]]>",
                               "<a/>&amp;",
                               "<a b/>",
                               "<a b=c/>",
                               "<a b='1'c='2'/>",
                               "<a b='<'/>",
                               "<a b='1' b='2'/>",
                               "<a b='1/>",
                               "<a b='&amp'/>",
                               "<1/>",
                               "<a!/>",
                               "<a b!='1'/>",
                               "<a>]]></a>",
                               "<a>&</a>",
                               "<a>&b;</a>",
                               "<a>&#0;</a>",
                               "<a>&#xD800;</a>",
                               "<a>&#x;</a>",
                               "<a>&#12a;</a>",
                               "<a>&#99999999999999999999;</a>",
                               "<a>&lt</a>",
                               "<a>\x01</a>",
                               "<a b='\x02'/>",
                               "<a>\xEF\xBF\xBE</a>",
                               "<!-- \x03 --><a/>",
                               "<!-- -- --><a/>",
                               "<!-- ---><a/>",
                               "<a><!-- </a>",
                               "<a><![CDATA[ </a>",
                               "<a><![CDATA[\x04]]></a>",
                               "<a><?x </a>",
                               "<? x?><a/>",
                               "<?x!?><a/>",
                               "<a><?xml version='1.0'?></a>",
                               "<?XML a?><a/>",
                               " <?xml version='1.0'?><a/>",
                               "<?xml?><a/>",
                               "<?xml version='2.0'?><a/>",
                               "<?xml version='1.0' encoding=''?><a/>",
                               "<?xml version='1.0' standalone='y'?><a/>",
                               "<!DOCTYPE><a/>",
                               "<!DOCTYPE a",
                               "<!DOCTYPE a [<a/>",
                               "<a><!DOCTYPE a></a>",
                               "<a/><!DOCTYPE a>",
                               "<!DOCTYPE a><!DOCTYPE a><a/>",
                               "<!doctype a><a/>",
                               "<a / >",
                               "<a /b>",
                               "</a ><a/>",
                               "<a></b>",
                               "<a></ab>",
                               "<ab></a>",
                               "<a></a b>"})
    EXPECT_NE(error_of(document), "none") << document;
}

TEST(XmlTokenizer, SaysWhereAndWhat) {
  EXPECT_EQ(error_of("<a><b>x</c></a>"), "byte 7: an end tag where <b> is open: \"</c></a>\"");
  EXPECT_EQ(error_of("<a>&nbsp;</a>"),
            "byte 3: a reference to an entity that is not defined: \"&nbsp;</a>\"");
}

TEST(XmlTokenizer, TakesUnusualButRightMarkup) {
  EXPECT_EQ(events_of("\xEF\xBB\xBF<?xml version = \"1.0\"  encoding='UTF-8' standalone=\"no\" ?>\n"
                      "<!-- c --><?p?><_a.b-1\n\tc = '\">' \n></_a.b-1 \n> <!-- d --> "),
            "<|_a.b-1\n@c=\">\n>\n");
  EXPECT_EQ(events_of("<\xC3\xA4 \xE5\xAD\x97='1'></\xC3\xA4>"),
            "<|\xC3\xA4\n@\xE5\xAD\x97=1\n>\n");
  EXPECT_EQ(events_of("<a>]] ></a>"), "<|a\n\"]] >\n>\n");
}

TEST(XmlTokenizer, LimitsTheDepth) {
  const auto nested = [](int depth) {
    std::string document;
    for (int i = 0; i < depth; ++i) document += "<a>";
    for (int i = 0; i < depth; ++i) document += "</a>";
    return document;
  };
  EXPECT_EQ(error_of(nested(64)), "none");
  EXPECT_THAT(error_of(nested(65)), HasSubstr("nested too deeply"));
  EXPECT_EQ(error_of(nested(300), {.max_depth = 300}), "none");
  XmlTokenizer tokenizer;
  XmlEventText text;
  EXPECT_EQ(tokenizer.document(nested(65), text).error().code(), ErrorCode::too_large);
}

// Leaves out each element called "skip".
struct SkippingText : XmlEventText {
  bool enter(std::string_view name, std::string_view uri) {
    return name != "skip" && XmlEventText::enter(name, uri);
  }
};

TEST(XmlTokenizer, TellsNothingOfAnElementThatTheHandlerSkips) {
  XmlTokenizer tokenizer;
  SkippingText text;
  ASSERT_TRUE(tokenizer.document(
      "<a>1<skip b='2'>3<c>4&amp;<![CDATA[5]]></c><skip/></skip>6<skip x='7'/><d/></a>", text));
  EXPECT_EQ(text.events(), "<|a\n\"16\n<|d\n>\n>\n");
}

TEST(XmlTokenizer, ChecksTheInsideOfWhatIsSkipped) {
  for (const auto* document : {"<a><skip><b></skip></b></a>", "<a><skip>&x;</skip></a>",
                               "<a><skip b='1' b='2'/></a>", "<skip><p:b/></skip>"}) {
    XmlTokenizer tokenizer;
    SkippingText text;
    EXPECT_FALSE(tokenizer.document(document, text)) << document;
  }
}

TEST(XmlTokenizer, ReadsOneElementInTheScopeOfItsSurroundings) {
  XmlTokenizer tokenizer;
  const XmlScope scope{{{"", "d"}, {"p", "u"}}};
  XmlEventText text;
  ASSERT_TRUE(tokenizer.element("<a><p:b/></a>", scope, 100, text));
  EXPECT_EQ(text.events(), "<d|a\n<u|b\n>\n>\n");
  XmlEventText none;
  EXPECT_THAT(tokenizer.element("<a></b>", scope, 100, none).error().message(),
              HasSubstr("byte 103:"));
  EXPECT_FALSE(tokenizer.element("<a/><a/>", scope, 0, none));
  EXPECT_FALSE(tokenizer.element("x<a/>", scope, 0, none));
  EXPECT_FALSE(tokenizer.element("", scope, 0, none));
}

TEST(XmlTokenizer, FindsDuplicatesAmongManyAttributes) {
  std::string document = "<a";
  for (int i = 0; i < 5000; ++i) document += " x" + std::to_string(i) + "='1'";
  EXPECT_EQ(error_of(document + "/>"), "none");
  EXPECT_THAT(error_of(document + " x7='2'/>"), HasSubstr("attribute twice"));
}

}  // namespace
}  // namespace weir::format
