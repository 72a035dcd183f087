#include "weir/target/postgres/writer_lock.h"

#include <fmt/format.h>
#include <unistd.h>

#include <bit>
#include <chrono>
#include <thread>

#include "weir/base/hash.h"

namespace weir::target {
namespace {

constexpr auto patience = std::chrono::seconds(3);
constexpr auto pause = std::chrono::milliseconds(50);

// Advisory locks have numbers, which all programs of a database share.
i64 lock_number(const std::string& schema) {
  return std::bit_cast<i64>(hash64("weir writes schema " + schema));
}

// The lock in pg_locks: the halves of its number.
std::string holder_condition(const std::string& schema) {
  const auto number = std::bit_cast<u64>(lock_number(schema));
  return fmt::format(
      "l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.classid = {} AND l.objid = "
      "{} AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())",
      number >> 32, number & 0xFFFF'FFFF);
}

Result<bool> try_lock(PostgresConnection& connection, const std::string& schema) {
  WEIR_ASSIGN(
      const PostgresRows rows,
      connection.query(fmt::format("SELECT pg_try_advisory_lock({})", lock_number(schema))));
  return rows.text(0, 0) == "t";
}

Result<std::string> holder(PostgresConnection& connection, const std::string& schema) {
  WEIR_ASSIGN(
      const PostgresRows rows,
      connection.query(fmt::format("SELECT a.application_name, l.pid FROM pg_locks l LEFT JOIN "
                                   "pg_stat_activity a ON a.pid = l.pid WHERE {}",
                                   holder_condition(schema))));
  if (rows.count() == 0) return std::string("another session");
  return fmt::format("{} (session {} of the server)", rows.text(0, 0), rows.text(0, 1));
}

std::string host_name() {
  char name[64] = "";
  if (::gethostname(name, sizeof name - 1) != 0) return "?";
  return name;
}

}  // namespace

Result<void> take_writer_lock(PostgresConnection& connection, const std::string& schema) {
  WEIR_TRY(connection.name_session(fmt::format("weir process {} on {}", ::getpid(), host_name())));
  const auto end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    WEIR_ASSIGN(const bool taken, try_lock(connection, schema));
    if (taken) return {};
    if (std::chrono::steady_clock::now() >= end) break;
    std::this_thread::sleep_for(pause);
  }
  WEIR_ASSIGN(const std::string who, holder(connection, schema));
  return Error(ErrorCode::conflict,
               fmt::format("{}: schema {} is being written by {}; wait until that run has ended",
                           connection.shown(), schema, who));
}

Result<void> release_writer_lock(PostgresConnection& connection, const std::string& schema) {
  return connection.execute(fmt::format("SELECT pg_advisory_unlock({})", lock_number(schema)));
}

// The server cuts names behind 63 bytes, so that the host's comes last.
Result<void> name_lock_holder(PostgresConnection& connection, const std::string& run) {
  return connection.name_session(
      fmt::format("weir run {} process {} on {}", run, ::getpid(), host_name()));
}

Result<bool> is_writer_locked(PostgresConnection& connection, const std::string& schema) {
  WEIR_ASSIGN(const PostgresRows rows,
              connection.query(fmt::format("SELECT count(*) FROM pg_locks l WHERE {}",
                                           holder_condition(schema))));
  return rows.number(0, 0) > 0;
}

}  // namespace weir::target
