#include "weir/jobs/comics/comic_file_name.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/jobs/comics/file_names.h"

namespace weir::comics {

namespace {

constexpr std::string_view digits = "0123456789";

constexpr auto format_words = std::to_array<std::string_view>({"annual",
                                                               "ashcan",
                                                               "digital",
                                                               "digital chapter",
                                                               "fcbd",
                                                               "giant-size",
                                                               "gn",
                                                               "graphic novel",
                                                               "hardcover",
                                                               "hc",
                                                               "king-size",
                                                               "limited series",
                                                               "magazine",
                                                               "omnibus",
                                                               "one shot",
                                                               "one-shot",
                                                               "ongoing series",
                                                               "oneshot",
                                                               "preview",
                                                               "single issue",
                                                               "softcover",
                                                               "special",
                                                               "tp",
                                                               "tpb",
                                                               "trade paperback",
                                                               "web comic",
                                                               "webcomic"});

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of(digits) == text.npos;
}

bool is_year(std::string_view text) {
  return text.size() == 4 && is_digits(text) && (text.starts_with("19") || text.starts_with("20"));
}

// `12`, `012.5`.
bool is_number(std::string_view text) {
  const std::size_t dot = text.find('.');
  return is_digits(text.substr(0, dot)) && (dot == text.npos || is_digits(text.substr(dot + 1)));
}

bool starts_with_word(std::string_view text, std::string_view word) {
  return text.size() >= word.size() &&
         equals_ignoring_ascii_case(text.substr(0, word.size()), word);
}

// The name with its words, one blank between two of them, and its ending dropped.
std::string plain_text(std::string_view name) {
  if (is_comic_name(name, true)) name = name.substr(0, name.rfind('.'));
  std::string text;
  for (char c : name) {
    if (c == '_' || c == '\t') c = ' ';
    if (c != ' ' || (!text.empty() && text.back() != ' ')) text += c;
  }
  return text;
}

// A word outside of parentheses, or what stands between two of them.
struct Token {
  std::string_view text;
  bool in_parentheses = false;
};

// The place behind the parenthesis that closes the one at `at`, or npos.
std::size_t behind_parentheses(std::string_view text, std::size_t at) {
  i64 depth = 0;
  for (; at < text.size(); ++at) {
    if (text[at] == '(') ++depth;
    if (text[at] == ')' && --depth == 0) return at + 1;
  }
  return text.npos;
}

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == ' ') {
      ++at;
      continue;
    }
    const std::size_t close = text[at] == '(' ? behind_parentheses(text, at) : text.npos;
    if (close != text.npos) {
      tokens.push_back({trim(text.substr(at + 1, close - at - 2)), true});
      at = close;
      continue;
    }
    std::size_t end = at + 1;
    while (end < text.size() && text[end] != ' ' &&
           !(text[end] == '(' && behind_parentheses(text, end) != text.npos))
      ++end;
    tokens.push_back({text.substr(at, end - at), false});
    at = end;
  }
  return tokens;
}

// Takes a name apart; tokens that mean something are taken out of the text.
class Parser {
 public:
  explicit Parser(std::string_view text) : tokens_(tokens_of(text)), taken_(tokens_.size()) {}

  FileNameParts parse() {
    read_parentheses();
    find_volume();
    find_issue();
    if (issue_) {
      const std::size_t begin = next(0, false);
      parts_.series = joined(begin, next(begin, true));
      find_title(*issue_ + 1);
    } else {
      parts_.series = joined(0, tokens_.size());
    }
    return std::move(parts_);
  }

 private:
  // The first token from `at` on that is taken, or is not.
  std::size_t next(std::size_t at, bool taken) const {
    while (at < tokens_.size() && taken_[at] != taken) ++at;
    return at;
  }

  void take(std::size_t at, std::string& part, std::string_view text) {
    taken_[at] = true;
    if (part.empty()) part = text;
  }

  void read_parentheses() {
    std::string_view other;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (!tokens_[i].in_parentheses) continue;
      const std::string_view text = tokens_[i].text;
      const bool is_format = std::ranges::any_of(format_words, [&](std::string_view word) {
        return equals_ignoring_ascii_case(word, text);
      });
      taken_[i] = true;
      if (starts_with_word(text, "of ") && is_digits(trim(text.substr(3))))
        take(i, parts_.issue_count, trim(text.substr(3)));
      else if (is_year(text))
        take(i, parts_.year, text);
      else if (is_format)
        take(i, parts_.original_format, text);
      else if (!text.empty())
        other = text;
    }
    parts_.scan_info = other;
  }

  // `v2`, `vol.2`, `volume2`, or one of these words and a number behind it.
  void find_volume() {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (taken_[i]) continue;
      const std::string_view text = tokens_[i].text;
      for (const std::string_view word : {"volume", "vol.", "vol", "v"}) {
        if (!starts_with_word(text, word)) continue;
        const std::string_view rest = text.substr(word.size());
        const bool is_in_next = rest.empty() && word.size() > 2 && i + 1 < tokens_.size() &&
                                !taken_[i + 1] && is_digits(tokens_[i + 1].text);
        if (!is_digits(rest) && !is_in_next) continue;
        take(i, parts_.volume_number, rest);
        if (is_in_next) take(i + 1, parts_.volume_number, tokens_[i + 1].text);
        return;
      }
    }
  }

  bool is_dash(std::size_t at) const {
    return at < tokens_.size() && !taken_[at] && tokens_[at].text == "-";
  }

  // Numbers behind the dash that follows a number are of the title.
  void find_issue() {
    std::optional<std::size_t> number;
    bool has_text = false;
    bool in_title = false;
    for (std::size_t i = 0; i < tokens_.size() && !issue_; ++i) {
      if (taken_[i]) continue;
      const std::string_view text = tokens_[i].text;
      if (text.size() > 1 && text.front() == '#') {
        issue_ = i;
        take(i, parts_.issue, text.substr(1));
      }
      if (has_text && !in_title && is_number(text)) number = i;
      in_title |= number && is_dash(i);
      has_text = true;
    }
    if (issue_ || !number) return;
    issue_ = number;
    take(*number, parts_.issue, tokens_[*number].text);
  }

  void find_title(std::size_t from) {
    while (from < tokens_.size() && !is_dash(from)) ++from;
    if (from == tokens_.size()) return;
    parts_.title = joined(from + 1, next(from + 1, true));
  }

  // What is not taken, without a dash at its end.
  std::string joined(std::size_t from, std::size_t to) const {
    while (to > from && (taken_[to - 1] || is_dash(to - 1))) --to;
    std::string text;
    for (; from < to; ++from) {
      if (taken_[from]) continue;
      if (!text.empty()) text += ' ';
      text += tokens_[from].text;
    }
    return text;
  }

  const std::vector<Token> tokens_;
  std::vector<bool> taken_;
  std::optional<std::size_t> issue_;
  FileNameParts parts_;
};

class FileNameReader final : public extract::DocumentReader {
 public:
  Result<bool> read(const extract::RecordFile& file, extract::MemberSink& out) const override {
    std::string name;
    to_utf8(file.input->file.filename().native(), name);
    const FileNameParts parts = parse_file_name(name);
    const std::pair<std::string_view, std::string_view> members[] = {
        {"series", parts.series},       {"volume_number", parts.volume_number},
        {"issue", parts.issue},         {"issue_count", parts.issue_count},
        {"year", parts.year},           {"original_format", parts.original_format},
        {"scan_info", parts.scan_info}, {"title", parts.title},
    };
    for (const auto& [member, text] : members)
      if (!text.empty()) out.member(member, text);
    return true;
  }
};

}  // namespace

FileNameParts parse_file_name(std::string_view name) { return Parser(plain_text(name)).parse(); }

std::shared_ptr<const extract::DocumentReader> make_file_name_reader() {
  return std::make_shared<FileNameReader>();
}

}  // namespace weir::comics
