// XML: the tokenizer beside pugixml and expat, and the cutter. All are shown to see the same
// document before they are timed.
//
// Inputs: the dictionary of kanjidic-xml (WEIR_KANJIDIC names another file, unpacked or gzip), and
// German of unicode-cldr-core.
#include <benchmark/benchmark.h>
#include <expat.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <pugixml.hpp>
#include <string>
#include <vector>

#include "weir/format/xml_cutter.h"
#include "weir/format/xml_tokenizer.h"

namespace weir::format {
namespace {

// What a document holds. Each front end fills one, with the same work.
struct Summary {
  i64 elements = 0;
  i64 attributes = 0;
  i64 name_bytes = 0;
  i64 value_bytes = 0;
  i64 text_bytes = 0;
  u64 first_bytes = 0;  // a sum over texts and values that needs a look at them
  friend bool operator==(const Summary&, const Summary&) = default;

  bool enter(std::string_view name, std::string_view) {
    ++elements;
    name_bytes += static_cast<i64>(name.size());
    return true;
  }
  void attribute(std::string_view name, std::string_view value) {
    ++attributes;
    name_bytes += static_cast<i64>(name.size());
    value_bytes += static_cast<i64>(value.size());
    if (!value.empty()) first_bytes += static_cast<u8>(value[0]);
  }
  void text(std::string_view piece) { text_bytes += static_cast<i64>(piece.size()); }
  void leave() { first_bytes += 1; }
};

std::string read_file(const std::string& path) {
  std::string content;
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return content;
  std::array<char, 65536> block;
  for (int n; (n = gzread(file, block.data(), block.size())) > 0;)
    content.append(block.data(), static_cast<u64>(n));
  gzclose(file);
  return content;
}

const std::string& input(i64 which) {
  static const std::array<std::string, 2> texts = [] {
    const char* named = std::getenv("WEIR_KANJIDIC");
    return std::array{read_file(named != nullptr ? named : "/usr/share/edict/kanjidic2.xml.gz"),
                      read_file("/usr/share/unicode/cldr/common/main/de.xml")};
  }();
  return texts[static_cast<u64>(which)];
}

Summary by_weir(const std::string& text) {
  Summary summary;
  XmlTokenizer tokenizer;
  if (!tokenizer.document(text, summary)) return {};
  return summary;
}

Summary by_expat(const std::string& text) {
  Summary summary;
  XML_Parser parser = XML_ParserCreateNS(nullptr, ' ');
  XML_SetUserData(parser, &summary);
  XML_SetElementHandler(
      parser,
      [](void* to, const char* name, const char** attributes) {
        static_cast<Summary*>(to)->enter(name, {});
        for (; *attributes != nullptr; attributes += 2)
          static_cast<Summary*>(to)->attribute(attributes[0], attributes[1]);
      },
      [](void* to, const char*) { static_cast<Summary*>(to)->leave(); });
  XML_SetCharacterDataHandler(parser, [](void* to, const char* piece, int size) {
    static_cast<Summary*>(to)->text({piece, static_cast<u64>(size)});
  });
  const bool good = XML_Parse(parser, text.data(), static_cast<int>(text.size()), 1) != 0;
  XML_ParserFree(parser);
  return good ? summary : Summary{};
}

void walk(const pugi::xml_node& node, Summary& summary) {
  summary.enter(node.name(), {});
  for (const pugi::xml_attribute& one : node.attributes())
    summary.attribute(one.name(), one.value());
  for (const pugi::xml_node& child : node.children())
    if (child.type() == pugi::node_element)
      walk(child, summary);
    else
      summary.text(child.value());
  summary.leave();
}

constexpr unsigned pugixml_flags = pugi::parse_default | pugi::parse_ws_pcdata;

Summary by_pugixml(const std::string& text) {
  Summary summary;
  pugi::xml_document document;
  if (document.load_buffer(text.data(), text.size(), pugixml_flags, pugi::encoding_utf8))
    walk(document.document_element(), summary);
  return summary;
}

void run(benchmark::State& state, Summary (*front_end)(const std::string&)) {
  const std::string& text = input(state.range(0));
  const Summary expected = by_weir(text);
  if (text.empty() || expected.elements == 0) return state.SkipWithError("no input");
  if (front_end(text) != expected) return state.SkipWithError("sees another document");
  for (auto _ : state) benchmark::DoNotOptimize(front_end(text));
  state.SetBytesProcessed(state.iterations() * static_cast<i64>(text.size()));
}

// One document from text to all events; argument 0 is the dictionary, 1 German of CLDR.
void BM_Weir(benchmark::State& state) { run(state, by_weir); }
void BM_PugixmlParseAndWalk(benchmark::State& state) { run(state, by_pugixml); }
void BM_Expat(benchmark::State& state) { run(state, by_expat); }
BENCHMARK(BM_Weir)->Arg(0)->Arg(1);
BENCHMARK(BM_PugixmlParseAndWalk)->Arg(0)->Arg(1);
BENCHMARK(BM_Expat)->Arg(0)->Arg(1);

// pugixml's tree alone, nothing read from it.
void BM_PugixmlParse(benchmark::State& state) {
  const std::string& text = input(state.range(0));
  for (auto _ : state) {
    pugi::xml_document document;
    benchmark::DoNotOptimize(
        document.load_buffer(text.data(), text.size(), pugixml_flags, pugi::encoding_utf8));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<i64>(text.size()));
}
BENCHMARK(BM_PugixmlParse)->Arg(0)->Arg(1);

// The dictionary cut into its characters, in blocks of 1 MiB as a reader would.
std::vector<CutRecord> cut_in_blocks(const std::string& text) {
  XmlCutter cutter({.record = {{XmlPathStep::Kind::name, {"character"}}}});
  std::vector<CutRecord> records;
  i64 dropped = 0;
  for (i64 read = 0, size = static_cast<i64>(text.size()); read < size;) {
    read = std::min(read + MiB, size);
    const auto block =
        std::string_view(text).substr(static_cast<u64>(dropped), static_cast<u64>(read - dropped));
    const Result<i64> released = cutter.cut(block, read == size, records);
    if (!released.ok()) return {};
    dropped += *released;
  }
  return records;
}

void BM_Cut(benchmark::State& state) {
  const std::string& text = input(0);
  if (cut_in_blocks(text).size() != 13108) return state.SkipWithError("not the known records");
  for (auto _ : state) benchmark::DoNotOptimize(cut_in_blocks(text));
  state.SetBytesProcessed(state.iterations() * static_cast<i64>(text.size()));
}
BENCHMARK(BM_Cut);

// The records of the dictionary, already cut, each read alone.
void BM_WeirByRecord(benchmark::State& state) {
  const std::string& text = input(0);
  std::vector<CutRecord> records;
  XmlCutter cutter({.record = {{XmlPathStep::Kind::name, {"character"}}}});
  if (!cutter.cut(text, true, records)) return state.SkipWithError("no records");
  XmlTokenizer tokenizer;
  for (auto _ : state) {
    Summary summary;
    for (const CutRecord& one : records) {
      const auto bytes = std::string_view(text).substr(static_cast<u64>(one.begin),
                                                       static_cast<u64>(one.end - one.begin));
      if (!tokenizer.element(bytes, *cutter.scopes()[0], one.offset, summary))
        return state.SkipWithError("a record that is not well-formed");
    }
    benchmark::DoNotOptimize(summary);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<i64>(text.size()));
}
BENCHMARK(BM_WeirByRecord);

// Marks alone: what each kernel of the processor takes (portable, SSE2, AVX2, AVX-512).
void BM_Marks(benchmark::State& state) {
  const std::string& text = input(0);
  if (state.range(0) >= static_cast<i64>(xml_kernels().size()))
    return state.SkipWithError("not a kernel of this processor");
  const XmlMarkFunction<XmlMarks> mark =
      xml_mark_function<XmlMarks>(xml_kernels()[static_cast<u64>(state.range(0))]);
  std::array<XmlMarks, 128> marks;
  const i64 step = static_cast<i64>(marks.size()) * 64;
  for (auto _ : state)
    for (i64 at = 0; at + step <= static_cast<i64>(text.size()); at += step) {
      mark(text.data() + at, static_cast<i64>(marks.size()), at, marks.data());
      benchmark::DoNotOptimize(marks);
    }
  state.SetBytesProcessed(state.iterations() * static_cast<i64>(text.size()));
}
BENCHMARK(BM_Marks)->DenseRange(0, 3);

}  // namespace
}  // namespace weir::format
