// The documents of a comic through the job's own declaration: whatever their bytes are, the record
// is taken or refused, all texts that come out are UTF-8, and links lead to rows.
//
// The first byte says which document the others are.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/extract/extractor.h"
#include "weir/format/xml_encoding.h"
#include "weir/jobs/comics/declaration.h"
#include "weir/jobs/comics/names.h"
#include "weir/pipeline/loaded_declaration.h"

namespace {

using namespace weir;
using namespace weir::extract;

class Text final : public ByteStream {
 public:
  explicit Text(std::string_view text) : text_(text) {}
  Result<i64> read(std::span<std::byte> out) override {
    const std::size_t count = std::min(out.size(), text_.size());
    std::copy_n(text_.begin(), count, reinterpret_cast<char*>(out.data()));
    text_.remove_prefix(count);
    return static_cast<i64>(count);
  }

 private:
  std::string_view text_;
};

// In place of the tree.
class Stat final : public DocumentReader {
 public:
  Result<bool> read(const RecordFile&, MemberSink& out) const override {
    out.member("library_id", "1");
    out.member("path", "Saga/Saga 012.cbz");
    out.member("file_type", "CBZ");
    return true;
  }
};

const pipeline::LoadedDeclaration& loaded() {
  static const auto made = [] {
    Names names;
    comics::add_names(names);
    auto declaration =
        pipeline::load_text_for_run(comics::declaration_text(), "comics.toml", "", names);
    if (!declaration.ok()) __builtin_trap();
    return std::move(*declaration);
  }();
  return *made;
}

// The document as the archive's reader hands it on: UTF-8, or Windows-1252 made so.
DocumentBytes decoded(std::string_view bytes, const SourceDecl& source, std::string& room) {
  std::unique_ptr<ByteStream> stream = std::make_unique<Text>(bytes);
  if (source.format == Format::xml)
    stream = std::make_unique<format::XmlUtf8Stream>(std::move(stream));
  room.assign(4 * bytes.size() + 4096, ' ');
  const std::span<std::byte> out = std::as_writable_bytes(std::span(room));
  i64 size = 0;
  for (i64 count = 1; count > 0; size += count) {
    const auto read = stream->read(out.subspan(static_cast<std::size_t>(size)));
    if (!read.ok()) return {.state = DocumentBytes::State::broken, .problem = "encoding"};
    count = *read;
  }
  if (!is_valid_utf8(std::string_view(room).substr(0, static_cast<std::size_t>(size))))
    size = format::windows1252_to_utf8(out, size);
  if (size < 0) __builtin_trap();
  room.resize(static_cast<std::size_t>(size + FrontEnd::padding), ' ');
  return {.state = DocumentBytes::State::whole,
          .text = std::string_view(room).substr(0, static_cast<std::size_t>(size))};
}

void check_texts(const Batch& batch) {
  for (const Column& column : batch.columns)
    for (i64 row = 0; row < batch.rows; ++row)
      if (is_text(column.type) && !column.is_null(row) && !is_valid_utf8(column.text_at(row)))
        __builtin_trap();
}

void check_links(const Tables& tables, const ChunkBatches& batches) {
  for (std::size_t i = 0; i < tables.tables.size(); ++i) {
    const Batch& batch = batches.tables[i];
    check_texts(batch);
    for (const TableColumn& column : tables.tables[i].columns) {
      if (column.source != ColumnSource::lookup_ref) continue;
      const i64 at = tables.batch_schema(static_cast<i32>(i)).find(column.name);
      const Column& links = batch.columns[static_cast<std::size_t>(at)];
      for (i64 row = 0; row < batch.rows; ++row)
        if (!links.is_null(row) &&
            links.at<i32>(row) >= batches.tables[static_cast<std::size_t>(column.table)].rows)
          __builtin_trap();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const pipeline::LoadedDeclaration& declaration = loaded();
  const Plan& plan = *declaration.plans.front();
  flow::Arena arena(64 * MiB);
  ChunkColumns columns(declaration.tables, arena);
  Extractor extractor(plan, columns, {}, 16 * MiB);

  const Stat stat;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::string room;
  RecordDocuments documents;
  documents.documents.resize(plan.documents.size());
  for (std::size_t i = 0, number = 0; i < plan.documents.size(); ++i) {
    if (plan.documents[i].source->reader == "comic_stat") documents.told.emplace_back(i, &stat);
    if (plan.documents[i].member.empty()) continue;
    if (number++ == data[0] % 5u)
      documents.documents[i] = decoded(bytes, *plan.documents[i].source, room);
  }
  InputContext input;
  if (!extractor.extract(documents, input, {.row = 1})) __builtin_trap();
  const ChunkBatches batches = columns.view();
  // Documents of comics are skipped where they are broken.
  if (batches.rejects.rows != 0 || batches.records.rows != 1) __builtin_trap();
  check_links(declaration.tables, batches);
  return 0;
}
