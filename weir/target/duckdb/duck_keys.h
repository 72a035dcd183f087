// DuckKeys: keys of records in temporary tables, for joins.
//
// Either one for each entity, with the columns k0, k1 and so on, the parts of the key with the
// types that they have in the entity's tables; or one for all, with the columns `entity` and `key`,
// the encoding, as weir_version has them.
//
// Threads: those of the connection.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/flow/batch_builder.h"
#include "weir/target/duckdb/duck_joins.h"
#include "weir/target/duckdb/duck_tables.h"

namespace weir::target {

enum class KeyForm { parts, encoding };

class DuckKeys {
 public:
  // `name` begins the names of the tables. `tables` outlives this.
  DuckKeys(const DuckSchema& schema, const Tables& tables, std::string name, KeyForm form);

  // Makes the tables, empty.
  Result<void> make();
  // Keys may come more than once. Errors: corrupt  the key is not of the entity's types.
  Result<void> add(i32 entity, std::string_view key);
  // Writes the keys that wait; nothing is added afterwards.
  Result<void> finish();
  Result<void> remove();

  KeyTable of(i32 entity) const;

 private:
  struct EntityKeys {
    std::string name;
    Schema schema;
    std::unique_ptr<flow::BatchBuilder> rows;
    i64 count = 0;
  };
  EntityKeys& keys_of(i32 entity) {
    return entities_[form_ == KeyForm::parts ? static_cast<std::size_t>(entity) : 0];
  }
  bool append(EntityKeys& keys, i32 entity, std::string_view key, bool& corrupt) const;
  Result<void> write(EntityKeys& keys);

  const DuckSchema& schema_;
  const Tables& tables_;
  const KeyForm form_;
  flow::Arena arena_;
  std::vector<EntityKeys> entities_;
};

}  // namespace weir::target
