#include "weir/jobs/comics/cover_page.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <string>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/format/xml_encoding.h"
#include "weir/format/xml_tokenizer.h"
#include "weir/jobs/comics/file_names.h"
#include "weir/jobs/comics/natural_order.h"

namespace weir::comics {

namespace {

// Looks for ComicInfo/Pages/Page.
class Marks {
 public:
  bool enter(std::string_view name, std::string_view) {
    constexpr std::string_view path[] = {"ComicInfo", "Pages", "Page"};
    if (depth_ == 3 || name != path[depth_]) return false;
    ++depth_;
    image_.reset();
    is_cover_ = false;
    return true;
  }
  void attribute(std::string_view name, std::string_view value) {
    if (depth_ != 3) return;
    if (name == "Type") {
      // A page may have several types, separated by blanks.
      is_cover_ = (" " + std::string(value) + " ").find(" FrontCover ") != std::string::npos;
    } else if (name == "Image") {
      value = trim(value);
      i64 number = 0;
      const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
      if (read.ec == std::errc() && read.ptr == value.data() + value.size() && number >= 0)
        image_ = number;
    }
  }
  void text(std::string_view) {}
  void leave() {
    if (depth_-- == 3 && is_cover_ && !cover_) cover_ = image_;
  }
  std::optional<i64> cover() const { return cover_; }

 private:
  std::size_t depth_ = 0;
  std::optional<i64> image_;  // of the page that is open
  bool is_cover_ = false;
  std::optional<i64> cover_;
};

Result<std::string> read_document(std::unique_ptr<ByteStream> source) {
  format::XmlUtf8Stream stream(std::move(source));
  std::string document;
  while (static_cast<i64>(document.size()) <= max_marks_bytes) {
    const std::size_t size = document.size();
    document.resize(size + 64 * KiB);
    WEIR_ASSIGN(const i64 read,
                stream.read(std::as_writable_bytes(std::span(document).subspan(size))));
    document.resize(size + static_cast<std::size_t>(read));
    if (read == 0) return document;
  }
  return Error(ErrorCode::too_large, "the document is too large");
}

std::optional<i64> mark_of(const store::Archive& archive) {
  const store::Member* info = find_comic_info(archive);
  if (info == nullptr || info->size > max_marks_bytes) return {};
  auto stream = archive.read(*info);
  if (!stream.ok()) return {};
  const auto document = read_document(std::move(*stream));
  return document.ok() ? marked_cover(*document) : std::nullopt;
}

}  // namespace

std::optional<i64> marked_cover(std::string_view document) {
  Marks marks;
  format::XmlTokenizer tokenizer({.refuse_doctype = true});
  if (!tokenizer.document(document, marks)) return {};
  return marks.cover();
}

const store::Member* find_comic_info(const store::Archive& archive) {
  const store::Member* found = nullptr;
  for (const store::Member& member : archive.members()) {
    const std::string_view name = member.name;
    if (equals_ignoring_ascii_case(name.substr(name.rfind('/') + 1), "ComicInfo.xml"))
      found = &member;
  }
  return found;
}

const store::Member* find_cover_page(const store::Archive& archive) {
  std::vector<const store::Member*> pages;
  for (const store::Member& member : archive.members())
    if (is_page_name(member.name)) pages.push_back(&member);
  if (pages.empty()) return nullptr;
  const auto is_before = [](const store::Member* a, const store::Member* b) {
    return natural_order(a->name, b->name) < 0;
  };
  const auto mark = static_cast<std::size_t>(mark_of(archive).value_or(0));
  const auto cover = pages.begin() + static_cast<std::ptrdiff_t>(mark < pages.size() ? mark : 0);
  std::ranges::nth_element(pages, cover, is_before);
  return *cover;
}

}  // namespace weir::comics
