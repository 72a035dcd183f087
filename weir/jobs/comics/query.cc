#include "weir/jobs/comics/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/jobs/comics/search_schema.h"

namespace weir::comics {
namespace {

using Kind = QueryNode::Kind;

// FTS5's own parser ends at about 100 open parts and 256 levels.
constexpr i64 deepest = 16;
constexpr i64 most_items = 200;

constexpr auto short_forms = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"character", "characters"},
     {"team", "teams"},
     {"credit", "credits"},
     {"person", "credits"},
     {"creator", "credits"},
     {"genre", "genres"},
     {"tag", "tags"},
     {"location", "locations"},
     {"arc", "story_arcs"},
     {"arcs", "story_arcs"},
     {"story_arc", "story_arcs"},
     {"group", "series_groups"},
     {"series_group", "series_groups"},
     {"story", "stories"},
     {"universe", "universes"},
     {"collection", "collection_title"},
     {"alternate", "alternate_series"},
     {"source", "sources"},
     {"age", "age_rating"},
     {"lang", "language"},
     {"format", "original_format"},
     {"scan", "scan_info"}});

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made) c = ascii_lower(c);
  return made;
}

std::optional<i64> column_of(std::string_view field) {
  std::string name = lower(field);
  for (const auto& [form, column] : short_forms)
    if (name == form) name = column;
  const auto columns = search_columns();
  const auto found = std::ranges::find(columns, name, &SearchColumn::name);
  if (found == columns.end()) return std::nullopt;
  return found - columns.begin();
}

bool is_field_letter(char c) {
  const char small = ascii_lower(c);
  return (small >= 'a' && small <= 'z') || c == '_';
}

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0'; }

constexpr std::string_view item_forms = "a word, a \"phrase\" or \"(\"";

class Parser {
 public:
  Parser(std::string_view text, const Tokenizer& tokenizer) : text_(text), tokenizer_(tokenizer) {}

  Result<QueryNode> parse();

 private:
  // Nothing: no item of it is a word.
  using Node = std::optional<QueryNode>;

  Result<Node> any();
  Result<Node> all();
  Result<Node> except();
  Result<Node> item(std::string_view after);
  Result<Node> group();
  Result<Node> phrase();
  Result<Node> word();
  Result<Node> words_of(std::string_view text, bool prefix);
  Result<bool> take_field();
  bool take_keyword(std::string_view keyword);
  bool take_not();  // "NOT", or "AND NOT", which means the same
  bool at_keyword(std::string_view keyword) const;
  std::string_view bare_word() const;
  void skip_blanks();
  bool at_end() const { return at_ == text_.size(); }
  bool at_item_end() const { return at_end() || text_[at_] == ')' || at_keyword("OR"); }
  Error error(std::size_t position, std::string_view what) const;

  const std::string_view text_;
  const Tokenizer& tokenizer_;
  std::size_t at_ = 0;
  i64 column_ = -1;  // of the field that holds here
  i64 depth_ = 0;
  i64 items_ = 0;
};

// One of the kind, of the parts that are there.
std::optional<QueryNode> join(Kind kind, std::vector<QueryNode> parts) {
  if (parts.empty()) return std::nullopt;
  if (parts.size() == 1) return std::move(parts.front());
  return QueryNode{.kind = kind, .parts = std::move(parts), .words = {}};
}

// The caret counts characters; what would move it on a terminal stands as a blank.
Error Parser::error(std::size_t position, std::string_view what) const {
  std::string line;
  i64 character = 1;
  for (std::size_t i = 0; i < text_.size();) {
    const auto bytes =
        static_cast<std::size_t>(std::max<i64>(utf8_character_bytes(text_.substr(i)), 1));
    if (i < position) ++character;
    const bool control = static_cast<unsigned char>(text_[i]) < 0x20 || text_[i] == 0x7f;
    line += control ? " " : text_.substr(i, bytes);
    i += bytes;
  }
  return Error(ErrorCode::usage,
               fmt::format("the query, at character {}: {}\n  {}\n  {}^", character, what, line,
                           std::string(static_cast<std::size_t>(character - 1), ' ')));
}

void Parser::skip_blanks() {
  while (!at_end() && is_blank(text_[at_])) ++at_;
}

std::string_view Parser::bare_word() const {
  std::size_t end = at_;
  while (end < text_.size() && !is_blank(text_[end]) && text_[end] != '"' && text_[end] != '(' &&
         text_[end] != ')')
    ++end;
  return text_.substr(at_, end - at_);
}

bool Parser::at_keyword(std::string_view keyword) const { return bare_word() == keyword; }

bool Parser::take_keyword(std::string_view keyword) {
  skip_blanks();
  if (!at_keyword(keyword)) return false;
  at_ += keyword.size();
  return true;
}

bool Parser::take_not() {
  const std::size_t before = at_;
  static_cast<void>(take_keyword("AND"));
  if (take_keyword("NOT")) return true;
  at_ = before;
  return false;
}

Result<QueryNode> Parser::parse() {
  if (!is_valid_utf8(text_)) return Error(ErrorCode::usage, "the query is not text in UTF-8");
  WEIR_ASSIGN(Node node, any());
  if (!at_end()) return error(at_, "no \"(\" stands before this \")\"");
  if (!node) return error(0, "nothing in it is a word; expected letters or digits");
  return std::move(*node);
}

Result<Parser::Node> Parser::any() {
  std::vector<QueryNode> parts;
  do {
    WEIR_ASSIGN(Node part, all());
    if (part) parts.push_back(std::move(*part));
  } while (take_keyword("OR"));
  return join(Kind::any, std::move(parts));
}

Result<Parser::Node> Parser::all() {
  std::vector<QueryNode> parts;
  for (bool more = true; more;) {
    WEIR_ASSIGN(Node part, except());
    if (part) parts.push_back(std::move(*part));
    more = take_keyword("AND");
    if (!more) more = (skip_blanks(), !at_item_end());
  }
  return join(Kind::all, std::move(parts));
}

Result<Parser::Node> Parser::except() {
  WEIR_ASSIGN(Node from, item(""));
  std::vector<QueryNode> parts;
  while (take_not()) {
    WEIR_ASSIGN(Node without, item(" after NOT"));
    if (without) parts.push_back(std::move(*without));
  }
  if (!from) return Node();
  parts.insert(parts.begin(), std::move(*from));
  return join(Kind::except, std::move(parts));
}

Result<Parser::Node> Parser::item(std::string_view after) {
  skip_blanks();
  for (const std::string_view keyword : {"AND", "OR", "NOT"}) {
    if (!at_keyword(keyword)) continue;
    return error(at_, fmt::format("expected {}{} here, found {} (in quotes it is a word)",
                                  item_forms, after.empty() ? "" : after, keyword));
  }
  if (at_end() || text_[at_] == ')')
    return error(at_, fmt::format("expected {}{}", item_forms, after));
  if (++items_ > most_items)
    return error(at_, fmt::format("a query has at most {} words", most_items));

  const i64 outer = column_;
  WEIR_ASSIGN(const bool field, take_field());
  if (field && (at_end() || is_blank(text_[at_]) || text_[at_] == ')'))
    return error(at_, fmt::format("expected {} right behind the field", item_forms));
  Result<Node> made = text_[at_] == '(' ? group() : text_[at_] == '"' ? phrase() : word();
  column_ = outer;
  return made;
}

Result<bool> Parser::take_field() {
  const std::string_view name = [&] {
    std::size_t end = at_;
    while (end < text_.size() && is_field_letter(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }();
  if (name.empty() || at_ + name.size() == text_.size() || text_[at_ + name.size()] != ':')
    return false;
  const std::optional<i64> column = column_of(name);
  if (!column)
    return error(at_, fmt::format("there is no field {}; put the word in quotes, or use one of {}",
                                  name, search_column_list()));
  if (column_ >= 0) return error(at_, "a field cannot stand within another field's group");
  column_ = *column;
  at_ += name.size() + 1;
  return true;
}

Result<Parser::Node> Parser::group() {
  const std::size_t begin = at_;
  if (++depth_ > deepest)
    return error(at_, fmt::format("groups stand within each other at most {} deep", deepest));
  ++at_;
  WEIR_ASSIGN(Node node, any());
  if (at_end()) return error(begin, "this \"(\" has no end; expected \")\"");
  ++at_;
  --depth_;
  return node;
}

Result<Parser::Node> Parser::phrase() {
  const std::size_t begin = at_;
  const std::size_t end = text_.find('"', begin + 1);
  if (end == std::string_view::npos)
    return error(begin, "this phrase has no end; expected another \"");
  at_ = end + 1;
  const bool prefix = !at_end() && text_[at_] == '*';
  if (prefix) ++at_;
  return words_of(text_.substr(begin + 1, end - begin - 1), prefix);
}

Result<Parser::Node> Parser::word() {
  std::string_view word = bare_word();
  const std::size_t star = word.find('*');
  if (star != std::string_view::npos && star + 1 != word.size())
    return error(at_ + star + 1, "expected the end of the word behind \"*\"");
  at_ += word.size();
  const bool prefix = star != std::string_view::npos;
  if (prefix) word.remove_suffix(1);
  return words_of(word, prefix);
}

Result<Parser::Node> Parser::words_of(std::string_view text, bool prefix) {
  WEIR_ASSIGN(auto words, tokenizer_.words(text));
  if (words.empty()) return Node();
  return Node(QueryNode{.kind = Kind::words,
                        .parts = {},
                        .words = std::move(words),
                        .prefix = prefix,
                        .column = column_});
}

// ---- what FTS5 gets

std::string quoted(const std::vector<std::string>& words) {
  std::string text = "\"";
  for (const std::string& word : words) {
    if (text.size() > 1) text += ' ';
    for (const char c : word) text.append(c == '"' ? 2 : 1, c);
  }
  return text + '"';
}

Result<std::string> words_expression(const QueryNode& node, const ExpressionOptions& options) {
  std::string columns;
  if (node.column >= 0)
    columns = fmt::format("{} : ", search_columns()[static_cast<std::size_t>(node.column)].name);
  else if (options.heavy_columns_only)
    columns = "{title series} : ";
  if (node.prefix && node.words.size() == 1 && options.expand) {
    WEIR_ASSIGN(const auto words, options.expand(node.words.front()));
    std::string any;
    for (const std::string& word : words)
      any += fmt::format("{}{}", any.empty() ? "" : " OR ", quoted({word}));
    if (!any.empty()) return fmt::format("{}({})", columns, any);
  }
  return fmt::format("{}{}{}", columns, quoted(node.words), node.prefix ? " *" : "");
}

}  // namespace

Result<QueryNode> parse_query(std::string_view text, const Tokenizer& tokenizer) {
  return Parser(text, tokenizer).parse();
}

Result<std::string> fts_expression(const QueryNode& query, const ExpressionOptions& options) {
  if (query.kind == Kind::words) return words_expression(query, options);
  const std::string_view between = query.kind == Kind::all   ? " AND "
                                   : query.kind == Kind::any ? " OR "
                                                             : " NOT ";
  std::string made;
  for (const QueryNode& part : query.parts) {
    ExpressionOptions own = options;
    // What is left out is left out wherever it stands.
    if (query.kind == Kind::except && !made.empty()) own.heavy_columns_only = false;
    WEIR_ASSIGN(const std::string expression, fts_expression(part, own));
    made += fmt::format("{}({})", made.empty() ? "" : between, expression);
  }
  return made;
}

bool has_free_words(const QueryNode& query) {
  if (query.kind == Kind::words) return query.column < 0;
  if (query.kind == Kind::except) return has_free_words(query.parts.front());
  return std::ranges::any_of(query.parts, has_free_words);
}

}  // namespace weir::comics
