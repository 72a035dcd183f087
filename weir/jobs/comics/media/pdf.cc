#include "weir/jobs/comics/media/pdf.h"

#include <fmt/format.h>
#include <poppler.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/jobs/comics/media/pdf_pictures.h"
#include "weir/jobs/comics/media/picture.h"

namespace weir::comics {

namespace {

template <auto free_function>
struct Free {
  template <typename T>
  void operator()(T* what) const {
    free_function(what);
  }
};
using Object = Free<g_object_unref>;
using Text = std::unique_ptr<char, Free<g_free>>;
using Failure = std::unique_ptr<GError, Free<g_error_free>>;
using Surface = std::unique_ptr<cairo_surface_t, Free<cairo_surface_destroy>>;
using Pen = std::unique_ptr<cairo_t, Free<cairo_destroy>>;
using Page = std::unique_ptr<PopplerPage, Object>;

std::string taken(char* text) {
  const Text owned(text);
  return text == nullptr ? std::string() : std::string(trim(text));
}

i64 taken_us(GDateTime* time) {
  if (time == nullptr) return 0;
  const std::unique_ptr<GDateTime, Free<g_date_time_unref>> owned(time);
  return g_date_time_to_unix(time) * 1'000'000;
}

struct Size {
  i64 width = 0;
  i64 height = 0;
};

// A page has no pixels of its own, and fills the size that is wanted as far as its proportions go.
Size fitted(double width, double height, const ThumbnailOptions& options) {
  const double scale = std::min(static_cast<double>(options.width) / width,
                                static_cast<double>(options.height) / height);
  const auto whole = [&](double side, i64 most) {
    return std::clamp<i64>(std::llround(side * scale), 1, most);
  };
  return {whole(width, options.width), whole(height, options.height)};
}

// Cairo keeps a pixel in a word of 32 bits, red above green above blue.
std::vector<std::byte> rows_of(cairo_surface_t* surface, const Size& size) {
  cairo_surface_flush(surface);
  const unsigned char* data = cairo_image_surface_get_data(surface);
  const auto stride = static_cast<std::size_t>(cairo_image_surface_get_stride(surface));
  std::vector<std::byte> pixels;
  pixels.reserve(static_cast<std::size_t>(size.width * size.height * 3));
  for (std::size_t y = 0; y < static_cast<std::size_t>(size.height); ++y)
    for (std::size_t x = 0; x < static_cast<std::size_t>(size.width); ++x) {
      u32 word = 0;
      std::copy_n(data + y * stride + x * 4, 4, reinterpret_cast<unsigned char*>(&word));
      for (const int shift : {16, 8, 0}) pixels.push_back(static_cast<std::byte>(word >> shift));
    }
  return pixels;
}

class PopplerFile final : public PdfFile {
 public:
  PopplerFile(PopplerDocument* document, std::filesystem::path path)
      : document_(document), path_(std::move(path)) {}

  i64 page_count() const override { return poppler_document_get_n_pages(document_.get()); }

  PdfInfo info() const override {
    PopplerDocument* document = document_.get();
    return {.title = taken(poppler_document_get_title(document)),
            .author = taken(poppler_document_get_author(document)),
            .subject = taken(poppler_document_get_subject(document)),
            .keywords = taken(poppler_document_get_keywords(document)),
            .creator = taken(poppler_document_get_creator(document)),
            .created_us = taken_us(poppler_document_get_creation_date_time(document)),
            .modified_us = taken_us(poppler_document_get_modification_date_time(document))};
  }

  Result<i64> memory_bytes(const ThumbnailOptions& options) const override {
    WEIR_ASSIGN(const PdfPictures pictures, find_pdf_pictures(path_));
    if (pictures.most_pixels > max_picture_pixels) WEIR_TRY(refused(pictures.most_pixels));
    // Measured, see pdf_test.cc: the fixed part is mostly fonts.
    return 24 * MiB + options.width * options.height * 16 +
           pictures.most_pixels * (pictures.has_jpx ? 24 : 10);
  }

  Result<Thumbnail> first_page(const ThumbnailOptions& options) const override {
    const Page page(page_count() < 1 ? nullptr : poppler_document_get_page(document_.get(), 0));
    if (page == nullptr) return Error(ErrorCode::corrupt, "the PDF file has no first page");
    double width = 0;
    double height = 0;
    poppler_page_get_size(page.get(), &width, &height);
    if (!(width > 0 && height > 0 && std::isfinite(width) && std::isfinite(height)))
      return Error(ErrorCode::corrupt, "the first page of the PDF file has no size");
    const Size size = fitted(width, height, options);

    const Surface surface(cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, static_cast<int>(size.width), static_cast<int>(size.height)));
    const Pen pen(cairo_create(surface.get()));
    cairo_set_source_rgb(pen.get(), 1, 1, 1);
    cairo_paint(pen.get());
    cairo_scale(pen.get(), static_cast<double>(size.width) / width,
                static_cast<double>(size.height) / height);
    poppler_page_render(page.get(), pen.get());
    if (const cairo_status_t status = cairo_status(pen.get()); status != CAIRO_STATUS_SUCCESS)
      return Error(ErrorCode::corrupt,
                   fmt::format("the first page of the PDF file cannot be drawn: "
                               "{}",
                               cairo_status_to_string(status)));
    return encode_pixels(rows_of(surface.get(), size), size.width, size.height, options.format);
  }

 private:
  static Result<void> refused(i64 pixels) {
    return Error(ErrorCode::too_large,
                 fmt::format("the PDF file has a picture of {} megapixels, and at most {} are "
                             "decoded",
                             pixels / 1'000'000, max_picture_pixels / 1'000'000));
  }

  std::unique_ptr<PopplerDocument, Object> document_;
  std::filesystem::path path_;
};

Error open_failure(const Failure& failure) {
  if (g_error_matches(failure.get(), POPPLER_ERROR, POPPLER_ERROR_ENCRYPTED) != 0)
    return {ErrorCode::unsupported, "the PDF file needs a password"};
  const bool is_missing = g_error_matches(failure.get(), G_FILE_ERROR, G_FILE_ERROR_NOENT) != 0;
  return {is_missing ? ErrorCode::not_found : ErrorCode::corrupt,
          fmt::format("poppler cannot read the PDF file: {}", printable(failure->message, 200))};
}

}  // namespace

Result<std::unique_ptr<PdfFile>> open_pdf_file(const std::filesystem::path& path) {
  GError* error = nullptr;
  std::error_code ignored;
  const Text uri(
      g_filename_to_uri(std::filesystem::absolute(path, ignored).c_str(), nullptr, &error));
  PopplerDocument* document =
      uri == nullptr ? nullptr : poppler_document_new_from_file(uri.get(), nullptr, &error);
  if (document == nullptr) return open_failure(Failure(error));
  return std::unique_ptr<PdfFile>(std::make_unique<PopplerFile>(document, path));
}

}  // namespace weir::comics
