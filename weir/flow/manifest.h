// The manifest: what a target keeps about the runs that wrote it. Targets store these rows in the
// tables weir_run, weir_input, weir_chunk and weir_reject, or beside files in _weir/; `flow` only
// knows their types.
//
// Threads: plain values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/base/types.h"

namespace weir::flow {

enum class RunStatus { running, done, failed, interrupted };
std::string_view to_string(RunStatus status);

// What a run did: the target behind the run against the target before it, key by key. Each good
// record is counted once, as one of the first four: of those with equal keys at most one as
// created, updated or deleted, and all others as unchanged, wherever chunks end. A record without a
// key, or of an entity that appends, is always created. A run that goes on behind one that was
// stopped counts what was left to do.
//
// An input that failed as a whole counts as never read: none of its records, and none of its
// rejects.
struct RunCounts {
  i64 created = 0;    // its key had no row, and has one now
  i64 updated = 0;    // its key had a row, and has this one now, which may be equal
  i64 unchanged = 0;  // a newer version or another record of the run counts for its key, or it
                      // deletes a key that had no row
  i64 deleted = 0;    // its key had a row, and has none now
  i64 rejected = 0;

  RunCounts& operator+=(const RunCounts& other);
};

struct RunRow {
  std::string id;  // sorts by start: "20261121T040735-9f3a01c2"
  std::string command_line;
  std::string version;           // of Weir
  std::string declaration_hash;  // 32 hexadecimal digits
  std::string tables;            // Tables as JSON
  i64 started_us = 0;
  i64 finished_us = 0;  // 0: not yet
  RunStatus status = RunStatus::running;
  // Which it is in, or in which it ended: "select", "spool" (by chunk: "load"), those of a job such
  // as "geocode", "export", "promote", "record".
  std::string step;
  RunCounts counts;
  i64 peak_bytes = 0;
  double seconds = 0;
};

enum class InputStatus { loading, loaded, loaded_with_rejects, failed, skipped };
std::string_view to_string(InputStatus status);

struct InputRow {
  std::string run;
  i32 number = 0;        // position in the sorted list of the run's inputs
  std::string source;    // name of the declaration's source
  std::string location;  // absolute path; a member of an archive after "!/" (weir/store/input.h)
  i64 size = 0;
  i64 mtime_us = 0;
  std::string hash;   // of the content, 32 hexadecimal digits; empty until it was read to its end
  i64 records = 0;    // read; 0 where it failed
  i64 rejected = 0;   // of these
  std::string error;  // why it failed
  InputStatus status = InputStatus::loading;
  // Its first records came in an earlier run, whose rejects of it stay. Not kept in the target.
  bool continued = false;
};

// Records first..last of consecutive inputs: first_record of first_input to last_record of
// last_input. What is done is known by these, never by the number.
struct ChunkRow {
  std::string run;
  i64 number = 0;
  i32 first_input = 0;
  i64 first_record = 0;
  i32 last_input = 0;
  i64 last_record = 0;
  i64 rows = 0;
  double seconds = 0;
};

struct RejectRow {
  std::string run;
  std::string location;
  i64 row = 0;
  i64 offset = 0;
  std::string key;
  std::string reason;
  std::string detail;
  std::string raw;
};

// A new id for a run that starts now: the second, and behind it the microsecond and a random number
// in hexadecimal digits. What is newest in a target is told by the order of ids.
std::string make_run_id();

}  // namespace weir::flow
