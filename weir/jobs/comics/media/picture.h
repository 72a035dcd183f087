// Pictures, read and made by libvips.
//
// What comes from outside is looked at before libvips sees it: only bytes that begin as one of the
// kinds below go to it, so that none of its other readers is ever met.
//
// libvips starts with the first picture: a program that only counts the pages of PDF files does
// without. It keeps nothing between pictures, and each has one thread of its own.
//
// Threads: all functions from any thread.
#pragma once

#include <span>
#include <string_view>

#include "weir/jobs/comics/media.h"

namespace weir::comics {

enum class PictureKind { jpeg, png, gif, webp, jxl, avif, bmp, none };

// By its first bytes.
PictureKind picture_kind(std::span<const std::byte> bytes);
std::string_view to_string(PictureKind kind);

// As in Media.
Result<void> start_pictures();
Result<PictureHeader> read_picture_header(std::span<const std::byte> bytes);
Result<Thumbnail> make_thumbnail(std::span<const std::byte> bytes, const ThumbnailOptions& options);

// A picture of `pixels`: rows of red, green and blue, one byte
// each.
Result<Thumbnail> encode_pixels(std::span<const std::byte> pixels, i64 width, i64 height,
                                PictureFormat format);

// Width and height are not 0, and no more than max_picture_pixels in all.
// Errors: corrupt, too_large.
Result<void> check_picture_size(i64 width, i64 height);

}  // namespace weir::comics
