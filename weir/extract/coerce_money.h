// Amounts of money as feeds write them: "$45,310.00", "45,310 USD", "(1,250.00)", "-$500", "$-500".
//
//   amount    sign? currency? sign? number currency?, at most one sign and one currency
//             or the same in parentheses, without a sign: negative
//   currency  $ £ ¥, a sign of U+20A0..U+20CF, or three ASCII letters; white space may stand
//             between it and the number
//
// Threads: plain functions.
#pragma once

#include <optional>
#include <string_view>

#include "weir/extract/coerce_number.h"

namespace weir::extract {

std::optional<Number> parse_money(std::string_view text, NumberForm form);

}  // namespace weir::extract
