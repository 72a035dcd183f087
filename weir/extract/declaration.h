// The declaration as it was written, parsed and checked: the grammar of docs/guide/declaration.md
// as plain structs. What needs no names any more is the Plan (weir/extract/plan.h).
//
// Every value that a later check may refuse carries its Place, so that each error names file, line
// and column. `parse_declaration` and the checks report all errors at once.
//
// Threads: plain values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "weir/base/batch.h"
#include "weir/base/result.h"
#include "weir/base/tables.h"

namespace weir::extract {

struct Place {
  i32 line = 0;
  i32 column = 0;
  friend bool operator==(const Place&, const Place&) = default;
};

struct Problem {
  Place place;
  std::string message;  // what is wrong, and what was meant
  std::string name;     // the name that is registered nowhere, where that is the problem
  // "comics.toml:12:3: message"
  std::string str(std::string_view file) const;
};

// One step of a path.
struct PathStep {
  enum class Kind {
    name,       // a member called names[0], or any of `names` for {A,B}
    any,        // *
    any_depth,  // **
    attribute,  // @names[0]
    text,       // #text
    up,         // ^
    item,       // digits: item `item` of a list, or the member called names[0] of an object
    built_in,   // _file, _row, _source, _run_date, _name, _n, _parent_n, _warning
    document,   // _doc.NAME: names[0] is NAME
  };
  Kind kind = Kind::name;
  std::vector<std::string> names;
  i64 item = 0;
  friend bool operator==(const PathStep&, const PathStep&) = default;
};

struct Path {
  std::vector<PathStep> steps;
  std::string written;  // as in the file, for messages
  Place place;
};

// Dotted text, or (`verbatim`) one step a name. Errors: declaration  with the position in the text.
Result<Path> parse_path(std::string_view text);
Path verbatim_path(const std::vector<std::string>& names);

// path = value | [values] | true | false
struct Condition {
  Path path;
  enum class Kind { present, absent, equals } kind = Kind::present;
  std::vector<std::string> values;
};

enum class OnError { null, reject };
enum class Policy { priority, most_recent, max, min, majority, merge, only };

// Options of a field; what is absent was not written. In a source they overrule those of the
// entity's field, and that those of the entity.
struct CoerceOptions {
  std::optional<std::string>
      coerce;  // upper, lower, digits, vin, enum, percent, money, unit, or a registered name
  std::optional<std::string> format;  // date: mdy, dmy; timestamp: epoch_ms, epoch_s
  std::optional<std::string> unit;
  std::optional<std::string> assume;
  std::optional<std::string> decimal;  // ","
  std::optional<std::string> separator;
  std::optional<std::string> join;
  std::optional<std::string> pattern;
  std::optional<bool> minor_units;
  std::optional<bool> check_digit;
  std::optional<bool> trim;
  std::optional<bool> null_items;
  std::optional<bool> strict;
  std::optional<i64> round;
  std::optional<i64> max_chars;
  std::optional<std::vector<std::string>> null_tokens;
  std::vector<std::pair<std::string, std::string>> values;  // of enum
};

// Options of an entity's field with those of a source written over them.
CoerceOptions merged_options(const CoerceOptions& entity, const CoerceOptions& source);

// A part of a lookup: a field of the row, or the parts of a lookup below.
struct LookupPart {
  std::string name;   // of the lookup's key part or column
  std::string field;  // of the row; empty where `parts` are given
  std::vector<LookupPart> parts;
  Place place;
};

struct FieldDecl {
  std::string name;
  Place place;
  std::optional<Type> type;  // absent for a link with `with`, and for a lookup's own links
  bool has_path = false;     // `path` was written
  std::optional<Path> path;  // absent with has_path: path = false
  CoerceOptions coerce;
  std::optional<std::string> default_value;
  std::optional<double> min;
  std::optional<double> max;
  bool clamp = false;  // what is beyond min or max becomes it
  std::optional<OnError> on_error;
  std::optional<Policy> policy;
  std::string policy_source;       // only:<source>
  HistoryOf of = HistoryOf::both;  // history fields
  std::string lookup;
  std::vector<LookupPart> with;
  bool required = false;
  bool stored = true;
  bool volatile_value = false;
};

struct ComputedDecl {
  std::string
      type;  // Template, TemplateList, Count, Match, Replace, Lookup, Point, or a registered one
  Place place;
  std::vector<std::string> into;
  std::vector<std::string> of;
  std::string text;   // template
  std::string count;  // TemplateList
  std::string pattern;
  std::string with;
  std::vector<std::pair<std::string, std::string>> table;  // Lookup, inline
  std::string table_file;                                  // Lookup, a CSV file
};

// `each` and what stands beside it: where the rows of a child table come from.
struct EachDecl {
  std::optional<Path> each;
  std::vector<Condition> where;
  std::optional<std::string> separator;
  std::vector<std::pair<std::string, Path>> beside;
  std::vector<std::pair<std::string, std::vector<Path>>> paths;  // per source: field, candidates
  std::vector<std::pair<std::string, std::string>> constants;
  std::vector<std::pair<std::string, CoerceOptions>> fields;
  Place place;
};

struct TableDecl {
  std::string name;  // in TOML; says another in `table`
  std::string table;
  Place place;
  EachDecl each;
  std::vector<std::string> key;
  bool fold_case = false;
  std::optional<Policy> policy;
  std::string surrogate;
  std::vector<FieldDecl> fields;
  std::vector<ComputedDecl> computed;
  std::vector<TableDecl> tables;  // nested
};

// All child tables of a record, nested ones too, parents first.
std::vector<const TableDecl*> child_tables(const TableDecl& record);

struct HistoryDecl {
  std::string table;
  std::vector<FieldDecl> fields;
  Place place;
};

struct EntityDecl {
  std::string name;
  TableDecl record;  // table, key, surrogate, fields, computed, child tables
  std::vector<Path> version;
  WriteMode write = WriteMode::append;
  Place write_place;
  std::vector<std::string> partition;
  std::optional<OnError> on_error;
  std::optional<bool> trim;
  bool strict = false;
  std::vector<std::string> null_tokens{""};
  std::vector<Condition> deleted_when;
  Deletes deletes = Deletes::until_newer;
  std::optional<HistoryDecl> history;
  // Several sources: kept for the jobs that merge them.
  std::string observed_at;
  std::string duplicates;
  std::optional<Policy> default_policy;
  i64 carry_days = 0;
  std::vector<std::string> provenance;
};

struct LookupDecl {
  std::string name;
  std::string table;
  std::string surrogate = "id";
  Place place;
  std::vector<std::string> key;
  std::vector<FieldDecl> fields;
  std::vector<ComputedDecl> computed;
  bool keep = false;
};

enum class Format { xml, json, ndjson, json_pages, csv, archive };

struct DocumentFieldDecl {
  FieldDecl field;
  std::string else_file_name;
};

struct TransformDecl {
  enum class Kind { flatten_struct, specs_to_columns } kind = Kind::flatten_struct;
  Place place;
  Path path;
  std::vector<std::pair<std::string, Path>> into;  // FlattenStruct
  std::optional<Path> name, value, unit;           // SpecsToColumns
  std::vector<std::pair<std::string, std::string>> mapping;
  std::string rest;
};

// Pages of an HTTP service, instead of files.
struct HttpDecl {
  std::string url;
  std::string page;    // the parameter that counts pages, or
  std::string cursor;  // the one that takes the mark of the page before
  std::vector<std::pair<std::string, std::vector<std::string>>> each;  // `for`: parameter, values
  i64 in_flight = 1;
  double timeout_s = 30;
  i64 retries = 3;
  std::vector<std::string> user_agents;
};

// A source, or one document of an archive source.
struct SourceDecl {
  std::string name;
  std::string entity;
  Place place;
  Format format = Format::xml;
  std::string path;                  // globs
  std::vector<std::string> members;  // globs; "#comment"
  std::optional<Path> record;
  std::vector<Condition> where;
  std::string name_space;
  bool ignore_case = false;
  bool refuse_doctype = false;
  bool optional = false;
  i64 priority = 0;
  i64 max_bytes = 0;                                         // 0: no limit of its own
  std::string delimiter = ",";                               // csv
  std::optional<Path> items, page, request_url, fetched_at;  // json-pages
  std::string reader;                                        // registered in C++
  std::optional<HttpDecl> http;                              // instead of `path`
  bool skip_broken = false;                                  // on_error = "skip"
  bool else_windows1252 = false;  // else_encoding: what the bytes are if not what they say
  std::vector<DocumentFieldDecl> document;
  std::vector<std::pair<std::string, std::vector<Path>>> paths;
  std::vector<std::pair<std::string, std::vector<std::string>>> aliases;
  std::vector<std::pair<std::string, std::string>> constants;
  std::vector<std::pair<std::string, CoerceOptions>> fields;
  std::vector<TransformDecl> transforms;
  std::vector<std::pair<std::string, std::vector<EachDecl>>>
      tables;                         // child tables from this source
  std::vector<SourceDecl> documents;  // archive: in order of priority
};

struct ProfileDecl {
  std::string name;
  std::vector<std::pair<std::string, std::string>> blank;  // table, column
  Place place;
};

// A value in `rows` of a test: text, or a list of texts; `""` is null.
struct TestValue {
  std::vector<std::string> items;
  bool is_list = false;
};
struct TestDecl {
  std::string name;
  std::string source;  // empty: the only one
  std::string document;
  Place place;
  std::vector<std::pair<std::string, std::string>> doc;
  // What the readers of documents tell: document -> (member, text).
  std::vector<std::pair<std::string, std::vector<std::pair<std::string, std::string>>>> given;
  std::string input;
  // table -> rows -> (column, value)
  std::vector<std::pair<std::string, std::vector<std::vector<std::pair<std::string, TestValue>>>>>
      rows;
  std::string reject;
};

struct Declaration {
  std::string file;
  std::string text;  // as read
  std::string hash;  // of the text without tests, 32 hexadecimal digits
  std::string pipeline_name;
  std::string catalog = "sqlite";  // or "rest", at `catalog_uri`
  std::string catalog_uri;
  i64 chunk_rows = 50'000;
  i64 max_record_bytes = 16 * MiB;
  i64 max_discrepancies = 50;
  double max_bad_fraction = 0.05;
  std::vector<SourceDecl> sources;
  std::vector<EntityDecl> entities;
  std::vector<LookupDecl> lookups;
  std::vector<ProfileDecl> profiles;
  std::vector<TestDecl> tests;
};

// Names that jobs register in C++: what a declaration may use beside the built-in ones.
struct RegisteredNames {
  std::vector<std::string> coercers, readers, computed;
};

struct ParsedDeclaration {
  Declaration declaration;
  std::vector<Problem> problems;  // empty: the declaration may be compiled
  std::vector<Problem> missing;   // names that are registered nowhere; an error for a run
};

// Parses and checks the text: syntax, sections and keys (with "did you mean"), types, names,
// policies against types. Never fails as a whole: a TOML syntax error is one problem.
ParsedDeclaration parse_declaration(std::string_view text, std::string file,
                                    const RegisteredNames& registered);

// Reads the file first. Errors: not_found, io.
Result<ParsedDeclaration> load_declaration(const std::string& file,
                                           const RegisteredNames& registered);

}  // namespace weir::extract
