// Which page of an archive is its cover.
//
// Threads: plain functions.
#pragma once

#include <optional>
#include <string_view>

#include "weir/store/archive.h"

namespace weir::comics {

// The page that the archive's ComicInfo.xml marks as FrontCover, or else the first one, in natural
// order. A ComicInfo.xml that cannot be read marks none. Nothing: there are no pages.
//
// Memory: the ComicInfo.xml, at most max_marks_bytes, and what its archive needs to be unpacked.
const store::Member* find_cover_page(const store::Archive& archive);
inline constexpr i64 max_marks_bytes = 16 * MiB;

// The ComicInfo.xml that counts: of several, the last in the archive. Null: there is none.
const store::Member* find_comic_info(const store::Archive& archive);

// The page, counted from 0, that a ComicInfo document in UTF-8 marks as FrontCover:
// <Pages><Page Image="3" Type="FrontCover"/></Pages>. Nothing: none, or it is not well-formed.
std::optional<i64> marked_cover(std::string_view document);

}  // namespace weir::comics
