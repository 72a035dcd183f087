#include "weir/jobs/comics/tree_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/jobs/comics/file_names.h"
#include "weir/jobs/comics/fingerprint.h"
#include "weir/jobs/comics/pdf_pages.h"

namespace weir::comics {

namespace {

void tell(extract::MemberSink& out, std::string_view name, i64 value) {
  const fmt::format_int text(value);
  out.member(name, {text.data(), text.size()});
}

class TreeReader final : public extract::DocumentReader {
 public:
  Result<bool> read(const extract::RecordFile& file, extract::MemberSink& out) const override {
    // `weir run` and `weir check` know no tree.
    if (file.facts == nullptr) return false;
    const auto& facts = static_cast<const ComicFacts&>(*file.facts);
    tell_file(facts, out);
    if (file.by_name_only) {
      out.member("file_type", file_type_by_name(facts.change.file.path));
      return true;
    }
    if (file.archive != nullptr) {
      tell_archive(*file.archive, facts.change.file.size, out);
      return true;
    }
    WEIR_TRY(tell_pdf(file.input->file, facts.change.file.size, out));
    return true;
  }

 private:
  static void tell_file(const ComicFacts& facts, extract::MemberSink& out) {
    const Change& change = facts.change;
    tell(out, "library_id", change.library);
    tell(out, "folder_id", change.folder);
    out.member("path", change.file.path);
    if (!change.file.path_bytes.empty()) out.member("path_bytes", change.file.path_bytes);
    tell(out, "size", change.file.size);
    tell(out, "mtime_ns", change.file.mtime_ns);
    tell(out, "inode", change.file.inode);
    tell(out, "device", change.file.device);
    out.member("created_at", change.created_at);
    out.member("updated_at", facts.time);
  }

  static void tell_archive(const store::Archive& archive, i64 size, extract::MemberSink& out) {
    const auto is_page = [](const store::Member& member) { return is_page_name(member.name); };
    tell(out, "page_count", std::ranges::count_if(archive.members(), is_page));
    tell(out, "fingerprint", fingerprint_of(archive, size));
    out.member("file_type", file_type_of(archive.format()));
  }

  static Result<void> tell_pdf(const std::filesystem::path& path, i64 size,
                               extract::MemberSink& out) {
    WEIR_ASSIGN(const bool pdf, is_pdf_file(path));
    if (!pdf)
      return Error(ErrorCode::corrupt,
                   "its bytes are those of no comic: neither zip, rar, 7z, tar nor PDF");
    WEIR_ASSIGN(const i64 pages, count_pdf_pages(path));
    WEIR_ASSIGN(const i64 fingerprint, fingerprint_of_bytes(path, size));
    tell(out, "page_count", pages);
    tell(out, "fingerprint", fingerprint);
    out.member("file_type", "PDF");
    return {};
  }
};

}  // namespace

std::shared_ptr<const extract::DocumentReader> make_tree_reader() {
  return std::make_shared<TreeReader>();
}

}  // namespace weir::comics
