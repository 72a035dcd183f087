// The cover of one comic, made within a memory budget.
//
// Before something is read or decoded, what it takes is reserved: the bytes of a page as the
// archive states them, the picture as its header tells, the largest picture of a PDF file. Nothing
// is reserved while something else is waited for: where a page's bytes are there, and decoding it
// does not fit beside what others hold, they are given up and read again.
//
// Threads: from any thread, a comic each.
#pragma once

#include <filesystem>
#include <stop_token>

#include "weir/flow/memory_budget.h"
#include "weir/jobs/comics/media.h"
#include "weir/store/archive.h"

namespace weir::comics {

class CoverMaker {
 public:
  // All outlive it.
  CoverMaker(const Media& media, flow::MemoryBudget& budget, const ThumbnailOptions& options)
      : media_(media), budget_(budget), options_(options) {}

  // Errors: corrupt, unsupported, too_large  of the comic, its page or picture;
  //   not_found  the comic is not there, or has no pages (then corrupt);  io
  //   budget     the page does not fit into the whole budget
  //   cancelled  `stop` was requested while waiting for memory
  Result<Thumbnail> make(const std::filesystem::path& comic, const std::stop_token& stop) const;

 private:
  Result<Thumbnail> of_pdf(const std::filesystem::path& comic, const std::stop_token& stop) const;
  Result<Thumbnail> of_archive(const std::filesystem::path& comic,
                               const std::stop_token& stop) const;
  Result<Thumbnail> of_page(const store::Archive& archive, const store::Member& page,
                            const std::stop_token& stop) const;

  const Media& media_;
  flow::MemoryBudget& budget_;
  const ThumbnailOptions& options_;
};

}  // namespace weir::comics
