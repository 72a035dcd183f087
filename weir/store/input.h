// Inputs: the files, and members of archives, that a run reads.
//
// A location is what people see and what a manifest keeps: a path from the root on (see
// absolute_path), and for a member of an archive "!/" and its name behind it. It is UTF-8: a byte
// of a name that is not is written as "\xE4", and in such a name (or one that holds "\x") each "\"
// as
// "\\", so that two names never look the same. Each name on a path is written by itself.
//
// What lies in an object store has its URL, s3://BUCKET/KEY, as location and in place of a path.
//
// Threads: all functions from any thread.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "weir/base/byte_stream.h"
#include "weir/base/result.h"

namespace weir::store {

struct Input {
  std::string location;
  std::filesystem::path file;  // the file, or the archive; absolute, or a URL
  std::string member;          // within the archive; empty: the file itself
  i64 size = 0;                // of the file
  i64 mtime_us = 0;            // of the file
  i64 position = -1;           // of the member, as the archive was listed; -1: sought by its name
};

// Limits against bombs: what an archive or compressed stream may unfold to.
struct InputLimits {
  i64 member_bytes = i64{1} << 40;   // of one member or stream, unpacked
  i64 archive_bytes = i64{1} << 42;  // of all members of one archive, unpacked
  i64 members = 1'000'000;           // of one archive
  i64 ratio = 1'000;                 // unpacked to packed, from 16 MiB on
  i64 name_bytes = 4'096;            // of a member's name
  i64 name_depth = 100;              // parts of a member's name
};

// The files that `pattern` names, in byte order of their locations. A pattern is a path with
// `*`, `?`, `[...]`, `{a,b}` and `**` (any depth of folders), relative to `folder`. A pattern that
// is itself the name of a file means that file, whatever it holds; the name of a folder stands for
// all files in it, at any depth. Names that begin with "." are met only by patterns that do.
//
// Links to files count as files. A folder is read once, by its own path rather than by links to it,
// so that loops end. Links that lead nowhere are left out.
//
// With `members` (globs, ASCII case ignored) the members of each file, an archive, are listed; of
// several members of one name the last counts. What cannot be read is an input too, which fails
// when it is opened, so that one bad file does not stop a run: an archive that is damaged or none,
// one that lacks a member asked for by its plain name, a member whose path leaves the archive.
//
// A pattern that is an s3:// URL names objects in the same way (see s3_walk.h), and so does one
// below a `folder` that is such a URL.
//
// Errors: not_found  a pattern without wildcards names nothing;  io  a folder cannot be read;
// usage  braces that stand for too many patterns.
Result<std::vector<Input>> list_inputs(const std::filesystem::path& folder,
                                       const std::string& pattern,
                                       const std::vector<std::string>& members,
                                       const InputLimits& limits);

// The bytes of an input as they lie in the file, or of the member, unpacked and checked by its CRC:
// only the read that returns 0 says that all were right.
// Compression of a file as a whole (gzip, zstd) is undone by weir/codec.
Result<std::unique_ptr<ByteStream>> open_input(const Input& input, const InputLimits& limits);

}  // namespace weir::store
