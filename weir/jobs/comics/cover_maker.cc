#include "weir/jobs/comics/cover_maker.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>

#include "weir/base/bytes.h"
#include "weir/jobs/comics/cover_page.h"
#include "weir/jobs/comics/pdf_pages.h"

namespace weir::comics {

namespace {

// A comic has far fewer entries and shorter names; so its directory stays within directory_bytes.
constexpr store::InputLimits limits = {.members = 50'000, .name_bytes = 1'024, .name_depth = 32};
constexpr i64 directory_bytes = 8 * MiB;
// The cover, its encoder, and what reading one archive takes.
constexpr i64 worker_bytes = 4 * MiB;

// What is held to unpack `member`. A zip file's members stand for themselves; decoders of the
// others look back over what they have unpacked, as far as their window, which is not told.
i64 unpacking_bytes(const store::Archive& archive, const store::Member& member) {
  if (archive.format() == "zip" || member.method == "stored") return 0;
  i64 bytes = 0;
  for (const store::Member& one : archive.members()) {
    bytes += std::max<i64>(0, one.size);
    if (&one == &member) break;
  }
  return bytes;
}

i64 choosing_bytes(const store::Archive& archive) {
  const store::Member* info = find_comic_info(archive);
  if (info == nullptr) return 0;
  const i64 size = info->size < 0 ? max_marks_bytes : std::min(info->size, max_marks_bytes);
  return 2 * size + unpacking_bytes(archive, *info);
}

Result<std::string> read_page(const store::Archive& archive, const store::Member& page) {
  WEIR_ASSIGN(const auto stream, archive.read(page));
  std::string bytes(static_cast<std::size_t>(page.size), '\0');
  std::size_t size = 0;
  std::byte behind{};
  while (true) {
    auto room = std::as_writable_bytes(std::span(bytes)).subspan(size);
    if (room.empty()) room = std::span(&behind, 1);  // only the end says that all were right
    WEIR_ASSIGN(const i64 read, stream->read(room));
    if (read == 0) break;
    size += static_cast<std::size_t>(read);
    if (size > bytes.size())
      return Error(ErrorCode::corrupt, "it has more bytes than the archive states");
  }
  bytes.resize(size);
  return bytes;
}

Error too_small(i64 bytes, i64 budget) {
  return {ErrorCode::budget,
          fmt::format("its page takes {} to decode, and {} are free for that; give more --memory",
                      format_size(bytes), format_size(budget))};
}

}  // namespace

Result<Thumbnail> CoverMaker::make(const std::filesystem::path& comic,
                                   const std::stop_token& stop) const {
  WEIR_ASSIGN(const bool is_pdf, is_pdf_file(comic));
  return is_pdf ? of_pdf(comic, stop) : of_archive(comic, stop);
}

Result<Thumbnail> CoverMaker::of_pdf(const std::filesystem::path& comic,
                                     const std::stop_token& stop) const {
  WEIR_ASSIGN(const auto pdf, media_.open_pdf(comic));
  WEIR_ASSIGN(const i64 page_bytes, pdf->memory_bytes(options_));
  const i64 bytes = page_bytes + worker_bytes;
  if (bytes > budget_.limit_bytes()) return too_small(bytes, budget_.limit_bytes());
  WEIR_ASSIGN(const auto held, budget_.reserve(bytes, stop));
  return pdf->first_page(options_);
}

Result<Thumbnail> CoverMaker::of_archive(const std::filesystem::path& comic,
                                         const std::stop_token& stop) const {
  const i64 least = worker_bytes + directory_bytes;
  if (least > budget_.limit_bytes()) return too_small(least, budget_.limit_bytes());
  WEIR_ASSIGN(auto held, budget_.reserve(least, stop));
  WEIR_ASSIGN(const auto archive, store::Archive::open(comic, limits));

  // The directory stays; it is part of each reservation from here on.
  const i64 choosing = least + choosing_bytes(*archive);
  if (choosing > budget_.limit_bytes()) return too_small(choosing, budget_.limit_bytes());
  held.release();
  WEIR_ASSIGN(held, budget_.reserve(choosing, stop));
  const store::Member* page = find_cover_page(*archive);
  if (page == nullptr) return Error(ErrorCode::corrupt, "it has no pages");
  held.release();

  auto cover = of_page(*archive, *page, stop);
  if (!cover.ok()) return std::move(cover).error().context(printable(page->name));
  return cover;
}

Result<Thumbnail> CoverMaker::of_page(const store::Archive& archive, const store::Member& page,
                                      const std::stop_token& stop) const {
  if (page.size < 0) return Error(ErrorCode::unsupported, "the archive does not state its size");
  const i64 reading = worker_bytes + directory_bytes + page.size + unpacking_bytes(archive, page);
  if (reading > budget_.limit_bytes()) return too_small(reading, budget_.limit_bytes());
  WEIR_ASSIGN(auto held, budget_.reserve(reading, stop));
  WEIR_ASSIGN(std::string bytes, read_page(archive, page));
  WEIR_ASSIGN(const PictureHeader header, media_.picture_header(std::as_bytes(std::span(bytes))));

  const i64 decoding = worker_bytes + directory_bytes + page.size + header.memory_bytes;
  const i64 both = std::max(reading, decoding);
  if (both > budget_.limit_bytes()) return too_small(both, budget_.limit_bytes());
  auto more = both > reading ? budget_.try_reserve(both - reading) : flow::Reservation();
  if (!more.ok()) {
    std::string().swap(bytes);
    held.release();
    WEIR_ASSIGN(held, budget_.reserve(both, stop));
    WEIR_ASSIGN(bytes, read_page(archive, page));
  }
  return media_.thumbnail(std::as_bytes(std::span(bytes)), options_);
}

}  // namespace weir::comics
