// The plan: a declaration compiled for one source, flat, with no names left to look up per record.
//
// Four parts:
//
//   documents      what a record is read from: itself, or the documents of an archive, the
//                  strongest first; each has its own place among the member nodes.
//   member nodes   a deterministic automaton over member names. All paths of the source are put in
//                  it at once, so that a record is walked once, whatever the number of fields.
//   row nodes      what a record is made of: the record itself, a row for each match of an `each`,
//                  and scopes (what `^` looks into). Each has slots, one for each path that is
//                  captured; row nodes form a tree, and a field looks into its own row's slots or
//                  into those of a row above.
//   table plans    how rows become rows of a batch: candidates, coercers, lookups, computed fields.
//
// Threads: immutable once compiled; any number of threads may use one.
#pragma once

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/tables.h"
#include "weir/extract/coerce.h"
#include "weir/extract/computed.h"
#include "weir/extract/declaration.h"
#include "weir/extract/document_reader.h"

namespace weir::extract {

// How a slot takes the matches of its path.
enum class SlotMode : u8 {
  first,  // the first match
  all,    // every match, in order; items of a JSON list each
  json,   // the first match, objects and lists as their bytes
};

struct CaptureAction {
  i32 row_node = 0;
  i32 slot = 0;
  SlotMode mode = SlotMode::first;
  // Of a JSON list each item is taken; otherwise the list as a whole, as its bytes.
  bool per_item = false;
};

// The members wanted below one state of the automaton, found by name in a few comparisons.
class MemberTable {
 public:
  void add(std::string name, i32 target);
  // Where a member called `name` leads; -1: not wanted. `hint` is the entry to try first, and is
  // moved behind the one that was found.
  i32 find(std::string_view name, i32& hint) const {
    const auto entry = static_cast<std::size_t>(hint);
    const Key key = key_of(name);
    if (entry >= entries_.size() || !is(entry, key, name)) return find_slot(key, name, hint);
    return found(entry, hint);
  }
  const std::vector<std::pair<std::string, i32>>& entries() const { return entries_; }

 private:
  // Names of up to eight bytes are the same when these are.
  struct Key {
    u64 prefix = 0;
    u32 length = 0;
  };
  static Key key_of(std::string_view name) {
    const char* bytes = name.data();
    const std::size_t size = name.size();
    Key key{.length = static_cast<u32>(size)};
    if (size >= 8) {
      std::memcpy(&key.prefix, bytes, 8);
    } else if (size >= 4) {
      u32 front = 0, back = 0;
      std::memcpy(&front, bytes, 4);
      std::memcpy(&back, bytes + size - 4, 4);
      key.prefix = u64{front} | u64{back} << 32;
    } else if (size > 0) {
      // First, middle and last byte of one, two or three are all of them.
      key.prefix = u64{static_cast<u8>(bytes[0])} | u64{static_cast<u8>(bytes[size / 2])} << 8 |
                   u64{static_cast<u8>(bytes[size - 1])} << 16;
    }
    return key;
  }
  bool is(std::size_t entry, Key key, std::string_view name) const {
    return keys_[entry].prefix == key.prefix && keys_[entry].length == key.length &&
           (name.size() <= sizeof key.prefix || entries_[entry].first == name);
  }
  i32 found(std::size_t entry, i32& hint) const {
    hint = entry + 1 < entries_.size() ? static_cast<i32>(entry + 1) : 0;
    return entries_[entry].second;
  }
  i32 find_slot(Key key, std::string_view name, i32& hint) const;
  std::size_t slot_of(Key key) const;

  std::vector<std::pair<std::string, i32>> entries_;
  std::vector<Key> keys_;
  std::vector<i32> slots_;  // by hash of the key: an entry, or none
  int slot_shift_ = 62;
};

struct MemberNode {
  MemberTable members;
  i32 other = -1;          // any other member (`*`, `**`)
  MemberTable attributes;  // targets are nodes with captures only
  i32 other_attribute = -1;
  std::vector<i32> items;  // by position in a list, where a path has digits; empty: all alike
  i32 other_item = -1;     // positions beyond `items`
  std::vector<i32> opens;  // row nodes of which a row begins here
  std::vector<CaptureAction> captures;
  bool per_item = false;  // rows, or some capture, are of each item of a JSON list

  bool has_items() const { return !items.empty(); }
  // Something is wanted inside.
  bool has_members() const { return !members.entries().empty() || other >= 0; }
};

struct RowNode {
  i32 parent = -1;
  i32 slots = 0;
  std::string path;  // for `weir check --plan`
};

enum class BuiltIn : u8 { file, row, source, run_date, name, n, parent_n, warning };

struct Candidate {
  enum class Kind : u8 { capture, constant, built_in, document, spec, part, beside, none };
  Kind kind = Kind::capture;
  i32 up = 0;    // capture: how many row nodes above the row
  i32 slot = 0;  // capture; document: which field; spec: which value; beside: which text
  BuiltIn built_in = BuiltIn::file;
  std::string text;  // constant
  i32 from = 0;      // the document of Plan::documents that it belongs to
  // Where the document's options differ from the field's.
  std::shared_ptr<const Coercer> coercer;
};

struct ConditionPlan {
  i32 up = 0;
  i32 slot = 0;
  Condition::Kind kind = Condition::Kind::present;
  std::vector<std::string> values;
};

struct LookupRef;

// What fills one column of a lookup's row.
struct LinkPart {
  i32 column = -1;  // of the lookup's batch
  i32 field = -1;   // a field of the row: its value, or its own link
  bool field_is_link = false;
  std::shared_ptr<const LookupRef> below;  // a lookup made of parts of its own
  bool required = false;                   // without it the link is null
};

struct LookupRef {
  i32 table = -1;                // of Tables
  std::vector<LinkPart> key;     // in the order of the lookup's key
  std::vector<LinkPart> others;  // further columns that the link gives
};

struct FieldPlan {
  std::string name;
  Type type;
  std::shared_ptr<const Coercer> coercer;  // null: a lookup made of other fields
  std::vector<Candidate> candidates;       // in the order of documents
  Policy policy = Policy::priority;        // where several documents have a value
  bool required = false;
  bool reject_bad = false;  // on_error = "reject"
  std::shared_ptr<const LookupRef> lookup;
  i32 column = -1;     // of the table's batch; -1: not stored
  bool blank = false;  // stored as null, whatever the input has
  std::optional<Value> default_value;
  Scratch scratch;  // what the default's texts lie in
};

// Rows of one table that come from one place: the matches of an `each`, or the parts of their text.
struct RowPlan {
  i32 row_node = 0;
  i32 document = 0;         // of Plan::documents
  i32 parent_row_node = 0;  // of the row that these are nested in
  std::vector<ConditionPlan> where;
  bool split = false;             // each part of the text is a row
  std::string separator;          // characters
  i32 text_slot = -1;             // of the row node: the text that is split
  std::vector<Candidate> beside;  // captures split in the same way, matched by position
  std::vector<FieldPlan> fields;  // as declared; the same order for all places of a table
};

struct TablePlan {
  i32 table = -1;        // of Tables
  i32 parent_plan = -1;  // nested: the table plan of the parent; -1: the record
  bool has_parent_column = false;
  std::vector<RowPlan> rows;
  bool of_all_documents = false;  // else of the first document that has any
  std::vector<i32> key;           // fields; empty: all rows are kept
  bool fold_case = false;         // texts of the key are compared without case
  std::vector<std::shared_ptr<const Computed>> computed;
  bool is_seen = false;  // a computed field of the record sees its rows
};

struct SpecTransform {
  i32 row_node = -1;
  i32 name_slot = -1, value_slot = -1, unit_slot = -1;
  MemberTable mapping;  // lower-case name -> spec value
  i32 rest = -1;        // the spec value that takes the others; -1: none
};

struct VersionPart {
  i32 field = -1;                          // of the record's fields; else
  Candidate candidate;                     // a text, or a built-in
  std::shared_ptr<const Coercer> coercer;  // of document fields, for their type
};

struct HistoryPlan {
  i32 table = -1;
  std::vector<FieldPlan> fields;
  std::vector<HistoryOf> of;
};

// What holds for one lookup of Tables, whatever links to it.
struct LookupPlan {
  std::vector<Type> types;                                // of its batch's columns
  std::vector<MergePolicy> policies;                      // of its batch's columns
  std::vector<i32> key;                                   // columns of its batch
  std::vector<std::shared_ptr<const Computed>> computed;  // positions are columns of its batch
};

// What a record is read from. A source that is no archive has one, the record itself.
struct DocumentPlan {
  const SourceDecl* source = nullptr;
  std::string member;  // archive: a glob, or "#comment"; empty: a reader gives it
  std::shared_ptr<const DocumentReader> reader;
  i32 root = 0;                      // the member node at which it begins; -1: nothing is wanted
  std::vector<ConditionPlan> where;  // archive: without these it counts as absent
  std::vector<i32> record_slots;     // archive: its slots of row node 0
  std::vector<i32> row_nodes;        // archive: the others that are its own
};

struct Plan {
  const Declaration* declaration = nullptr;
  const SourceDecl* source = nullptr;
  const Tables* tables = nullptr;
  i32 entity = -1;

  bool is_archive() const { return source->format == Format::archive; }

  std::vector<DocumentPlan> documents;
  std::vector<MemberNode> nodes;   // 0: the record
  std::vector<RowNode> row_nodes;  // 0: the record
  std::vector<ConditionPlan> where;
  std::vector<ConditionPlan> deleted_when;
  bool has_deletes = false;

  std::vector<TablePlan> table_plans;  // 0: the record's table; parents before children
  bool sees_children = false;          // some table plan is_seen
  std::vector<i32> key_fields;         // of the record's fields
  std::vector<VersionPart> version;
  std::unique_ptr<HistoryPlan> history;
  std::vector<SpecTransform> specs;
  i32 spec_values = 0;
  std::vector<LookupPlan> lookups;         // by table of Tables; those without a lookup are empty
  std::vector<FieldPlan> document;         // fields of _doc, in order
  std::vector<MemberNode> document_nodes;  // their paths; slot i of row node 0 is field i
};

}  // namespace weir::extract
