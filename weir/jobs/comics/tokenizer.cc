#include "weir/jobs/comics/tokenizer.h"

#include <sqlite3.h>

#include <limits>

namespace weir::comics {

struct Tokenizer::Made {
  fts5_tokenizer calls{};
  Fts5Tokenizer* instance = nullptr;
};

void Tokenizer::Delete::operator()(Made* made) const {
  if (made->instance != nullptr) made->calls.xDelete(made->instance);
  delete made;
}

Result<Tokenizer> Tokenizer::open(db::Connection& connection) {
  WEIR_ASSIGN(fts5_api * api, connection.full_text_api());
  Tokenizer tokenizer;
  tokenizer.made_.reset(new Made);
  Made& made = *tokenizer.made_;
  void* user_data = nullptr;
  const char* options[] = {"remove_diacritics", "2"};
  if (api->xFindTokenizer(api, "unicode61", &user_data, &made.calls) != SQLITE_OK ||
      made.calls.xCreate(user_data, options, 2, &made.instance) != SQLITE_OK)
    return Error(ErrorCode::unsupported, "this SQLite has no tokenizer unicode61");
  return tokenizer;
}

Result<std::vector<std::string>> Tokenizer::words(std::string_view text) const {
  std::vector<std::string> words;
  const auto take = [](void* to, int, const char* word, int bytes, int, int) {
    static_cast<std::vector<std::string>*>(to)->emplace_back(word, static_cast<std::size_t>(bytes));
    return SQLITE_OK;
  };
  if (text.size() > std::numeric_limits<int>::max())
    return Error(ErrorCode::too_large, "a text of more than 2 GiB has no words");
  const int result = made_->calls.xTokenize(made_->instance, &words, FTS5_TOKENIZE_QUERY,
                                            text.data(), static_cast<int>(text.size()), take);
  if (result != SQLITE_OK) return Error(ErrorCode::budget, "no memory left for words");
  return words;
}

}  // namespace weir::comics
