#include "weir/format/json_index.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>

#include "weir/base/assert.h"

namespace weir::format {

static_assert(JsonIndex::padding >= static_cast<i64>(simdjson::SIMDJSON_PADDING));

struct JsonIndex::Parser {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stages;
  std::size_t capacity = 0;
};

std::string_view to_string(JsonFault fault) {
  switch (fault) {
    case JsonFault::none:
      return "none";
    case JsonFault::utf8:
      return "utf8";
    case JsonFault::json_syntax:
      return "json_syntax";
    case JsonFault::not_object:
      return "not_object";
  }
  return "";
}

JsonIndex::JsonIndex() : parser_(std::make_unique<Parser>()) {}
JsonIndex::~JsonIndex() = default;
JsonIndex::JsonIndex(JsonIndex&&) noexcept = default;
JsonIndex& JsonIndex::operator=(JsonIndex&&) noexcept = default;

// The capacity doubles, so that records of growing sizes make few allocations.
bool JsonIndex::reserve(i64 bytes) {
  const auto wanted = static_cast<std::size_t>(bytes);
  if (parser_->stages && wanted <= parser_->capacity) return true;
  const std::size_t capacity = std::max(std::bit_ceil(wanted), std::size_t{4096});
  parser_->stages.reset();
  // The depth is of no use to the first stage, and the second one never runs.
  const auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(
      std::min(capacity, simdjson::SIMDJSON_MAXSIZE_BYTES), 1, parser_->stages);
  parser_->capacity = capacity;
  return error == simdjson::SUCCESS;
}

JsonFault JsonIndex::build(std::string_view text) {
  positions_ = {};
  const bool reserved = reserve(static_cast<i64>(text.size()));
  WEIR_ASSERT(reserved);  // less than 4 GiB, and memory was reserved for it
  const auto error = parser_->stages->stage1(reinterpret_cast<const std::uint8_t*>(text.data()),
                                             text.size(), simdjson::stage1_mode::regular);
  if (error != simdjson::SUCCESS) return is_utf8(text) ? JsonFault::json_syntax : JsonFault::utf8;
  positions_ = {parser_->stages->structural_indexes.get(), parser_->stages->n_structural_indexes};
  return JsonFault::none;
}

bool is_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

}  // namespace weir::format
