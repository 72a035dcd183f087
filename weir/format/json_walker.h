// JsonWalker: walks one JSON record and tells a handler of the members that it wants.
//
// The first stage (weir/format/json_index.h) finds the tokens; the walk goes over their positions
// and checks the whole grammar, so that a record is good or bad whatever a declaration wants of it.
// The handler is a template parameter and a node of it an index, so that nothing is virtual and no
// name is looked up below a member that nobody wants. Strings without a backslash, numbers and
// literals are spans of the record.
//
// Equal member names. Of these the last counts (as written, escapes undone). The walk marks each
// wanted node with the object that it was met in. A second mark of the same object means that a
// name may have come twice: then the record begins again, this time after a pass that finds all
// members that a later one overrules (find_overruled_members); these are passed over. A handler
// with nodes that several names lead to (`*`, `{A,B}`, ignored case) makes marks meet in nearly
// every record, so the walker keeps to the slow way until a record does without.
//
// What is given as bytes (objects, lists) still holds overruled members.
//
// Threads: one at a time.
#pragma once

#include <concepts>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/types.h"
#include "weir/format/json_index.h"
#include "weir/format/json_token.h"

namespace weir::format {

// A place in the handler's plan; the record itself is node 0.
using JsonNode = i32;
inline constexpr JsonNode no_node = -1;

enum class JsonScalar : u8 { text, number, boolean, null };

// What is told of a record, in document order:
//
//   begin_record()       a record begins, or begins again: forget what was told of it
//   member(node, name)   the node of a member of the object at `node`, or no_node: not wanted
//   item(node, index)    the node of an item of the list at `node`, or no_node; indexes from 0.
//                        Where a step goes into every item this is `node` itself
//   begin_object(node)   true: its members are to be visited; false: they are passed over
//   end_object(node, b)  always follows; `b` are the object's bytes, as written
//   begin_list(node), end_list(node, b)    the same for a list and its items
//   scalar(node, kind, text)   a string (without quotes, escapes undone) or the lexeme of another
//   room(bytes)          where a string or name with escapes is written to; kept by the handler as
//                        long as it needs the texts
//   node_count()         all nodes are less
//
// When a record turns out to be bad, the walk stops where it is; what was told must be undone.
template <typename H>
concept JsonHandler = requires(H& handler, JsonNode node, std::string_view text, i64 number) {
  handler.begin_record();
  { handler.member(node, text) } -> std::same_as<JsonNode>;
  { handler.item(node, number) } -> std::same_as<JsonNode>;
  { handler.begin_object(node) } -> std::same_as<bool>;
  handler.end_object(node, text);
  { handler.begin_list(node) } -> std::same_as<bool>;
  handler.end_list(node, text);
  handler.scalar(node, JsonScalar::text, text);
  { handler.room(number) } -> std::same_as<char*>;
  { handler.node_count() } -> std::same_as<i64>;
};

// Appends the positions (of their names) of all members of `text` that a later member of the same
// object and name overrules, ascending. `positions` are those of JsonIndex. Bad syntax gives
// whatever it gives: the walk finds it.
void find_overruled_members(std::string_view text, std::span<const u32> positions,
                            std::vector<u32>& overruled);

template <JsonHandler H>
class JsonWalk;

class JsonWalker {
 public:
  // Objects and lists within one another, the record included; deeper is json_syntax.
  static constexpr i32 max_depth = 1000;

  // Walks `record`, behind which JsonIndex::padding bytes must be readable.
  template <JsonHandler H>
  JsonFault walk(std::string_view record, H& handler);

 private:
  template <JsonHandler H>
  friend class JsonWalk;

  JsonFault check_outside(std::string_view record) const;
  static bool is_good_scalar(std::string_view token);

  // Where a member led to a node last.
  struct Mark {
    u64 object = 0;
    i32 depth = 0;
  };

  JsonIndex index_;
  std::vector<Mark> seen_;                                   // by node
  std::vector<u64> open_ = std::vector<u64>(max_depth + 1);  // by depth: the object; 0: a list
  u64 object_ = 0;      // counts the objects visited, over all records
  bool exact_ = false;  // the last record had marks that met
  std::vector<u32> overruled_;
};

// One walk over one record. Its first token is a bracket and its last one, too, so that behind any
// token but the last there is another one, which ends numbers and strings within the record.
template <JsonHandler H>
class JsonWalk {
 public:
  JsonWalk(JsonWalker& walker, std::string_view record, H& handler)
      : walker_(walker),
        handler_(handler),
        text_(record.data()),
        at_(walker.index_.positions().data()),
        end_(at_ + walker.index_.positions().size()),
        overruled_(walker.overruled_.data()),
        overruled_end_(overruled_ + walker.overruled_.size()),
        has_escapes_(std::memchr(record.data(), '\\', record.size()) != nullptr) {}

  // False where the syntax is wrong, or where marks met and the walk is not exact.
  bool run() { return (front() == '{' ? object(0) : skip()) && at_ == end_; }
  bool marks_met() const { return marks_met_; }

 private:
  char front() const { return text_[*at_]; }

  bool value(JsonNode node) {
    switch (front()) {
      case '{':
        return object(node);
      case '[':
        return list(node);
      case '"':
        return string(node);
      default:
        return word(node);
    }
  }

  bool object(JsonNode node) {
    const u32 begin = *at_;
    if (!handler_.begin_object(node)) {
      if (!skip()) return false;
    } else {
      const u64 object = ++walker_.object_;
      if (!enter(object)) return false;
      if (front() != '}') {
        do {
          if (!member(node, object)) return false;
        } while (comma());
      }
      if (!leave('}')) return false;
    }
    handler_.end_object(node, bytes_since(begin));
    return true;
  }

  bool member(JsonNode parent, u64 object) {
    if (front() != '"' || text_[at_[1]] != ':') return false;
    const bool overruled = is_overruled();
    std::string_view name = inner();
    if (has_escapes_ && !undo_escapes(name)) return false;
    const JsonNode node = overruled ? no_node : handler_.member(parent, name);
    at_ += 2;
    if (node == no_node) return skip();
    if (!mark(node, object) && !walker_.exact_) return false;
    return value(node);
  }

  // False where the marks of two members meet.
  bool mark(JsonNode node, u64 object) {
    auto& mark = walker_.seen_[static_cast<std::size_t>(node)];
    const bool around =
        mark.depth < depth_ && walker_.open_[static_cast<std::size_t>(mark.depth)] == mark.object;
    const bool meet = mark.object == object || (around && mark.object != 0);
    mark = {object, depth_};
    marks_met_ |= meet;
    return !meet;
  }

  bool list(JsonNode node) {
    const u32 begin = *at_;
    if (!handler_.begin_list(node)) {
      if (!skip()) return false;
    } else {
      if (!enter(0)) return false;
      i64 index = 0;
      if (front() != ']') {
        do {
          const JsonNode item = handler_.item(node, index++);
          if (item == no_node ? !skip() : !value(item)) return false;
        } while (comma());
      }
      if (!leave(']')) return false;
    }
    handler_.end_list(node, bytes_since(begin));
    return true;
  }

  bool string(JsonNode node) {
    std::string_view text = inner();
    if (has_escapes_ && !undo_escapes(text)) return false;
    ++at_;
    handler_.scalar(node, JsonScalar::text, text);
    return true;
  }

  bool word(JsonNode node) {
    const char* begin = text_ + *at_;
    JsonScalar kind = JsonScalar::number;
    const char* end = word_end(begin, kind);
    if (end == nullptr) return false;
    ++at_;
    handler_.scalar(node, kind, {begin, static_cast<std::size_t>(end - begin)});
    return true;
  }

  // Passes over a value, whose grammar is checked all the same.
  bool skip() {
    switch (front()) {
      case '{':
        return skip_object();
      case '[':
        return skip_list();
      case '"':
        if (has_escapes_ && !has_good_escapes(inner())) return false;
        break;
      default:
        JsonScalar kind;
        if (word_end(text_ + *at_, kind) == nullptr) return false;
    }
    ++at_;
    return true;
  }

  bool skip_object() {
    if (!enter(0)) return false;
    if (front() != '}') {
      do {
        if (front() != '"' || text_[at_[1]] != ':') return false;
        if (has_escapes_ && !has_good_escapes(inner())) return false;
        at_ += 2;
        if (!skip()) return false;
      } while (comma());
    }
    return leave('}');
  }

  bool skip_list() {
    if (!enter(0)) return false;
    if (front() != ']') {
      do {
        if (!skip()) return false;
      } while (comma());
    }
    return leave(']');
  }

  // Over an opening bracket, of a visited object or (0) of something else. The last token is a
  // closing one, so another one follows.
  bool enter(u64 object) {
    if (++depth_ > JsonWalker::max_depth) return false;
    walker_.open_[static_cast<std::size_t>(depth_)] = object;
    ++at_;
    return true;
  }

  bool comma() {
    const bool is_comma = front() == ',';
    at_ += is_comma;
    return is_comma;
  }

  // Over a closing bracket. Behind it a token must follow, unless it closes the record.
  bool leave(char bracket) {
    if (front() != bracket) return false;
    --depth_;
    ++at_;
    return (depth_ == 0) == (at_ == end_);
  }

  // The bytes between the quotes of the string at the front: only white space stands between its
  // closing quote and the next token.
  std::string_view inner() const {
    const char* begin = text_ + *at_ + 1;
    const char* end = text_ + at_[1] - 1;
    while (*end != '"') --end;
    return {begin, static_cast<std::size_t>(end - begin)};
  }

  bool undo_escapes(std::string_view& text) {
    if (text.find('\\') == std::string_view::npos) return true;
    char* out = handler_.room(static_cast<i64>(text.size()));
    const i64 length = unescape_json(text, out);
    if (length < 0) return false;
    text = {out, static_cast<std::size_t>(length)};
    return true;
  }

  static const char* word_end(const char* p, JsonScalar& kind) {
    switch (*p) {
      case 't':
        kind = JsonScalar::boolean;
        p = std::memcmp(p, "true", 4) == 0 ? p + 4 : nullptr;
        break;
      case 'f':
        kind = JsonScalar::boolean;
        p = std::memcmp(p, "false", 5) == 0 ? p + 5 : nullptr;
        break;
      case 'n':
        kind = JsonScalar::null;
        p = std::memcmp(p, "null", 4) == 0 ? p + 4 : nullptr;
        break;
      default:
        kind = JsonScalar::number;
        p = json_number_end(p);
    }
    return p != nullptr && ends_json_word(*p) ? p : nullptr;
  }

  // Both ascend: the members that are met, and those that are overruled.
  bool is_overruled() {
    while (overruled_ != overruled_end_ && *overruled_ < *at_) ++overruled_;
    return overruled_ != overruled_end_ && *overruled_ == *at_;
  }

  // From `begin` to the closing bracket that was just left.
  std::string_view bytes_since(u32 begin) const { return {text_ + begin, at_[-1] + 1 - begin}; }

  JsonWalker& walker_;
  H& handler_;
  const char* const text_;
  const u32* at_;
  const u32* const end_;
  const u32* overruled_;
  const u32* const overruled_end_;
  const bool has_escapes_;
  bool marks_met_ = false;
  i32 depth_ = 0;
};

template <JsonHandler H>
JsonFault JsonWalker::walk(std::string_view record, H& handler) {
  if (const JsonFault fault = index_.build(record); fault != JsonFault::none) return fault;
  if (const JsonFault fault = check_outside(record); fault != JsonFault::none) return fault;
  if (seen_.size() < static_cast<std::size_t>(handler.node_count()))
    seen_.resize(static_cast<std::size_t>(handler.node_count()));
  const bool is_object = record[index_.positions()[0]] == '{';

  for (;;) {
    overruled_.clear();
    if (exact_) find_overruled_members(record, index_.positions(), overruled_);
    handler.begin_record();
    JsonWalk<H> walk(*this, record, handler);
    const bool good = walk.run();
    const bool again = walk.marks_met() && !exact_;
    exact_ = walk.marks_met();
    if (again) continue;
    if (!good) return JsonFault::json_syntax;
    return is_object ? JsonFault::none : JsonFault::not_object;
  }
}

}  // namespace weir::format
