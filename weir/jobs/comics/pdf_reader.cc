#include "weir/jobs/comics/pdf_reader.h"

#include "weir/jobs/comics/media.h"
#include "weir/jobs/comics/pdf_pages.h"

namespace weir::comics {

namespace {

bool tell(std::string_view name, const std::string& value, extract::MemberSink& out) {
  if (!value.empty()) out.member(name, value);
  return !value.empty();
}

class PdfReader final : public extract::DocumentReader {
 public:
  Result<bool> read(const extract::RecordFile& file, extract::MemberSink& out) const override {
    if (file.archive != nullptr || file.by_name_only) return false;
    const std::filesystem::path& path = file.input->file;
    WEIR_ASSIGN(const bool wanted, is_pdf_file(path));
    if (!wanted) return false;
    WEIR_ASSIGN(const auto plain, read_plain_pdf(path));
    if (plain && !plain->has_info) return false;
    WEIR_ASSIGN(const Media* media, open_media());
    WEIR_ASSIGN(const auto pdf, media->open_pdf(path));
    const PdfInfo info = pdf->info();
    bool any = tell("title", info.title, out);
    any |= tell("summary", info.subject, out);
    any |= tell("writer", info.author, out);
    any |= tell("keywords", info.keywords, out);
    return any;
  }
};

}  // namespace

std::shared_ptr<const extract::DocumentReader> make_pdf_reader() {
  return std::make_shared<PdfReader>();
}

}  // namespace weir::comics
