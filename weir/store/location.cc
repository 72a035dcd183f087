#include "weir/store/location.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "weir/base/bytes.h"
#include "weir/store/name_pattern.h"

namespace weir::store {

namespace {

bool needs_escapes(std::string_view name) {
  return !is_valid_utf8(name) || name.find("\\x") != name.npos;
}

void append_escaped(std::string_view name, std::string& text) {
  while (!name.empty()) {
    const auto bytes = static_cast<std::size_t>(utf8_character_bytes(name));
    if (bytes == 0)
      text += fmt::format("\\x{:02X}", static_cast<u8>(name[0]));
    else if (name[0] == '\\')
      text += "\\\\";
    else
      text += name.substr(0, bytes);
    name.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
}

void append_unescaped(std::string_view text, std::string& name) {
  while (!text.empty()) {
    u8 byte = 0;
    if (text.starts_with("\\x") && text.size() >= 4 &&
        std::from_chars(text.data() + 2, text.data() + 4, byte, 16).ptr == text.data() + 4) {
      name += static_cast<char>(byte);
      text.remove_prefix(4);
    } else {
      name += text[0];
      text.remove_prefix(text.starts_with("\\\\") ? 2 : 1);
    }
  }
}

// Each name of a path by itself, so that how it is written does not depend on the folders above.
template <typename Append>
std::string by_name(std::string_view path, const Append& append) {
  std::string made;
  for (;;) {
    const std::size_t slash = path.find('/');
    append(path.substr(0, slash), made);
    if (slash == path.npos) return made;
    made += '/';
    path.remove_prefix(slash + 1);
  }
}

Result<std::string> working_folder() {
  std::error_code error;
  const auto folder = std::filesystem::current_path(error);
  if (error) return system_error("cannot tell the working folder", error.value());
  return folder == "/" ? std::string() : folder.native();
}

// The folder above. `path` has no "/" at its end; "" is the root, which is above itself.
Result<std::string> above(std::string path) {
  std::error_code error;
  if (std::filesystem::is_symlink(path, error)) {
    const auto leads_to = std::filesystem::canonical(path, error);
    if (error) return system_error(fmt::format("cannot follow the link {}", path), error.value());
    path = leads_to.native();
  }
  path.resize(path.empty() ? 0 : path.rfind('/'));
  return path;
}

}  // namespace

Result<std::string> absolute_path(const std::string& path) {
  std::string made;
  if (!path.starts_with('/')) {
    WEIR_ASSIGN(made, working_folder());
  }
  for (const std::string& part : parts_of(path)) {
    if (part != "..") {
      made += "/" + part;
      continue;
    }
    WEIR_ASSIGN(made, above(std::move(made)));
  }
  return made.empty() ? "/" : made;
}

std::string location_of(std::string_view path) {
  return by_name(path, [](std::string_view name, std::string& text) {
    if (needs_escapes(name))
      append_escaped(name, text);
    else
      text += name;
  });
}

std::string path_of(std::string_view location) {
  return by_name(location, [](std::string_view text, std::string& name) {
    if (text.find("\\x") != text.npos)
      append_unescaped(text, name);
    else
      name += text;
  });
}

}  // namespace weir::store
