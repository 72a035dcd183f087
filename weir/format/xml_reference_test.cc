// XmlTokenizer beside expat and pugixml, on random documents and on real ones.
#include <expat.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <array>
#include <filesystem>
#include <pugixml.hpp>
#include <random>
#include <string>

#include "fuzz/xml_cut_text.h"
#include "fuzz/xml_events.h"

namespace weir::format {
namespace {

// A document with whatever stands in documents, from a seed.
class RandomDocument {
 public:
  explicit RandomDocument(u32 seed) : random_(seed) {
    if (chance(3)) text_ += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    if (chance(3)) text_ += "<!-- before -->";
    element(0, 0);
    if (chance(3)) text_ += "\n<?behind it?>\n";
  }
  const std::string& text() const { return text_; }

 private:
  bool chance(u32 one_in) { return random_() % one_in == 0; }
  template <std::size_t N>
  void add(const std::array<const char*, N>& choices) {
    text_ += choices[random_() % N];
  }

  // `prefixes` is how many of p0, p1, ... are declared here.
  void element(int depth, u32 prefixes) {
    static constexpr std::array names = {
        "a", "bc", "d-e.f", "_g1", "a_rather_long_name_of_an_element", "\xC3\xA4", "X"};
    const u32 declared = depth < 3 && chance(4) ? prefixes + 1 : prefixes;
    std::string name = names[random_() % names.size()];
    if (declared > 0 && chance(3)) name = "p" + std::to_string(random_() % declared) + ":" + name;
    (text_ += '<') += name;
    if (declared > prefixes) text_ += " xmlns:p" + std::to_string(prefixes) + "='urn:" + name + "'";
    if (chance(12)) text_ += " xmlns='urn:default'";
    attributes();
    if (chance(5)) {
      text_ += "/>";
      return;
    }
    text_ += '>';
    for (u64 count = random_() % 6; count > 0; --count) content(depth, declared);
    ((text_ += "</") += name) += chance(9) ? " >" : ">";
  }

  void attributes() {
    static constexpr std::array values = {
        "1",         "",      "a value", "&lt;&amp;", "\ttab\r\nline", "'", "\xE5\xAD\x97",
        "&#x1F600;", "x > y", "]]>"};
    for (u64 i = 0, count = random_() % 4; i < count; ++i) {
      add(std::array{" ", "\n  ", "\t"});
      text_ += "n" + std::to_string(i);
      add(std::array{"=", " = "});
      text_ += '"';
      add(values);
      text_ += '"';
    }
  }

  void content(int depth, u32 prefixes) {
    static constexpr std::array texts = {
        "plain text",
        "\n  ",
        "&lt;&gt;&quot;&apos;&amp;",
        "&#65;&#x5B57;",
        "\r\n\r",
        "a ] b ]] c >",
        "<!-- a comment - <x> -->",
        "<![CDATA[<raw> & ]] text\r\n]]>",
        "<![CDATA[]]>",
        "<?pi <x> ?>",
        "\xE5\xAD\x97\xE5\xAD\x97",
        "' \"",
        "a text that is longer than a block of sixty-four bytes, so that marks come from two"};
    if (depth < 8 && chance(2))
      element(depth + 1, prefixes);
    else
      add(texts);
  }

  std::mt19937 random_;
  std::string text_;
};

std::string weir_events(const std::string& document) {
  XmlTokenizer tokenizer;
  XmlEventText text;
  const Result<void> result = tokenizer.document(document, text);
  return result.ok() ? text.events() : result.error().message();
}

void walk(const pugi::xml_node& node, XmlEventText& text) {
  const auto local = [](std::string_view name) { return name.substr(name.find(':') + 1); };
  text.enter(local(node.name()), {});
  for (const pugi::xml_attribute& one : node.attributes())
    if (!std::string_view(one.name()).starts_with("xmlns"))
      text.attribute(local(one.name()), one.value());
  for (const pugi::xml_node& child : node.children())
    if (child.type() == pugi::node_element)
      walk(child, text);
    else
      text.text(child.value());
  text.leave();
}

// Without namespaces, of which pugixml knows nothing.
struct LocalText : XmlEventText {
  bool enter(std::string_view name, std::string_view) { return XmlEventText::enter(name, {}); }
};

TEST(XmlReference, SeesRandomDocumentsAsExpatDoes) {
  for (u32 seed = 0; seed < 3000; ++seed) {
    const std::string document = RandomDocument(seed).text();
    const auto expected = expat_events(document);
    ASSERT_TRUE(expected.has_value()) << document;
    ASSERT_EQ(weir_events(document), *expected) << document;
  }
}

TEST(XmlReference, SeesRandomDocumentsAsPugixmlDoes) {
  for (u32 seed = 0; seed < 1000; ++seed) {
    const std::string document = RandomDocument(seed).text();
    pugi::xml_document tree;
    ASSERT_TRUE(
        tree.load_buffer(document.data(), document.size(),
                         pugi::parse_default | pugi::parse_ws_pcdata | pugi::parse_wconv_attribute,
                         pugi::encoding_utf8));
    XmlEventText expected;
    walk(tree.document_element(), expected);
    XmlTokenizer tokenizer;
    LocalText text;
    ASSERT_TRUE(tokenizer.document(document, text));
    ASSERT_EQ(text.events(), expected.events()) << document;
  }
}

TEST(XmlReference, AgreesWithExpatOnDamagedDocuments) {
  static constexpr std::string_view damage = "<>&;\"'=/! ]-?:xA\x01\n";
  for (u32 seed = 0; seed < 3000; ++seed) {
    std::string document = RandomDocument(seed).text();
    std::mt19937 random(seed);
    const u64 at = random() % document.size();
    if (static_cast<u8>(document[at]) >= 0x80) continue;
    if (seed % 2 == 0)
      document.erase(at, 1);
    else
      document[at] = damage[random() % damage.size()];
    if (document.starts_with("<?") || document.find("\xC3 ") != document.npos) continue;
    XmlTokenizer tokenizer;
    XmlEventText text;
    const Result<void> result = tokenizer.document(document, text);
    const auto expected = expat_events(document);
    ASSERT_EQ(result.ok(), expected.has_value())
        << document << (result.ok() ? "" : result.error().message());
    if (expected) {
      ASSERT_EQ(text.events(), *expected) << document;
    }
  }
}

TEST(XmlReference, CutsRandomDocumentsTheSameHoweverTheyAreSplit) {
  using Kind = XmlPathStep::Kind;
  const XmlCutterOptions options{.record = {{Kind::any_depth, {}}, {Kind::name, {"a", "X"}}}};
  for (u32 seed = 0; seed < 1000; ++seed) {
    const std::string document = RandomDocument(seed).text();
    const XmlCutText whole = cut_text(document, options, {});
    ASSERT_FALSE(whole.failed) << whole.error << document;
    std::vector<i64> ends;
    std::mt19937 random(seed);
    for (int i = 0; i < 9; ++i) ends.push_back(static_cast<i64>(random() % document.size()));
    std::sort(ends.begin(), ends.end());
    const XmlCutText split = cut_text(document, options, ends);
    ASSERT_EQ(split.records, whole.records) << document;
    ASSERT_EQ(split.events, whole.events) << document;
  }
}

std::string read_file(const std::filesystem::path& path) {
  std::string content;
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return content;
  std::array<char, 65536> block;
  for (int n; (n = gzread(file, block.data(), block.size())) > 0;)
    content.append(block.data(), static_cast<u64>(n));
  gzclose(file);
  return content;
}

TEST(XmlReference, SeesTheKanjiDictionaryAsExpatDoesAndCutsItsCharacters) {
  const std::string document = read_file("/usr/share/edict/kanjidic2.xml.gz");
  ASSERT_FALSE(document.empty()) << "the package kanjidic-xml is not installed";
  const auto expected = expat_events(document);
  ASSERT_TRUE(expected.has_value());
  EXPECT_TRUE(weir_events(document) == *expected);

  XmlCutter cutter({.record = {{XmlPathStep::Kind::name, {"character"}}}});
  std::vector<CutRecord> records;
  ASSERT_TRUE(cutter.cut(document, true, records));
  ASSERT_EQ(records.size(), 13108u);
  XmlTokenizer tokenizer;
  XmlEventText text;
  for (const CutRecord& one : records)
    ASSERT_TRUE(
        tokenizer.element(std::string_view(document).substr(static_cast<u64>(one.begin),
                                                            static_cast<u64>(one.end - one.begin)),
                          *cutter.scopes()[static_cast<u64>(one.scope)], one.offset, text));
}

TEST(XmlReference, SeesLocaleDataAsExpatDoes) {
  const std::filesystem::path folder = "/usr/share/unicode/cldr/common/main";
  ASSERT_TRUE(std::filesystem::exists(folder)) << "unicode-cldr-core is not installed";
  i64 files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string document = read_file(entry.path());
    const auto expected = expat_events(document);
    ASSERT_TRUE(expected.has_value()) << entry.path();
    ASSERT_TRUE(weir_events(document) == *expected) << entry.path();
    ++files;
  }
  EXPECT_GT(files, 0);
}

}  // namespace
}  // namespace weir::format
