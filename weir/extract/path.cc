// The text form of paths: names joined by dots, and the signs that docs/guide/declaration.md lists.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "weir/base/bytes.h"
#include "weir/extract/declaration.h"

namespace weir::extract {
namespace {

constexpr std::array<std::string_view, 8> built_ins = {"_file", "_row", "_source",   "_run_date",
                                                       "_name", "_n",   "_parent_n", "_warning"};

// `at` counts from 0.
Error bad_path(std::string_view path, std::size_t at, std::string_view what) {
  return Error(ErrorCode::declaration,
               fmt::format("path \"{}\", position {}: {}", printable(path), at + 1, what));
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string nearest_built_in(std::string_view name) {
  const auto nearest = std::ranges::min_element(
      built_ins, {}, [&](std::string_view known) { return edit_distance(name, known); });
  return std::string(*nearest);
}

class PathParser {
 public:
  explicit PathParser(std::string_view text) : text_(text) {}

  Result<Path> parse() {
    path_.written = text_;
    if (text_.empty()) return bad_path(text_, 0, "a path needs at least one name");
    if (text_.front() == '_') {
      WEIR_TRY(add_built_in());
      return std::move(path_);
    }
    for (std::size_t begin = 0;;) {
      const std::size_t end = std::min(text_.find('.', begin), text_.size());
      WEIR_TRY(add_step(text_.substr(begin, end - begin), begin, end == text_.size()));
      if (end == text_.size()) return std::move(path_);
      begin = end + 1;
    }
  }

 private:
  Result<void> add_built_in() {
    constexpr std::string_view document = "_doc.";
    if (text_.starts_with(document)) {
      const std::string_view name = text_.substr(document.size());
      if (name.empty() || name.find('.') != name.npos)
        return bad_path(text_, document.size(), "_doc takes the name of one document field");
      path_.steps.push_back({PathStep::Kind::document, {std::string(name)}});
      return {};
    }
    if (std::ranges::find(built_ins, text_) == built_ins.end())
      return bad_path(text_, 0,
                      fmt::format("what begins with _ is built in; did you mean \"{}\"? A member "
                                  "called so is written as a list, [\"{}\"]",
                                  nearest_built_in(text_), printable(text_)));
    path_.steps.push_back({PathStep::Kind::built_in, {std::string(text_)}});
    return {};
  }

  Result<void> add_step(std::string_view step, std::size_t at, bool last) {
    if (step.empty()) return bad_path(text_, at, "a name is missing");
    switch (step.front()) {
      case '^':
        return add_up(step, at);
      case '@':
        return add_attribute(step, at, last);
      case '#':
        return add_text(step, at, last);
      case '{':
        return add_choice(step, at);
      case '*':
        return add_star(step, at, last);
      default:
        return add_name(step, at);
    }
  }

  Result<void> add_up(std::string_view step, std::size_t at) {
    const bool leads = path_.steps.empty() || path_.steps.back().kind == PathStep::Kind::up;
    if (step != "^" || !leads)
      return bad_path(text_, at, "^ stands alone between dots, before all names");
    path_.steps.push_back({PathStep::Kind::up});
    return {};
  }

  Result<void> add_attribute(std::string_view step, std::size_t at, bool last) {
    if (step.size() == 1) return bad_path(text_, at, "@ takes the name of an attribute");
    if (!last) return bad_path(text_, at, "an attribute is the last step of a path");
    path_.steps.push_back({PathStep::Kind::attribute, {std::string(step.substr(1))}});
    return {};
  }

  Result<void> add_text(std::string_view step, std::size_t at, bool last) {
    if (step != "#text")
      return bad_path(text_, at,
                      "only #text begins with #; a member called so is written as a list");
    if (!last) return bad_path(text_, at, "#text is the last step of a path");
    path_.steps.push_back({PathStep::Kind::text});
    return {};
  }

  Result<void> add_choice(std::string_view step, std::size_t at) {
    if (step.size() < 3 || step.back() != '}')
      return bad_path(text_, at, "a choice of names is {A,B}, with no dot inside");
    PathStep choice;
    std::string_view rest = step.substr(1, step.size() - 2);
    for (bool more = true; more;) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view name = trim(rest.substr(0, comma));
      if (name.empty() || name.find_first_of("{}*^@#") != name.npos)
        return bad_path(text_, at, "a choice of names is {A,B}, plain names with commas between");
      choice.names.emplace_back(name);
      more = comma < rest.size();
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    path_.steps.push_back(std::move(choice));
    return {};
  }

  Result<void> add_star(std::string_view step, std::size_t at, bool last) {
    if (step == "*") {
      path_.steps.push_back({PathStep::Kind::any});
      return {};
    }
    if (step != "**") return bad_path(text_, at, "* and ** stand alone between dots");
    if (last) return bad_path(text_, at, "** needs a name after it");
    if (!path_.steps.empty() && path_.steps.back().kind == PathStep::Kind::any_depth)
      return bad_path(text_, at, "one ** is enough");
    path_.steps.push_back({PathStep::Kind::any_depth});
    return {};
  }

  Result<void> add_name(std::string_view step, std::size_t at) {
    const std::size_t sign = step.find_first_of("{}*^");
    if (sign != step.npos)
      return bad_path(
          text_, at + sign,
          fmt::format("\"{}\" within a name; a member called so is written as a list", step[sign]));
    if (trim(step).size() != step.size())
      return bad_path(text_, at, "a name with white space at its ends is written as a list");
    PathStep name{PathStep::Kind::name, {std::string(step)}};
    if (is_number(step)) {
      const auto end = step.data() + step.size();
      if (std::from_chars(step.data(), end, name.item).ec != std::errc())
        return bad_path(text_, at, "no list has that many items");
      name.kind = PathStep::Kind::item;
    }
    path_.steps.push_back(std::move(name));
    return {};
  }

  std::string_view text_;
  Path path_;
};

}  // namespace

Result<Path> parse_path(std::string_view text) { return PathParser(text).parse(); }

Path verbatim_path(const std::vector<std::string>& names) {
  Path path;
  for (const std::string& name : names) {
    path.steps.push_back({PathStep::Kind::name, {name}});
    path.written += fmt::format("{}\"{}\"", path.written.empty() ? "[" : ", ", name);
  }
  path.written += ']';
  return path;
}

}  // namespace weir::extract
