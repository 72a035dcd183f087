// DuckKeys: keys of records in temporary tables, one for each entity, for joins.
//
// A table has the columns k0, k1 and so on, the parts of the key with the types that they have in
// the entity's tables; or one column `key`, its encoding as weir_version has it.
//
// Threads: those of the connection.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/flow/batch_builder.h"
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

  std::string table(i32 entity) const;
  // How many keys were added.
  i64 count(i32 entity) const { return entities_[static_cast<std::size_t>(entity)].count; }

 private:
  struct EntityKeys {
    Schema schema;
    std::unique_ptr<flow::BatchBuilder> rows;
    i64 count = 0;
  };
  bool append(EntityKeys& keys, std::string_view key, bool& corrupt) const;
  Result<void> write(i32 entity);

  const DuckSchema& schema_;
  const Tables& tables_;
  const std::string name_;
  const KeyForm form_;
  flow::Arena arena_;
  std::vector<EntityKeys> entities_;
};

}  // namespace weir::target
