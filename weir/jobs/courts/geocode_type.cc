#include "weir/jobs/courts/geocode_type.h"

#include "weir/jobs/courts/geocode_result.h"

namespace weir::courts {

extract::NamedComputed geocode_type() {
  extract::NamedComputed type{.compute = [](const extract::NamedComputed::Input&,
                                            std::span<extract::Value>, extract::Scratch&) {},
                              .of = {TypeKind::string, TypeKind::string, TypeKind::string}};
  for (std::size_t i = 0; i < result_count; ++i)
    type.into.push_back(is_coordinate(i) ? TypeKind::float32 : TypeKind::string);
  return type;
}

}  // namespace weir::courts
