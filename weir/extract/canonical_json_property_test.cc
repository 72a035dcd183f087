// Canonical JSON of random values, written in random ways.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "weir/extract/canonical_json.h"

namespace weir::extract {
namespace {

std::string canonical(std::string_view json) {
  Scratch scratch;
  std::string_view out;
  return canonical_json(json, scratch, out) ? std::string(out) : "bad";
}

template <typename T>
T in_range(T least, T end) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(least, end));
}

// Writes one value twice: in its canonical form by the plainest means, and some other way.
class Pair {
 public:
  void value(int depth) {
    const int kind = in_range(0, depth > 3 ? 4 : 6);
    if (kind == 0) literal();
    if (kind == 1) number();
    if (kind == 2 || kind == 3) string(*rc::gen::arbitrary<std::string>());
    if (kind == 4) list(depth);
    if (kind == 5) object(depth);
  }

  std::string canonical;
  std::string other;

 private:
  void both(std::string_view text) {
    canonical += text;
    other += text;
  }
  void space() { other += *rc::gen::element<std::string>("", " ", "\n", "\t \r"); }

  void literal() { both(*rc::gen::element<std::string>("true", "false", "null")); }

  // Up to 15 digits come out as they went in, but for zeros at the end.
  void number() {
    const i64 whole = in_range<i64>(-100'000'000, 100'000'000);
    both(std::to_string(whole));
    const int decimals = in_range(0, 1000);
    if (decimals == 0) return;
    std::string fraction = fmt::format(".{:03}", decimals);
    other += fraction + "00";
    while (fraction.back() == '0') fraction.pop_back();
    canonical += fraction;
  }

  // ASCII only: what is beyond goes through untouched, and the text must be UTF-8.
  void string(const std::string& text) {
    both("\"");
    for (const char byte : text) {
      const char c = static_cast<char>(byte & 0x7F);
      const std::string code = fmt::format("\\u{:04x}", static_cast<int>(c));
      const std::string_view letters = "\"\"\\\\\bb\ff\nn\rr\tt";
      std::size_t at = 0;
      while (at < letters.size() && letters[at] != c) at += 2;
      const std::string plain = at < letters.size() ? std::string("\\") + letters[at + 1]
                                : c < 0x20          ? code
                                                    : std::string(1, c);
      canonical += plain;
      other += *rc::gen::arbitrary<bool>() ? code : plain;
    }
    both("\"");
  }

  void list(int depth) {
    both("[");
    const int items = in_range(0, 4);
    for (int i = 0; i < items; ++i) {
      if (i > 0) both(",");
      space();
      value(depth + 1);
      space();
    }
    both("]");
  }

  void object(int depth) {
    std::map<std::string, Pair> members;  // in byte order of names
    for (int i = in_range(0, 4); i > 0; --i) {
      std::string name = *rc::gen::arbitrary<std::string>();
      for (char& c : name) c = static_cast<char>(c & 0x7F);
      Pair& member = members[name] = Pair();
      member.string(name);
      member.both(":");
      member.space();
      member.value(depth + 1);
    }
    std::string in_order;
    std::string reversed;
    for (const auto& [name, member] : members) {
      in_order += (in_order.empty() ? "" : ",") + member.canonical;
      reversed = member.other + (reversed.empty() ? "" : " , ") + reversed;
    }
    canonical += "{" + in_order + "}";
    other += "{" + reversed + "}";
  }
};

RC_GTEST_PROP(CanonicalJsonProperty, EveryWayToWriteAValueGivesOneText, ()) {
  Pair pair;
  pair.value(0);
  RC_ASSERT(canonical(pair.other) == pair.canonical);
  RC_ASSERT(canonical(pair.canonical) == pair.canonical);
}

RC_GTEST_PROP(CanonicalJsonProperty, NumbersReadBackToTheSameDouble, (double number)) {
  const std::string text = canonical(fmt::format("{:.17e}", number));
  RC_ASSERT(std::stod(text) == number);
  const bool is_great = number >= 1e21 || number <= -1e21;
  RC_ASSERT((text.find('e') != text.npos) == is_great);
  RC_ASSERT(canonical(text) == text);
}

}  // namespace
}  // namespace weir::extract
