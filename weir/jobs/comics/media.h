// Media: pictures and PDF files, which need heavy libraries and therefore lie in a module of their
// own, libweir_media.so. Interfaces only; whoever wants them calls open_media.
//
// A picture is known by its bytes: JPEG, PNG, GIF, WebP, JPEG XL, AVIF (HEIF) and BMP. Its header
// is read first, and tells what a thumbnail of it takes, so that callers can keep within their
// memory.
//
// Threads: Media from any thread; a PdfFile belongs to one thread at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "weir/base/result.h"
#include "weir/base/types.h"

namespace weir::comics {

enum class PictureFormat { webp, jpeg };
std::string_view to_string(PictureFormat format);

// What a thumbnail is made to.
struct ThumbnailOptions {
  i64 width = 320;  // at most
  i64 height = 480;
  PictureFormat format = PictureFormat::webp;
};

// A picture with more is refused before it is decoded.
inline constexpr i64 max_picture_pixels = 100'000'000;

struct PictureHeader {
  i64 width = 0;
  i64 height = 0;
  // The most that `thumbnail` holds for it besides the bytes that it is given.
  i64 memory_bytes = 0;
};

struct Thumbnail {
  std::string bytes;
  i64 width = 0;
  i64 height = 0;
};

// What a PDF says of itself, as UTF-8; empty: nothing.
struct PdfInfo {
  std::string title;
  std::string author;
  std::string subject;
  std::string keywords;
  std::string creator;
  i64 created_us = 0;   // UTC; 0: not known
  i64 modified_us = 0;  // UTC; 0: not known
};

class PdfFile {
 public:
  virtual ~PdfFile() = default;
  virtual i64 page_count() const = 0;
  virtual PdfInfo info() const = 0;
  // The most that `first_page` holds, as far as the file tells beforehand: what its largest picture
  // takes.
  // Errors: as Media::picture_header.
  virtual Result<i64> memory_bytes(const ThumbnailOptions& options) const = 0;
  // Errors: corrupt  there is no page, or it cannot be drawn.
  virtual Result<Thumbnail> first_page(const ThumbnailOptions& options) const = 0;
};

class Media {
 public:
  virtual ~Media() = default;

  // Loads what pictures need, as the first of them would: so that memory which is measured then
  // holds it. Errors, here and below: unsupported  the libraries do not start.
  virtual Result<void> start() const = 0;

  // Errors: unsupported  the bytes are those of no such picture;  corrupt;
  // too_large  more than max_picture_pixels.
  virtual Result<PictureHeader> picture_header(std::span<const std::byte> bytes) const = 0;

  // The picture, proportions kept and never enlarged, turned as its camera says, in sRGB.
  // Errors: as above; corrupt also where it ends early.
  virtual Result<Thumbnail> thumbnail(std::span<const std::byte> bytes,
                                      const ThumbnailOptions& options) const = 0;

  // Errors: corrupt, with the reason;  unsupported  it needs a password;  io, not_found.
  virtual Result<std::unique_ptr<PdfFile>> open_pdf(const std::filesystem::path& path) const = 0;
};

// What libweir_media.so gives. The number changes with the layout of the classes above.
inline constexpr i32 media_module_version = 1;

// Opens the module at the first call.
// Errors: unsupported  it is not installed (the package is named), or of another version.
Result<const Media*> open_media();

}  // namespace weir::comics
