// What people type to find comics: whatever comes is an error of the query that says where, or an
// expression that SQLite accepts, with and without the narrowing to title and series and with
// beginnings spelt out.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/db/sqlite.h"
#include "weir/jobs/comics/query.h"
#include "weir/jobs/comics/search_schema.h"

namespace {

using namespace weir;
using namespace weir::comics;

void require(bool holds) {
  if (!holds) __builtin_trap();
}

// A full-text table with three comics, and its tokenizer.
struct Tiny {
  std::unique_ptr<db::Connection> connection;
  Tokenizer tokenizer;
  db::Statement match;

  Tiny() {
    connection =
        std::make_unique<db::Connection>(std::move(db::Connection::open(":memory:", {})).value());
    const std::string columns = search_column_list();
    require(connection
                ->execute("CREATE VIRTUAL TABLE comic_fts USING fts5(" + columns +
                          ", tokenize = \"unicode61 remove_diacritics 2\");"
                          "INSERT INTO comic_fts(title, series, genres) VALUES ('The Silver Fox', "
                          "'Nights', 'War'), ('a b c', 'a', 'b'), ('Élodie', 'title', 'OR NOT')")
                .ok());
    tokenizer = std::move(Tokenizer::open(*connection)).value();
    match = std::move(connection->prepare("SELECT count(*) FROM comic_fts WHERE comic_fts MATCH ?"))
                .value();
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Tiny tiny;
  // A copy of exactly these bytes, so that a sanitizer sees each read beyond them.
  const std::vector<char> bytes(data, data + size);
  const std::string_view text(bytes.data(), bytes.size());
  const auto query = parse_query(text, tiny.tokenizer);
  if (!query.ok()) {
    require(query.error().code() == ErrorCode::usage);
    require(query.error().message().starts_with("the query"));
    return 0;
  }
  const auto expand = [](const std::string& prefix) -> Result<std::vector<std::string>> {
    return std::vector<std::string>{prefix, prefix + "s"};
  };
  for (const bool heavy : {false, true})
    for (const bool expanded : {false, true}) {
      ExpressionOptions options{.heavy_columns_only = heavy, .expand = {}};
      if (expanded) options.expand = expand;
      const auto expression = fts_expression(*query, options);
      require(expression.ok());
      tiny.match.bind(1, *expression);
      require(tiny.match.run().ok());
    }
  return 0;
}
