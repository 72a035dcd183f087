#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "weir/target/postgres/postgres_manifest.h"
#include "weir/target/postgres/postgres_schema.h"
#include "weir/target/postgres/postgres_upkeep.h"
#include "weir/target/postgres/writer_lock.h"
#include "weir/target/sql_names.h"

namespace weir::target {
namespace {

using db::quote_name;
using db::quote_text;

// How long readers of the old tables are waited for, who hold back the readers that come after.
constexpr const char* patience = "15s";

// Statements that a query of the server's catalogue gives.
using Statements = std::vector<std::string>;

class CutOver {
 public:
  CutOver(PostgresConnection& connection, const std::string& schema, const std::string& from,
          const std::string& archive)
      : connection_(connection), schema_(schema), from_(from), archive_(archive) {}

  Result<void> run();

 private:
  Result<void> find_tables();
  Result<std::vector<std::string>> tables_in(const std::string& schema,
                                             const std::set<std::string>& names);
  Result<void> check_materialized_views();
  Result<void> move(const std::string& kind, const std::string& name, const std::string& from,
                    const std::string& to);
  Result<void> move_views();
  Result<Statements> view_statements();
  Result<Statements> grant_statements();
  Result<Statements> column_of(const std::string& query);

  PostgresConnection& connection_;
  const std::string& schema_;
  const std::string& from_;
  const std::string& archive_;
  std::vector<std::string> old_tables_;
  std::vector<std::string> new_tables_;
};

Result<Statements> CutOver::column_of(const std::string& query) {
  WEIR_ASSIGN(const PostgresRows rows, connection_.query(query));
  Statements statements;
  for (i64 row = 0; row < rows.count(); ++row) statements.emplace_back(rows.text(row, 0));
  return statements;
}

std::string text_list(const std::vector<std::string>& names) {
  std::vector<std::string> quoted = {"''"};  // never empty
  for (const std::string& name : names) quoted.push_back(quote_text(name));
  return fmt::format("{}", fmt::join(quoted, ", "));
}

Result<std::vector<std::string>> CutOver::tables_in(const std::string& schema,
                                                    const std::set<std::string>& names) {
  return column_of(fmt::format(
      "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE "
      "n.nspname = {} AND c.relkind IN ('r', 'p') AND c.relname IN ({}) ORDER BY c.oid",
      quote_text(schema), text_list({names.begin(), names.end()})));
}

// Those of both declarations, which may be different ones, and of the manifest.
Result<void> CutOver::find_tables() {
  const auto& manifest = manifest_tables();
  std::set<std::string> names(manifest.begin(), manifest.end());
  WEIR_ASSIGN(const Tables next, read_tables(connection_, from_));
  for (const Table& table : next.tables) names.insert(table.name);
  WEIR_ASSIGN(new_tables_, tables_in(from_, names));
  const auto before = read_tables(connection_, schema_);
  if (before.ok()) {
    for (const Table& table : before->tables) names.insert(table.name);
  } else if (before.error().code() != ErrorCode::not_found) {
    return before.error();
  }
  WEIR_ASSIGN(old_tables_, tables_in(schema_, names));
  return {};
}

// The views `v` that read old tables, by way of other views too.
std::string dependent_views(const std::string& schema, const std::vector<std::string>& tables,
                            std::string_view columns, std::string_view condition) {
  return fmt::format(
      "WITH RECURSIVE reads(oid) AS (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = "
      "c.relnamespace WHERE n.nspname = {} AND c.relname IN ({}) UNION SELECT r.ev_class FROM "
      "reads JOIN pg_depend d ON d.refobjid = reads.oid AND d.refclassid = 'pg_class'::regclass "
      "AND d.classid = 'pg_rewrite'::regclass JOIN pg_rewrite r ON r.oid = d.objid) SELECT {} "
      "FROM reads JOIN pg_class v ON v.oid = reads.oid JOIN pg_namespace n ON n.oid = "
      "v.relnamespace WHERE {} ORDER BY v.oid",
      quote_text(schema), text_list(tables), columns, condition);
}

Result<void> CutOver::check_materialized_views() {
  WEIR_ASSIGN(
      const Statements found,
      column_of(dependent_views(schema_, old_tables_, "v.oid::regclass::text", "v.relkind = 'm'")));
  if (found.empty()) return {};
  return Error(ErrorCode::conflict,
               fmt::format("{}: the materialized view {} reads tables of schema {} and would go on "
                           "reading the old ones; drop it first, and make it again afterwards",
                           connection_.shown(), found.front(), schema_));
}

// What makes the other views read the new tables: the same queries again, with names that stand for
// the new tables by then. Views that `from` brings itself are left out.
Result<Statements> CutOver::view_statements() {
  return column_of(dependent_views(
      schema_, old_tables_,
      "format('CREATE OR REPLACE VIEW %I.%I%s AS %s', n.nspname, v.relname, ' WITH (' || "
      "array_to_string(v.reloptions, ', ') || ')', pg_get_viewdef(v.oid))",
      fmt::format("v.relkind = 'v' AND n.nspname <> {0} AND NOT (n.nspname = {1} AND EXISTS "
                  "(SELECT FROM pg_class o JOIN pg_namespace p ON p.oid = o.relnamespace WHERE "
                  "p.nspname = {0} AND o.relkind = 'v' AND o.relname = v.relname))",
                  quote_text(from_), quote_text(schema_))));
}

// Who may read the old tables may read the new ones.
Result<Statements> CutOver::grant_statements() {
  return column_of(fmt::format(
      "SELECT format('GRANT %s ON %I.%I TO %s%s', a.privilege_type, n.nspname, c.relname, CASE "
      "WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END, CASE WHEN a.is_grantable "
      "THEN ' WITH GRANT OPTION' ELSE '' END) FROM pg_class c JOIN pg_namespace n ON n.oid = "
      "c.relnamespace CROSS JOIN aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee "
      "WHERE n.nspname = {} AND c.relname IN ({}) AND c.relname IN ({}) AND a.grantee <> "
      "c.relowner",
      quote_text(schema_), text_list(old_tables_), text_list(new_tables_)));
}

Result<void> CutOver::move(const std::string& kind, const std::string& name,
                           const std::string& from, const std::string& to) {
  return connection_.execute(
      fmt::format("ALTER {} {} SET SCHEMA {}", kind, qualified(from, name), quote_name(to)));
}

Result<void> CutOver::move_views() {
  WEIR_ASSIGN(const auto views,
              column_of(fmt::format("SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = "
                                    "c.relnamespace WHERE n.nspname = {} AND c.relkind = 'v' "
                                    "ORDER BY c.oid",
                                    quote_text(from_))));
  for (const std::string& view : views) {
    WEIR_ASSIGN(const bool there, has_table(connection_, schema_, view));
    if (there) WEIR_TRY(move("VIEW", view, schema_, archive_));
    WEIR_TRY(move("VIEW", view, from_, schema_));
  }
  return {};
}

Result<void> CutOver::run() {
  WEIR_TRY(find_tables());
  WEIR_ASSIGN(const bool archived, has_schema(connection_, archive_));
  if (archived)
    return Error(ErrorCode::conflict,
                 fmt::format("{}: schema {} is there already; name another one for the old tables",
                             connection_.shown(), archive_));
  WEIR_ASSIGN(auto transaction, PostgresTransaction::begin(connection_));
  WEIR_TRY(connection_.execute(fmt::format("SET LOCAL lock_timeout TO '{}'", patience)));
  // Names in the schema are then written without it.
  WEIR_TRY(connection_.execute(fmt::format("SET LOCAL search_path TO {}", quote_name(schema_))));
  WEIR_TRY(connection_.execute(fmt::format("CREATE SCHEMA {}", quote_name(archive_))));
  WEIR_TRY(check_materialized_views());
  WEIR_ASSIGN(const Statements views, view_statements());
  WEIR_ASSIGN(const Statements grants, grant_statements());
  for (const std::string& table : old_tables_) WEIR_TRY(move("TABLE", table, schema_, archive_));
  for (const std::string& table : new_tables_) WEIR_TRY(move("TABLE", table, from_, schema_));
  WEIR_TRY(move_views());
  for (const std::string& sql : views) WEIR_TRY(connection_.execute(sql));
  for (const std::string& sql : grants) WEIR_TRY(connection_.execute(sql));
  return transaction.commit();
}

}  // namespace

Result<void> cut_over_postgres(PostgresConnection& connection, const std::string& schema,
                               const std::string& from, const std::string& archive) {
  if (from == schema)
    return Error(
        ErrorCode::usage,
        fmt::format("schema {} cannot take its own place; name the one to take over", schema));
  WEIR_TRY(take_writer_lock(connection, from));
  const auto done = CutOver(connection, schema, from, archive).run();
  WEIR_TRY(release_writer_lock(connection, from));
  return done;
}

}  // namespace weir::target
