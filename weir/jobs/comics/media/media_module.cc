// The entry of libweir_media.so.
#include "weir/jobs/comics/media/pdf.h"
#include "weir/jobs/comics/media/picture.h"

namespace weir::comics {
namespace {

class MediaLibraries final : public Media {
 public:
  Result<void> start() const override { return start_pictures(); }
  Result<PictureHeader> picture_header(std::span<const std::byte> bytes) const override {
    return read_picture_header(bytes);
  }
  Result<Thumbnail> thumbnail(std::span<const std::byte> bytes,
                              const ThumbnailOptions& options) const override {
    return make_thumbnail(bytes, options);
  }
  Result<std::unique_ptr<PdfFile>> open_pdf(const std::filesystem::path& path) const override {
    return open_pdf_file(path);
  }
};

const MediaLibraries media;

}  // namespace
}  // namespace weir::comics

extern "C" const void* weir_module(weir::i32 version) {
  using namespace weir::comics;
  return version == media_module_version ? static_cast<const Media*>(&media) : nullptr;
}
