#include "weir/jobs/comics/media/pdf_pictures.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "weir/jobs/comics/media.h"
#include "weir/store/file.h"

namespace weir::comics {

namespace {

constexpr std::size_t window_bytes = 1 << 20;
// How far from each other the two sizes of a picture stand in its dictionary, at most.
constexpr std::size_t reach = 1024;

constexpr std::string_view white = " \t\r\n\f";
constexpr std::string_view width_key = "/Width";
constexpr std::string_view height_key = "/Height";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The number behind the name that ends at `at`. Nothing: it is another name (/Widths), or the
// number stands elsewhere ("12 0 R").
std::optional<i64> number_at(std::string_view text, std::size_t at) {
  at = text.find_first_not_of(white, at);
  if (at == text.npos) return {};
  i64 value = 0;
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), value);
  if (error != std::errc()) return {};
  const std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
  const std::size_t next = rest.find_first_not_of(white);
  if (next != 0 && next != rest.npos && is_digit(rest[next])) return {};
  return value;
}

// Pixels of the picture in whose dictionary "/Width" stands at `at`.
i64 pixels_at(std::string_view text, std::size_t at) {
  const std::size_t begin = at - std::min(at, reach);
  const std::string_view around = text.substr(begin, at - begin + reach);
  const std::size_t own = at - begin;
  const std::size_t before = around.rfind(height_key, own);
  const std::size_t behind = around.find(height_key, own);
  const bool is_before =
      before != around.npos && (behind == around.npos || own - before < behind - own);
  const std::size_t height_at = is_before ? before : behind;
  if (height_at == around.npos) return max_picture_pixels;
  const auto width = number_at(around, own + width_key.size());
  const auto height = number_at(around, height_at + height_key.size());
  if (!width || !height || *width < 0 || *height < 0) return max_picture_pixels;
  constexpr i64 most = 1 << 30;
  return std::min(*width, most) * std::min(*height, most);
}

void look_at(std::string_view text, std::size_t end, PdfPictures& found) {
  for (std::size_t at = 0; (at = text.find(width_key, at)) < end; at += width_key.size()) {
    const char next = at + width_key.size() < text.size() ? text[at + width_key.size()] : 's';
    const bool is_name = is_digit(next) || white.find(next) != white.npos;
    if (is_name) found.most_pixels = std::max(found.most_pixels, pixels_at(text, at));
  }
  if (text.substr(0, end + reach).find("/JPXDecode") != text.npos) found.has_jpx = true;
}

}  // namespace

Result<PdfPictures> find_pdf_pictures(const std::filesystem::path& path) {
  WEIR_ASSIGN(auto file, store::File::open(path));
  file.will_read_all();
  PdfPictures found;
  std::string window(window_bytes, '\0');
  std::size_t kept = 0;  // bytes in front that were there before
  while (true) {
    const auto room = std::as_writable_bytes(std::span(window).subspan(kept));
    WEIR_ASSIGN(const i64 read, file.read_next(room));
    const std::string_view text(window.data(), kept + static_cast<std::size_t>(read));
    // What stands near the end is looked at when its surroundings are there.
    const bool ends = read == 0;
    look_at(text, ends ? text.size() : text.size() - std::min(text.size(), reach), found);
    if (ends) return found;
    kept = std::min(text.size(), 2 * reach);
    std::copy(text.end() - static_cast<std::ptrdiff_t>(kept), text.end(), window.begin());
  }
}

}  // namespace weir::comics
