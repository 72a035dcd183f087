// Makes operations on files fail, below every library: preloaded into the program under test.
//
//   FAULT_FOLDER  operations on files in this folder are counted (path with links resolved)
//   FAULT_LOG     a file that says what was done: "N operation path" a line; the operation that
//                 failed begins with "!"; not below FAULT_FOLDER
//   FAULT_AT      the N-th operation fails; 0 or absent: none
//   FAULT_KIND    "eio": this operation alone, with EIO. "enospc": this one and all later ones that
//                 need room on the disk, with ENOSPC; only such operations are counted
//
// Threads: any; operations are numbered in the order in which they begin.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long count;
static long fail_at;
static int disk_is_full;  // the kind of the fault
static const char* folder;
static int log_file = -1;

__attribute__((constructor)) static void start(void) {
  folder = getenv("FAULT_FOLDER");
  const char* at = getenv("FAULT_AT");
  const char* kind = getenv("FAULT_KIND");
  const char* log = getenv("FAULT_LOG");
  fail_at = at ? atol(at) : 0;
  disk_is_full = kind && strcmp(kind, "enospc") == 0;
  if (log) log_file = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND, 0666);
}

static int is_watched(const char* path) {
  const size_t length = folder ? strlen(folder) : 0;
  return length > 0 && strncmp(path, folder, length) == 0 && path[length] == '/';
}

// Whether the operation fails; then errno is set.
static int fails(const char* operation, const char* path, int needs_room) {
  if (!is_watched(path) || (disk_is_full && !needs_room)) return 0;
  const int error = errno;
  const long number = atomic_fetch_add(&count, 1) + 1;
  const int failed = fail_at > 0 && (number == fail_at || (disk_is_full && number > fail_at));
  char line[PATH_MAX + 64];
  const int size = snprintf(line, sizeof line, "%s%ld %s %s\n", failed ? "!" : "", number,
                            operation, path);
  if (log_file >= 0) syscall(SYS_write, log_file, line, (size_t)size);
  errno = failed ? (disk_is_full ? ENOSPC : EIO) : error;
  return failed;
}

static int fails_at(const char* operation, int descriptor, int needs_room) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size <= 0) return 0;
  path[size] = '\0';
  return fails(operation, path, needs_room);
}

// A path as the program names it, made absolute; links are not resolved.
static const char* absolute(int base, const char* path, char* made) {
  if (path[0] == '/') return path;
  char link[64], start[PATH_MAX];
  snprintf(link, sizeof link, base == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", base);
  const ssize_t size = readlink(link, start, sizeof start - 1);
  if (size <= 0) return path;
  start[size] = '\0';
  if (snprintf(made, PATH_MAX, "%s/%s", start, path) >= PATH_MAX) return path;
  return made;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define WRAP_DESCRIPTOR(type, name, needs_room, parameters, arguments) \
  type name parameters {                                               \
    static __typeof__(&name) real;                                     \
    if (!real) real = REAL(name);                                      \
    if (fails_at(#name, descriptor, needs_room)) return -1;            \
    return real arguments;                                             \
  }

WRAP_DESCRIPTOR(ssize_t, read, 0, (int descriptor, void* out, size_t size),
                (descriptor, out, size))
WRAP_DESCRIPTOR(ssize_t, pread, 0, (int descriptor, void* out, size_t size, off_t at),
                (descriptor, out, size, at))
WRAP_DESCRIPTOR(ssize_t, pread64, 0, (int descriptor, void* out, size_t size, off64_t at),
                (descriptor, out, size, at))
WRAP_DESCRIPTOR(ssize_t, readv, 0, (int descriptor, const struct iovec* parts, int number),
                (descriptor, parts, number))
WRAP_DESCRIPTOR(ssize_t, write, 1, (int descriptor, const void* bytes, size_t size),
                (descriptor, bytes, size))
WRAP_DESCRIPTOR(ssize_t, pwrite, 1, (int descriptor, const void* bytes, size_t size, off_t at),
                (descriptor, bytes, size, at))
WRAP_DESCRIPTOR(ssize_t, pwrite64, 1, (int descriptor, const void* bytes, size_t size, off64_t at),
                (descriptor, bytes, size, at))
WRAP_DESCRIPTOR(ssize_t, writev, 1, (int descriptor, const struct iovec* parts, int number),
                (descriptor, parts, number))
WRAP_DESCRIPTOR(int, fsync, 1, (int descriptor), (descriptor))
WRAP_DESCRIPTOR(int, fdatasync, 1, (int descriptor), (descriptor))
WRAP_DESCRIPTOR(int, ftruncate, 0, (int descriptor, off_t size), (descriptor, size))
WRAP_DESCRIPTOR(int, ftruncate64, 0, (int descriptor, off64_t size), (descriptor, size))

#define WRAP_OPEN(name)                                                            \
  int name(const char* path, int flags, ...) {                                     \
    static __typeof__(&name) real;                                                 \
    if (!real) real = REAL(name);                                                  \
    va_list rest;                                                                  \
    va_start(rest, flags);                                                         \
    const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;  \
    va_end(rest);                                                                  \
    char made[PATH_MAX];                                                           \
    if (fails(#name, absolute(AT_FDCWD, path, made), flags & O_CREAT)) return -1;  \
    return real(path, flags, mode);                                                \
  }

#define WRAP_OPENAT(name)                                                          \
  int name(int base, const char* path, int flags, ...) {                           \
    static __typeof__(&name) real;                                                 \
    if (!real) real = REAL(name);                                                  \
    va_list rest;                                                                  \
    va_start(rest, flags);                                                         \
    const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;  \
    va_end(rest);                                                                  \
    char made[PATH_MAX];                                                           \
    if (fails(#name, absolute(base, path, made), flags & O_CREAT)) return -1;      \
    return real(base, path, flags, mode);                                          \
  }

WRAP_OPEN(open)
WRAP_OPEN(open64)
WRAP_OPENAT(openat)
WRAP_OPENAT(openat64)

#define WRAP_FOPEN(name)                                                          \
  FILE* name(const char* path, const char* mode) {                                \
    static __typeof__(&name) real;                                                \
    if (!real) real = REAL(name);                                                 \
    char made[PATH_MAX];                                                          \
    if (fails(#name, absolute(AT_FDCWD, path, made), mode[0] != 'r')) return NULL; \
    return real(path, mode);                                                      \
  }

WRAP_FOPEN(fopen)
WRAP_FOPEN(fopen64)

int rename(const char* from, const char* to) {
  char made[PATH_MAX];
  if (fails("rename", absolute(AT_FDCWD, to, made), 1)) return -1;
  return REAL(rename)(from, to);
}

int renameat(int from_base, const char* from, int to_base, const char* to) {
  char made[PATH_MAX];
  if (fails("renameat", absolute(to_base, to, made), 1)) return -1;
  return REAL(renameat)(from_base, from, to_base, to);
}

int mkdir(const char* path, mode_t mode) {
  char made[PATH_MAX];
  if (fails("mkdir", absolute(AT_FDCWD, path, made), 1)) return -1;
  return REAL(mkdir)(path, mode);
}

int unlink(const char* path) {
  char made[PATH_MAX];
  if (fails("unlink", absolute(AT_FDCWD, path, made), 0)) return -1;
  return REAL(unlink)(path);
}
