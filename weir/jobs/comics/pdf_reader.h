// The reader `comic_pdf`: what a PDF file says of itself, as a document of the comic.
//
//   title      Title
//   summary    Subject
//   writer     Author: a list of persons, separated by "," or ";"
//   keywords   Keywords, separated likewise
//
// The date of a PDF file is when the file was made, not when the comic appeared, and its creator is
// a program; neither is told. Files that are no PDF have no such document.
#pragma once

#include <memory>

#include "weir/extract/document_reader.h"

namespace weir::comics {

// Threads: as DocumentReader says. Errors of read: as count_pdf_pages.
std::shared_ptr<const extract::DocumentReader> make_pdf_reader();

}  // namespace weir::comics
