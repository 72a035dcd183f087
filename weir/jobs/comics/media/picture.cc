#include "weir/jobs/comics/media/picture.h"

#include <fmt/format.h>
#include <vips/vips.h>

#include <cstring>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <type_traits>

#include "weir/base/bytes.h"

namespace weir::comics {

namespace {

struct Unref {
  void operator()(VipsImage* image) const { g_object_unref(image); }
};
using Image = std::unique_ptr<VipsImage, Unref>;

// Quality of what is written; WebP's effort lies between speed (0) and size (6).
constexpr int webp_quality = 80;
constexpr int webp_effort = 2;
constexpr int jpeg_quality = 85;

// libvips keeps one text of errors for the process. So whoever failed tries again while nobody else
// is at work, and what the text then says is about him.
std::shared_mutex working;

std::string vips_reason() {
  std::unique_ptr<char, decltype(&g_free)> text(vips_error_buffer_copy(), g_free);
  return printable(trim(text.get()), 200);
}

Result<void> start_vips() {
  // What libraries remark goes to no terminal of ours; errors come back as texts.
  for (const char* domain : {"VIPS", "Poppler", "GLib-GObject"})
    g_log_set_handler(
        domain,
        static_cast<GLogLevelFlags>(G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO |
                                    G_LOG_LEVEL_DEBUG),
        [](const char*, GLogLevelFlags, const char*, void*) {}, nullptr);
  if (vips_init("weir") != 0)
    return Error(ErrorCode::unsupported, "libvips does not start: " + vips_reason());
  vips_cache_set_max(0);
  vips_concurrency_set(1);
  return {};
}

// `step` gives a Result.
template <typename Step>
std::invoke_result_t<Step> with_own_errors(const Step& step) {
  WEIR_TRY(start_pictures());
  {
    std::shared_lock lock(working);
    auto done = step();
    if (done.ok() || done.error().code() != ErrorCode::corrupt) return done;
  }
  std::unique_lock lock(working);
  vips_error_clear();
  return step();
}

Error broken(PictureKind kind) {
  return {ErrorCode::corrupt,
          fmt::format("the {} picture cannot be decoded: {}", to_string(kind), vips_reason())};
}

void* mutable_data(std::span<const std::byte> bytes) {
  return const_cast<std::byte*>(bytes.data());
}

i64 little_endian(std::span<const std::byte> bytes, std::size_t at, std::size_t count) {
  i64 value = 0;
  for (std::size_t i = count; i-- > 0;) value = value << 8 | std::to_integer<i64>(bytes[at + i]);
  return value;
}

// The header of a BMP, which libvips reads by ImageMagick only: that would decode it.
Result<PictureHeader> read_bmp_header(std::span<const std::byte> bytes) {
  if (bytes.size() < 26) return Error(ErrorCode::corrupt, "the BMP picture ends in its header");
  const bool first_version = little_endian(bytes, 14, 4) == 12;
  PictureHeader header;
  header.width = little_endian(bytes, 18, first_version ? 2 : 4);
  const i64 height = little_endian(bytes, first_version ? 20 : 22, first_version ? 2 : 4);
  const bool downward = !first_version && height >= i64{1} << 31;
  header.height = downward ? (i64{1} << 32) - height : height;
  return header;
}

// Reads the header and no more; pixels would come when they are asked for.
Image load_header(std::span<const std::byte> bytes, PictureKind kind) {
  VipsImage* image = nullptr;
  void* data = mutable_data(bytes);
  const auto access = VIPS_ACCESS_SEQUENTIAL;
  switch (kind) {
    case PictureKind::jpeg:
      vips_jpegload_buffer(data, bytes.size(), &image, "access", access, nullptr);
      break;
    case PictureKind::png:
      vips_pngload_buffer(data, bytes.size(), &image, "access", access, nullptr);
      break;
    case PictureKind::gif:
      vips_gifload_buffer(data, bytes.size(), &image, "access", access, nullptr);
      break;
    case PictureKind::webp:
      vips_webpload_buffer(data, bytes.size(), &image, "access", access, nullptr);
      break;
    case PictureKind::jxl:
      vips_jxlload_buffer(data, bytes.size(), &image, "access", access, nullptr);
      break;
    case PictureKind::avif:
      vips_heifload_buffer(data, bytes.size(), &image, "access", access, nullptr);
      break;
    case PictureKind::bmp:
    case PictureKind::none:
      break;
  }
  return Image(image);
}

bool is_interlaced(VipsImage* image) {
  int interlaced = 0;
  return vips_image_get_typeof(image, "interlaced") != 0 &&
         vips_image_get_int(image, "interlaced", &interlaced) == 0 && interlaced != 0;
}

// What decoding held at most for pictures of 6 to 24 megapixels, and some more; the test measures
// it again. JPEG and PNG come in strips, unless they are interlaced.
i64 memory_of(PictureKind kind, i64 width, i64 height, bool interlaced, i64 sample_bytes) {
  const i64 strips = 16 * MiB + 1024 * width * 4 * sample_bytes;
  const auto whole = [&](i64 pixel_bytes) { return strips + width * height * pixel_bytes; };
  switch (kind) {
    case PictureKind::jpeg:
      return whole(interlaced ? 6 : 0);
    case PictureKind::png:
      return whole(interlaced ? 4 * sample_bytes : 0);
    case PictureKind::gif:
      return whole(8);
    case PictureKind::webp:
      return whole(6);
    case PictureKind::jxl:
      return whole(10 * sample_bytes);
    case PictureKind::avif:
      return whole(14 * sample_bytes);
    default:
      return whole(14);
  }
}

Result<PictureHeader> header_of(std::span<const std::byte> bytes, PictureKind kind) {
  PictureHeader header;
  bool interlaced = false;
  i64 sample_bytes = 1;
  if (kind == PictureKind::bmp) {
    WEIR_ASSIGN(header, read_bmp_header(bytes));
  } else {
    const Image image = load_header(bytes, kind);
    if (image == nullptr) return broken(kind);
    header.width = image->Xsize;
    header.height = image->Ysize;
    interlaced = is_interlaced(image.get());
    sample_bytes = static_cast<i64>(vips_format_sizeof(image->BandFmt));
  }
  WEIR_TRY(check_picture_size(header.width, header.height));
  header.memory_bytes = memory_of(kind, header.width, header.height, interlaced, sample_bytes);
  return header;
}

// Opaque, and with nothing but its pixels.
Result<Image> bare(Image image, PictureKind kind) {
  VipsImage* plain = nullptr;
  if (vips_image_hasalpha(image.get()) != 0) {
    const double white = image->BandFmt == VIPS_FORMAT_USHORT ? 65'535 : 255;
    const std::unique_ptr<VipsArrayDouble, void (*)(VipsArrayDouble*)> background(
        vips_array_double_newv(1, white),
        [](VipsArrayDouble* array) { vips_area_unref(VIPS_AREA(array)); });
    if (vips_flatten(image.get(), &plain, "background", background.get(), nullptr) != 0)
      return broken(kind);
  } else if (vips_copy(image.get(), &plain, nullptr) != 0) {
    return broken(kind);
  }
  vips_image_remove(plain, VIPS_META_ICC_NAME);
  return Image(plain);
}

Result<Thumbnail> encode(const Image& image, PictureFormat format, PictureKind kind) {
  void* data = nullptr;
  std::size_t size = 0;
  const int failed = format == PictureFormat::webp
                         ? vips_webpsave_buffer(image.get(), &data, &size, "Q", webp_quality,
                                                "effort", webp_effort, "strip", TRUE, nullptr)
                         : vips_jpegsave_buffer(image.get(), &data, &size, "Q", jpeg_quality,
                                                "optimize_coding", TRUE, "strip", TRUE, nullptr);
  if (failed != 0) return broken(kind);
  const std::unique_ptr<void, decltype(&g_free)> owned(data, g_free);
  return Thumbnail{std::string(static_cast<const char*>(data), size), image->Xsize, image->Ysize};
}

// Whether colours have to go through a profile to be sRGB. It is made anew for each picture, which
// takes milliseconds: ten times as long as a small page.
bool needs_profile(std::span<const std::byte> bytes, PictureKind kind) {
  if (kind == PictureKind::bmp) return false;
  const Image image = load_header(bytes, kind);
  return image != nullptr && (vips_image_get_typeof(image.get(), VIPS_META_ICC_NAME) != 0 ||
                              image->Type == VIPS_INTERPRETATION_CMYK);
}

Result<Thumbnail> thumbnail_of(std::span<const std::byte> bytes, PictureKind kind,
                               const ThumbnailOptions& options) {
  WEIR_TRY(header_of(bytes, kind));
  VipsImage* small = nullptr;
  // "fail_on" as an option of the thumbnail does not reach the reader of bytes in memory (8.14).
  if (vips_thumbnail_buffer(
          mutable_data(bytes), bytes.size(), &small, static_cast<int>(options.width), "height",
          static_cast<int>(options.height), "size", VIPS_SIZE_DOWN, "option_string",
          "[fail_on=error]", needs_profile(bytes, kind) ? "export_profile" : nullptr, "srgb",
          nullptr) != 0)
    return broken(kind);
  WEIR_ASSIGN(const Image image, bare(Image(small), kind));
  return encode(image, options.format, kind);
}

Result<PictureKind> known_kind(std::span<const std::byte> bytes) {
  const PictureKind kind = picture_kind(bytes);
  if (kind == PictureKind::none)
    return Error(ErrorCode::unsupported,
                 "its bytes are none of JPEG, PNG, GIF, WebP, JPEG XL, AVIF and BMP");
  return kind;
}

}  // namespace

Result<void> start_pictures() {
  static const Result<void> done = start_vips();
  return done;
}

Result<void> check_picture_size(i64 width, i64 height) {
  if (width < 1 || height < 1)
    return Error(ErrorCode::corrupt, fmt::format("it is {}x{} pixels large", width, height));
  if (width > max_picture_pixels / height)
    return Error(ErrorCode::too_large,
                 fmt::format("{}x{} pixels are more than the {} megapixels that are decoded", width,
                             height, max_picture_pixels / 1'000'000));
  return {};
}

Result<PictureHeader> read_picture_header(std::span<const std::byte> bytes) {
  WEIR_ASSIGN(const PictureKind kind, known_kind(bytes));
  return with_own_errors([&] { return header_of(bytes, kind); });
}

Result<Thumbnail> make_thumbnail(std::span<const std::byte> bytes,
                                 const ThumbnailOptions& options) {
  WEIR_ASSIGN(const PictureKind kind, known_kind(bytes));
  return with_own_errors([&] { return thumbnail_of(bytes, kind, options); });
}

Result<Thumbnail> encode_pixels(std::span<const std::byte> pixels, i64 width, i64 height,
                                PictureFormat format) {
  return with_own_errors([&]() -> Result<Thumbnail> {
    const Image image(vips_image_new_from_memory(pixels.data(), pixels.size(),
                                                 static_cast<int>(width), static_cast<int>(height),
                                                 3, VIPS_FORMAT_UCHAR));
    if (image == nullptr) return broken(PictureKind::none);
    return encode(image, format, PictureKind::none);
  });
}

}  // namespace weir::comics
