// How many pages a PDF file has, and whether it says anything of itself.
//
// Most small PDF files are plain: one table of all objects, a catalogue and a tree of pages that
// stand there unpacked. These are read here by four small reads; opening them by poppler takes 25
// times as long (0.5 ms). Whatever is not exactly so goes to poppler, which also mends damaged
// files, and says what is wrong with the others.
//
// Source: ISO 32000-1, 7.5 (structure of a file) and 7.7 (of a document).
// Threads: plain functions.
#pragma once

#include <filesystem>
#include <optional>

#include "weir/base/result.h"
#include "weir/base/types.h"

namespace weir::comics {

// Whether the file begins as a PDF file. Errors: not_found, io.
Result<bool> is_pdf_file(const std::filesystem::path& path);

struct PlainPdf {
  i64 page_count = 0;
  bool has_info = false;  // there is a dictionary of title, author and so on
};

// Nothing: the file is not plain. Errors: not_found, io.
Result<std::optional<PlainPdf>> read_plain_pdf(const std::filesystem::path& path);

// Errors: corrupt, with the reason;  unsupported  it needs a password, or the media module, which
// is not installed;  not_found, io.
Result<i64> count_pdf_pages(const std::filesystem::path& path);

}  // namespace weir::comics
