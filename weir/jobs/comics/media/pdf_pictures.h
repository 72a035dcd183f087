// How large the pictures in a PDF file are, found without decoding them: dictionaries of pictures
// stand unpacked in every PDF, since what has a stream cannot lie in another stream.
//
// Threads: plain function.
#pragma once

#include <filesystem>

#include "weir/base/result.h"
#include "weir/base/types.h"

namespace weir::comics {

struct PdfPictures {
  i64 most_pixels = 0;   // of one picture; max_picture_pixels where a file does not say it plainly
  bool has_jpx = false;  // some are JPEG 2000, which is decoded as a whole
};

// Reads the file once, from front to back. Errors: not_found, io.
Result<PdfPictures> find_pdf_pictures(const std::filesystem::path& path);

}  // namespace weir::comics
