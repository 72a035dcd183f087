#include "weir/jobs/courts/views.h"

namespace weir::courts {

// A view is `CREATE OR REPLACE VIEW name AS`, and its query up to the semicolon.
std::vector<target::DatabaseTarget::View> views() {
  constexpr std::string_view begins = "CREATE OR REPLACE VIEW ";
  constexpr std::string_view as = " AS\n";
  std::vector<target::DatabaseTarget::View> found;
  std::string_view rest = views_text();
  for (auto at = rest.find(begins); at != rest.npos; at = rest.find(begins)) {
    rest.remove_prefix(at + begins.size());
    const auto name = rest.substr(0, rest.find(as));
    const auto query = rest.substr(name.size() + as.size());
    found.push_back({std::string(name), std::string(query.substr(0, query.find(';')))});
  }
  return found;
}

}  // namespace weir::courts
