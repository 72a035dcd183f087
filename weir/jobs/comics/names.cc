#include "weir/jobs/comics/names.h"

#include "weir/jobs/comics/coercers.h"
#include "weir/jobs/comics/comic_file_name.h"
#include "weir/jobs/comics/computed_types.h"
#include "weir/jobs/comics/pdf_reader.h"
#include "weir/jobs/comics/tree_reader.h"

namespace weir::comics {

void add_names(extract::Names& names) {
  names.coercers.add("first_integer", first_integer());
  names.coercers.add("language", language());
  names.coercers.add("country", country());
  names.coercers.add("role", role());
  names.coercers.add("identifier_source", identifier_source());
  names.computed.add("comic_date", comic_date());
  names.computed.add("comic_identifier", comic_identifier());
  names.computed.add("sort_name", sort_name());
  names.computed.add("age_rating", age_rating());
  names.computed.add("main_name", main_name());
  names.readers.add("comic_file_name", make_file_name_reader());
  names.readers.add("comic_pdf", make_pdf_reader());
  names.readers.add("comic_stat", make_tree_reader());
}

}  // namespace weir::comics
