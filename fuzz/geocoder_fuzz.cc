// What geocoding reads from others: tables, answers of services, addresses. Whatever bytes come,
// reading ends; what is taken is a result that comes back as it was; the rows of a table do not
// depend on the pieces in which its bytes come.
//
// Input: the first byte says what it is, and how long the pieces are.
#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/jobs/courts/address.h"
#include "weir/jobs/courts/geocode_answer.h"
#include "weir/jobs/courts/geocode_result.h"
#include "weir/jobs/courts/geocode_table.h"

namespace {

using namespace weir;
using namespace weir::courts;

void check(bool claim) {
  if (!claim) __builtin_trap();
}

void check_result(std::string_view encoded) {
  ResultCells cells;
  check(decode_result(encoded, cells));
  check(!cells[result_status].null);
  std::string again;
  encode_result(cells, again);
  check(again == encoded);
  for (const ResultCell& cell : cells) check(is_valid_utf8(cell.text));
}

class Pieces final : public ByteStream {
 public:
  Pieces(std::string_view text, std::size_t most) : text_(text), most_(most) {}
  Result<i64> read(std::span<std::byte> out) override {
    const std::size_t bytes = std::min({text_.size(), most_, out.size()});
    std::memcpy(out.data(), text_.data(), bytes);
    text_.remove_prefix(bytes);
    return static_cast<i64>(bytes);
  }

 private:
  std::string_view text_;
  std::size_t most_;
};

std::string rows_of(std::string_view csv, std::size_t piece) {
  Pieces stream(csv, piece);
  std::string rows;
  const auto read =
      read_geocode_table(stream, [&](std::string_view key, i64 line, std::string_view result) {
        check_result(result);
        rows.append(key).append(std::to_string(line)).append(result);
        return Result<void>();
      });
  return read ? rows : "refused";
}

void check_address(std::string_view text) {
  std::string once, twice;
  append_normalized(text, once);
  append_normalized(once, twice);
  check(once == twice);
  check(once.empty() || (once.front() != ' ' && once.back() != ' '));
  check(once.find("  ") == once.npos);
  const StreetParts parts = split_street(text);
  check(parts.house_number.size() + parts.street_name.size() <= once.size());
  std::string key;
  make_lookup_key({.street = text, .city = text, .state = text, .postal_code = text}, key);
  check(std::ranges::count(key, '|') >= 2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0: {
      check(rows_of(text, text.size() + 1) == rows_of(text, 1U + data[0] / 5U));
      break;
    }
    case 1: {
      std::string result;
      if (read_city_answer(text, result)) check_result(result);
      break;
    }
    case 2: {
      std::vector<std::string> results(3);
      read_census_answer(text, results);
      for (const std::string& result : results)
        if (!result.empty()) check_result(result);
      break;
    }
    case 3: {
      ResultCells cells;
      std::string encoded;
      if (decode_result(text, cells)) encode_result(cells, encoded);
      break;
    }
    default:
      check_address(text);
  }
  return 0;
}
