// PDF files, read and drawn by poppler.
//
// Threads: open_pdf_file from any thread; what it gives belongs to one thread at a time.
#pragma once

#include <filesystem>
#include <memory>

#include "weir/jobs/comics/media.h"

namespace weir::comics {

// As Media::open_pdf.
Result<std::unique_ptr<PdfFile>> open_pdf_file(const std::filesystem::path& path);

}  // namespace weir::comics
