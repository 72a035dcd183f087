// The tables of a library of comics, as the target makes them: no constraints but keys, links
// clustered by comic.
#pragma once

namespace weir::comics {

inline constexpr const char* library_tables = R"sql(
CREATE TABLE library (id INTEGER PRIMARY KEY, path TEXT);
CREATE TABLE folder (id INTEGER PRIMARY KEY, library_id INTEGER, parent_id INTEGER, path TEXT,
  name TEXT);
CREATE TABLE identifier_source (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE identifier (id INTEGER PRIMARY KEY, source_id INTEGER, type TEXT, key TEXT, url
  TEXT);
CREATE TABLE publisher (id INTEGER PRIMARY KEY, name TEXT, sort_name TEXT, identifier_id INTEGER);
CREATE TABLE imprint (id INTEGER PRIMARY KEY, publisher_id INTEGER, name TEXT, sort_name TEXT,
  identifier_id INTEGER);
CREATE TABLE series (id INTEGER PRIMARY KEY, imprint_id INTEGER, name TEXT, sort_name TEXT,
  volume_count INTEGER, identifier_id INTEGER);
CREATE TABLE volume (id INTEGER PRIMARY KEY, series_id INTEGER, number INTEGER, number_to INTEGER,
  issue_count INTEGER);
CREATE TABLE age_rating (id INTEGER PRIMARY KEY, name TEXT, metron_name TEXT, metron_rank
  INTEGER);
CREATE TABLE original_format (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE scan_info (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE tagger (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE country (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE language (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE character (id INTEGER PRIMARY KEY, name TEXT, identifier_id INTEGER);
CREATE TABLE team (id INTEGER PRIMARY KEY, name TEXT, identifier_id INTEGER);
CREATE TABLE location (id INTEGER PRIMARY KEY, name TEXT, identifier_id INTEGER);
CREATE TABLE genre (id INTEGER PRIMARY KEY, name TEXT, identifier_id INTEGER);
CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT, identifier_id INTEGER);
CREATE TABLE story (id INTEGER PRIMARY KEY, name TEXT, identifier_id INTEGER);
CREATE TABLE story_arc (id INTEGER PRIMARY KEY, name TEXT, identifier_id INTEGER);
CREATE TABLE universe (id INTEGER PRIMARY KEY, name TEXT, designation TEXT, identifier_id
  INTEGER);
CREATE TABLE series_group (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, identifier_id INTEGER);
CREATE TABLE role (id INTEGER PRIMARY KEY, name TEXT, identifier_id INTEGER);
CREATE TABLE credit (id INTEGER PRIMARY KEY, person_id INTEGER, role_id INTEGER);
CREATE TABLE reprint (id INTEGER PRIMARY KEY, series_name TEXT, volume_number INTEGER, issue TEXT,
  language TEXT);
CREATE TABLE comic (id INTEGER PRIMARY KEY, library_id INTEGER, folder_id INTEGER, path TEXT,
  path_bytes BLOB, volume_id INTEGER, issue_number REAL, issue_suffix TEXT, title TEXT,
  collection_title TEXT, sort_name TEXT, year INTEGER, month INTEGER, day INTEGER, date TEXT,
  decade INTEGER, summary TEXT, review TEXT, notes TEXT, community_rating REAL, page_count
  INTEGER, reading_direction TEXT, monochrome INTEGER, manga INTEGER, age_rating_id INTEGER,
  original_format_id INTEGER, scan_info_id INTEGER, tagger_id INTEGER, country_id INTEGER,
  language_id INTEGER, main_character_id INTEGER, main_team_id INTEGER, file_type TEXT, size
  INTEGER, mtime_ns INTEGER, inode INTEGER, device INTEGER, fingerprint INTEGER, metadata_mtime
  TEXT, metadata_warning TEXT, created_at TEXT, updated_at TEXT);
CREATE TABLE comic_character (comic_id INTEGER, character_id INTEGER, PRIMARY KEY (comic_id,
  character_id)) WITHOUT ROWID;
CREATE TABLE comic_team (comic_id INTEGER, team_id INTEGER, PRIMARY KEY (comic_id, team_id))
  WITHOUT ROWID;
CREATE TABLE comic_location (comic_id INTEGER, location_id INTEGER, PRIMARY KEY (comic_id,
  location_id)) WITHOUT ROWID;
CREATE TABLE comic_genre (comic_id INTEGER, genre_id INTEGER, PRIMARY KEY (comic_id, genre_id))
  WITHOUT ROWID;
CREATE TABLE comic_tag (comic_id INTEGER, tag_id INTEGER, PRIMARY KEY (comic_id, tag_id)) WITHOUT
  ROWID;
CREATE TABLE comic_story (comic_id INTEGER, story_id INTEGER, PRIMARY KEY (comic_id, story_id))
  WITHOUT ROWID;
CREATE TABLE comic_series_group (comic_id INTEGER, series_group_id INTEGER, PRIMARY KEY (comic_id,
  series_group_id)) WITHOUT ROWID;
CREATE TABLE comic_universe (comic_id INTEGER, universe_id INTEGER, PRIMARY KEY (comic_id,
  universe_id)) WITHOUT ROWID;
CREATE TABLE comic_credit (comic_id INTEGER, credit_id INTEGER, PRIMARY KEY (comic_id, credit_id))
  WITHOUT ROWID;
CREATE TABLE comic_identifier (comic_id INTEGER, identifier_id INTEGER, PRIMARY KEY (comic_id,
  identifier_id)) WITHOUT ROWID;
CREATE TABLE comic_reprint (comic_id INTEGER, reprint_id INTEGER, PRIMARY KEY (comic_id,
  reprint_id)) WITHOUT ROWID;
CREATE TABLE comic_story_arc (comic_id INTEGER, story_arc_id INTEGER, number INTEGER, PRIMARY KEY
  (comic_id, story_arc_id)) WITHOUT ROWID;
CREATE TABLE failed_import (id INTEGER PRIMARY KEY, library_id INTEGER, path TEXT, reason TEXT,
  size INTEGER, mtime_ns INTEGER, inode INTEGER, device INTEGER, created_at TEXT, updated_at
  TEXT);
CREATE TABLE import_run (id INTEGER PRIMARY KEY, library_id INTEGER, started_at TEXT, finished_at
  TEXT, created INTEGER, modified INTEGER, moved INTEGER, deleted INTEGER, unchanged INTEGER,
  failed INTEGER, warned INTEGER, chunks INTEGER, chunk_size INTEGER, peak_rss INTEGER,
  covers_made INTEGER NOT NULL DEFAULT 0);
)sql";

}  // namespace weir::comics
