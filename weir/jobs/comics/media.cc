#include "weir/jobs/comics/media.h"

#include <atomic>

#include "weir/base/module.h"

namespace weir::comics {

std::string_view to_string(PictureFormat format) {
  return format == PictureFormat::webp ? "webp" : "jpeg";
}

Result<const Media*> open_media() {
  // The system knows a module that is open already; once it is, nothing is asked any more.
  static std::atomic<const Media*> opened = nullptr;
  if (const Media* media = opened.load()) return media;
  WEIR_ASSIGN(const Media* media,
              open_module_as<Media>("libweir_media.so", "weir-media", media_module_version));
  opened = media;
  return media;
}

}  // namespace weir::comics
