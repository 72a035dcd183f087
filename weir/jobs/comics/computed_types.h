// The computed types of comics.toml: `of` and `into` of each.
//
//   comic_date        year, month, day (int32) > date (text), decade (int32): missing parts are 1,
//   a
//                     day that the month lacks is its last
//   sort_name         a name > the name by which it is sorted: lower case, an article in front
//   moved to
//                     the end: `The Saga` is `saga, the`
//   age_rating        the name of a rating > the rating of Metron that it stands for, and its rank
//   main_name         a name, the comic's teams, its characters > the main character or the main
//   team comic_identifier  source and id as given, a URL, a note > source, id, URL, see
//   identifiers.h
//
// Threads: pure functions.
#pragma once

#include "weir/extract/computed.h"

namespace weir::comics {

extract::NamedComputed comic_date();
extract::NamedComputed sort_name();
extract::NamedComputed age_rating();
extract::NamedComputed main_name();
extract::NamedComputed comic_identifier();

}  // namespace weir::comics
