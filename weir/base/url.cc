#include "weir/base/url.h"

#include <algorithm>

namespace weir {
namespace {

// "user:password@host" without the password.
void append_authority(std::string_view authority, std::string& out) {
  const auto at = authority.rfind('@');
  if (at == authority.npos) {
    out += authority;
    return;
  }
  out += authority.substr(0, std::min(authority.find(':'), at));
  out += authority.substr(at);
}

bool is_secret(std::string_view parameter) {
  const std::string_view name = parameter.substr(0, parameter.find('='));
  return name == "password" || name == "sslpassword";
}

// "a=1&password=x&b=2" without the one in the middle.
void append_parameters(std::string_view parameters, std::string& out) {
  char separator = '?';
  for (bool more = true; more;) {
    const auto end = parameters.find('&');
    const std::string_view parameter = parameters.substr(0, end);
    if (!is_secret(parameter)) {
      out += separator;
      out += parameter;
      separator = '&';
    }
    more = end != parameters.npos;
    if (more) parameters.remove_prefix(end + 1);
  }
}

// `rest` is what stands behind "scheme://".
void append_url(std::string_view rest, std::string& out) {
  const auto slash = std::min(rest.find('/'), rest.size());
  append_authority(rest.substr(0, slash), out);
  rest.remove_prefix(slash);
  const auto question = rest.find('?');
  out += rest.substr(0, question);
  if (question != rest.npos) append_parameters(rest.substr(question + 1), out);
}

}  // namespace

std::string without_password(std::string_view text) {
  const auto begin = text.find("://");
  if (begin == text.npos) return std::string(text);
  std::string out(text.substr(0, begin + 3));
  append_url(text.substr(begin + 3), out);
  return out;
}

}  // namespace weir
