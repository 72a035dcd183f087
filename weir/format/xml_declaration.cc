#include "weir/format/xml_declaration.h"

#include "weir/format/xml_characters.h"

namespace weir::format {
namespace {

bool is_version(std::string_view text) {
  return text.starts_with("1.") && text.size() > 2 &&
         text.find_first_not_of("0123456789", 2) == text.npos;
}

bool is_encoding_name(std::string_view text) {
  constexpr std::string_view further =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  return !text.empty() && further.find(text[0]) < 52 &&
         text.find_first_not_of(further) == text.npos;
}

// The parts of a declaration, one after the other.
class Reader {
 public:
  Reader(std::string_view text, u64 at) : text_(text), at_(at) {}

  bool skip_white() {
    const u64 before = at_;
    while (at_ < text_.size() && is_xml_white(text_[at_])) ++at_;
    return at_ != before;
  }
  bool take(std::string_view wanted) {
    if (!text_.substr(at_).starts_with(wanted)) return false;
    at_ += wanted.size();
    return true;
  }
  // = "value", with white space allowed around the sign.
  bool take_value(std::string_view& value) {
    skip_white();
    if (!take("=")) return false;
    skip_white();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote != '"' && quote != '\'') return false;
    const u64 end = text_.find(quote, at_ + 1);
    if (end == text_.npos) return false;
    value = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return true;
  }
  i64 at() const { return static_cast<i64>(at_); }

 private:
  std::string_view text_;
  u64 at_;
};

}  // namespace

XmlDeclaration read_xml_declaration(std::string_view text) {
  constexpr std::string_view opening = "<?xml";
  if (!text.starts_with(opening) || text.size() == opening.size() ||
      !is_xml_white(text[opening.size()]))
    return {};
  Reader reader(text, opening.size());
  XmlDeclaration result;
  const auto fail = [&](const char* error) {
    result.length = reader.at();
    result.error = error;
    return result;
  };
  std::string_view value;
  reader.skip_white();
  if (!reader.take("version") || !reader.take_value(value))
    return fail("an XML declaration without a version");
  if (!is_version(value)) return fail("a version of XML that is not 1.x");
  bool white = reader.skip_white();
  if (white && reader.take("encoding")) {
    if (!reader.take_value(result.encoding) || !is_encoding_name(result.encoding))
      return fail("an XML declaration with a broken encoding");
    white = reader.skip_white();
  }
  if (white && reader.take("standalone")) {
    if (!reader.take_value(value) || (value != "yes" && value != "no"))
      return fail("an XML declaration with a broken \"standalone\"");
    reader.skip_white();
  }
  if (!reader.take("?>")) return fail("an XML declaration that does not end as it should");
  result.length = reader.at();
  return result;
}

}  // namespace weir::format
