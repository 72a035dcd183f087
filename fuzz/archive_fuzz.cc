// Zip directories and members: whatever bytes come, listing and reading end, no member gives more
// than its directory says, and reading by position gives the same as reading from the list.
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "weir/store/archive.h"

namespace {

using namespace weir;

std::pair<std::string, bool> read_all(Result<std::unique_ptr<ByteStream>> stream) {
  std::string text;
  if (!stream.ok()) return {text, false};
  std::vector<std::byte> block(4096);
  for (;;) {
    const auto count = (*stream)->read(block);
    if (!count.ok()) return {text, false};
    if (*count == 0) return {text, true};
    text.append(reinterpret_cast<const char*>(block.data()), static_cast<size_t>(*count));
  }
}

void check(const std::string& path) {
  const store::InputLimits limits{.member_bytes = MiB, .members = 100};
  const auto archive = store::Archive::open(path, limits);
  if (!archive.ok()) return;
  for (const store::Member& member : (*archive)->members()) {
    const auto listed = read_all((*archive)->read(member));
    const auto again = read_all(store::read_member(path, member.name, member.position, limits));
    if (listed != again) __builtin_trap();
    if (static_cast<i64>(listed.first.size()) > member.size) __builtin_trap();
    if (listed.second && static_cast<i64>(listed.first.size()) != member.size) __builtin_trap();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 4 || data[0] != 'P' || data[1] != 'K') return 0;
  const int descriptor = ::memfd_create("archive", MFD_CLOEXEC);
  if (::write(descriptor, data, size) == static_cast<ssize_t>(size))
    check("/proc/self/fd/" + std::to_string(descriptor));
  ::close(descriptor);
  return 0;
}
