#include "weir/store/s3_answers.h"

#include <fmt/format.h>

#include <charconv>
#include <pugixml.hpp>

#include "weir/base/bytes.h"
#include "weir/base/time.h"
#include "weir/store/s3_settings.h"

namespace weir::store {

namespace {

// A namespace stands in front of names or not; only the local name counts.
std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.find(':');
  return colon == name.npos ? name : name.substr(colon + 1);
}

pugi::xml_node child_of(const pugi::xml_node& node, std::string_view name) {
  for (const pugi::xml_node& child : node.children())
    if (local_name(child) == name) return child;
  return {};
}

std::string text_of(const pugi::xml_node& node, std::string_view name) {
  return child_of(node, name).text().get();
}

Result<pugi::xml_node> root_of(pugi::xml_document& document, std::string_view xml,
                               std::string_view name) {
  const auto parsed = document.load_buffer(xml.data(), xml.size());
  const pugi::xml_node root = document.document_element();
  if (parsed && local_name(root) == name) return root;
  return Error(ErrorCode::corrupt,
               fmt::format("the server's answer is no {}: {}", name, printable(xml, 200)));
}

Result<std::string> key_of(const pugi::xml_node& node, std::string_view name, bool is_encoded) {
  std::string key = text_of(node, name);
  if (!is_encoded) return key;
  return percent_decoded(key);
}

bool is_url_encoded(const pugi::xml_node& root) { return text_of(root, "EncodingType") == "url"; }

i64 whole_seconds(std::string_view timestamp) {
  if (timestamp.ends_with('Z')) timestamp.remove_suffix(1);
  const i64 us = parse_iso_datetime(timestamp.substr(0, timestamp.find('.'))).value_or(0);
  return us - us % microseconds_per_second;
}

Result<S3Object> object_of(const pugi::xml_node& node, bool is_encoded) {
  S3Object object;
  WEIR_ASSIGN(object.key, key_of(node, "Key", is_encoded));
  object.etag = text_of(node, "ETag");
  object.mtime_us = whole_seconds(text_of(node, "LastModified"));
  const std::string size = text_of(node, "Size");
  const auto parsed = std::from_chars(size.data(), size.data() + size.size(), object.size);
  if (parsed.ec == std::errc() && object.size >= 0) return object;
  return Error(ErrorCode::corrupt, fmt::format("the server lists {} with the size \"{}\"",
                                               printable(object.key), printable(size)));
}

}  // namespace

Result<S3Page> parse_s3_page(std::string_view xml) {
  pugi::xml_document document;
  WEIR_ASSIGN(const pugi::xml_node root, root_of(document, xml, "ListBucketResult"));
  S3Page page;
  for (const pugi::xml_node& node : root.children()) {
    if (local_name(node) != "Contents") continue;
    WEIR_ASSIGN(S3Object object, object_of(node, is_url_encoded(root)));
    page.objects.push_back(std::move(object));
  }
  if (text_of(root, "IsTruncated") == "true") page.next = text_of(root, "NextContinuationToken");
  return page;
}

Result<S3UploadPage> parse_s3_uploads(std::string_view xml) {
  pugi::xml_document document;
  WEIR_ASSIGN(const pugi::xml_node root, root_of(document, xml, "ListMultipartUploadsResult"));
  S3UploadPage page;
  for (const pugi::xml_node& node : root.children()) {
    if (local_name(node) != "Upload") continue;
    WEIR_ASSIGN(std::string key, key_of(node, "Key", is_url_encoded(root)));
    page.uploads.push_back({std::move(key), text_of(node, "UploadId")});
  }
  if (text_of(root, "IsTruncated") != "true") return page;
  WEIR_ASSIGN(page.next_key, key_of(root, "NextKeyMarker", is_url_encoded(root)));
  page.next_id = text_of(root, "NextUploadIdMarker");
  return page;
}

Result<std::string> parse_s3_upload_id(std::string_view xml) {
  pugi::xml_document document;
  WEIR_ASSIGN(const pugi::xml_node root, root_of(document, xml, "InitiateMultipartUploadResult"));
  std::string id = text_of(root, "UploadId");
  if (!id.empty()) return id;
  return Error(ErrorCode::corrupt, "the server began an upload, but gave it no id");
}

std::optional<S3Fault> parse_s3_fault(std::string_view xml) {
  pugi::xml_document document;
  const auto root = root_of(document, xml, "Error");
  if (!root) return std::nullopt;
  return S3Fault{text_of(*root, "Code"), text_of(*root, "Message")};
}

std::optional<i64> parse_http_time(std::string_view text) {
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  constexpr std::string_view form = "Sat, 21 Nov 2026 18:33:28 GMT";
  if (text.size() != form.size() || !text.ends_with(" GMT")) return std::nullopt;
  const std::size_t month = months.find(text.substr(8, 3));
  if (month == months.npos || month % 3 != 0) return std::nullopt;
  return parse_iso_datetime(fmt::format("{}-{:02}-{}T{}", text.substr(12, 4), month / 3 + 1,
                                        text.substr(5, 2), text.substr(17, 8)));
}

}  // namespace weir::store
