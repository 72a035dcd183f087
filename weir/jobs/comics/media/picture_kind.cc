#include <array>
#include <cstring>

#include "weir/jobs/comics/media/picture.h"

namespace weir::comics {

namespace {

using namespace std::string_view_literals;

struct Signature {
  PictureKind kind;
  std::size_t at;
  std::string_view bytes;
};

constexpr std::array signatures = {
    Signature{PictureKind::jpeg, 0, "\xFF\xD8\xFF"sv},
    Signature{PictureKind::png, 0, "\x89PNG\r\n\x1A\n"sv},
    Signature{PictureKind::gif, 0, "GIF87a"sv},
    Signature{PictureKind::gif, 0, "GIF89a"sv},
    Signature{PictureKind::webp, 8, "WEBP"sv},
    Signature{PictureKind::jxl, 0, "\xFF\x0A"sv},
    Signature{PictureKind::jxl, 0, "\0\0\0\x0CJXL \r\n\x87\n"sv},
    Signature{PictureKind::avif, 4, "ftypavif"sv},
    Signature{PictureKind::avif, 4, "ftypavis"sv},
    Signature{PictureKind::avif, 4, "ftypmif1"sv},
    Signature{PictureKind::avif, 4, "ftypmsf1"sv},
    Signature{PictureKind::avif, 4, "ftypheic"sv},
    Signature{PictureKind::bmp, 0, "BM"sv},
};

}  // namespace

PictureKind picture_kind(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (const Signature& one : signatures)
    if (text.size() > one.at && text.substr(one.at).starts_with(one.bytes)) return one.kind;
  return PictureKind::none;
}

std::string_view to_string(PictureKind kind) {
  constexpr std::array<std::string_view, 8> names = {"JPEG",    "PNG",  "GIF", "WebP",
                                                     "JPEG XL", "AVIF", "BMP", "no picture"};
  return names[static_cast<std::size_t>(kind)];
}

}  // namespace weir::comics
