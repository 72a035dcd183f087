// Checks of what paths reach: the path to the records is short enough to be followed, `^` stays
// within what was matched, and each document field is named by some path.
//
// Where a path begins is known of a source only, so the paths of an entity are looked at once for
// each of its sources; a path that is wrong in several of them is told once.
#include <fmt/format.h>

#include <algorithm>

#include "weir/extract/check_context.h"
#include "weir/format/json_path.h"
#include "weir/format/xml_record_path.h"

namespace weir::extract {
namespace {

// Where paths begin: the record, or a match of `each`.
struct Match {
  std::vector<PathStep> steps;  // what `^` may climb
  std::string written;
};

Match within(const Match& outer, const Path& path) {
  Match match = outer;
  match.steps.insert(match.steps.end(), path.steps.begin(), path.steps.end());
  match.written += (match.written.empty() ? "" : ".") + path.written;
  return match;
}

i64 leading_ups(const Path& path) {
  const auto end = std::ranges::find_if(
      path.steps, [](const PathStep& step) { return step.kind != PathStep::Kind::up; });
  return end - path.steps.begin();
}

// The names that `^` may leave: the last ones of a match, up to its innermost `**`.
struct Climb {
  i64 names = 0;
  bool ends_at_any_depth = false;
};

Climb climb_of(const Match& match) {
  Climb climb;
  for (auto step = match.steps.rbegin(); step != match.steps.rend(); ++step) {
    if (step->kind == PathStep::Kind::any_depth) return {climb.names, true};
    if (step->kind != PathStep::Kind::item) ++climb.names;
  }
  return climb;
}

// The paths of one source, or of one document of an archive.
class SourcePaths {
 public:
  SourcePaths(const CheckContext& context, const EntityDecl& entity, const SourceDecl& source,
              std::string label, std::vector<Place>& told)
      : context_(context),
        entity_(entity),
        source_(source),
        entity_label_(fmt::format("[entity.{}]", entity.name)),
        label_(std::move(label)),
        told_(told) {}

  // `record` is what `^` may climb above the record.
  void run(const Match& record) {
    visit_source(record);
    visit_fields(entity_.record.fields, record, entity_label_);
    visit(entity_.deleted_when, record, entity_label_);
    for (const Path& path : entity_.version) visit(path, record, entity_label_);
    if (entity_.history)
      visit_fields(entity_.history->fields, record,
                   fmt::format("[entity.{}.history]", entity_.name));
    visit_tables(entity_.record.tables, {record}, entity_label_);
    check_document_fields();
  }

 private:
  void visit_source(const Match& record) {
    visit(source_.where, record, label_);
    visit_mapping(source_.paths, record, label_);
    for (const TransformDecl& transform : source_.transforms) {
      const std::string label = label_ + " transform";
      visit(transform.path, record, label);
      for (const auto& [field, path] : transform.into) visit_inside(path, label);
      for (const std::optional<Path>* path : {&transform.name, &transform.value, &transform.unit})
        if (*path) visit(**path, within(record, transform.path), label);
    }
    for (const DocumentFieldDecl& field : source_.document)
      if (field.field.path) visit(*field.field.path, {}, label_ + " document field");
  }

  // A table's rows come from each of its places within each of those of the table above.
  void visit_tables(const std::vector<TableDecl>& tables, const std::vector<Match>& above,
                    const std::string& above_label) {
    for (const TableDecl& table : tables) {
      const std::string label = below(above_label, table.name);
      std::vector<Match> matches;
      for (const Match& outer : above)
        for (const EachDecl* place : places_of(table))
          visit_place(table, *place, outer, label, matches);
      for (const Match& match : matches) visit_fields(table.fields, match, label);
      visit_tables(table.tables, matches, label);
    }
  }

  std::vector<const EachDecl*> places_of(const TableDecl& table) const {
    std::vector<const EachDecl*> places;
    for (const auto& [name, own] : source_.tables) {
      if (name != table.name) continue;
      for (const EachDecl& place : own) places.push_back(&place);
    }
    if (places.empty()) places.push_back(&table.each);
    return places;
  }

  // What a place does not say is as the table says it.
  void visit_place(const TableDecl& table, const EachDecl& place, const Match& outer,
                   const std::string& table_label, std::vector<Match>& matches) {
    const std::optional<Path>& each = place.each ? place.each : table.each.each;
    if (!each) return;  // filled by another source or document
    const Match& match = matches.emplace_back(within(outer, *each));
    const std::string label = &place == &table.each ? table_label : below(label_, table.name);
    const bool has_where = !place.where.empty();
    const bool has_beside = !place.beside.empty();
    visit((has_where ? place : table.each).where, match, has_where ? label : table_label);
    for (const auto& [field, path] : (has_beside ? place : table.each).beside)
      visit_member(path, outer, has_beside ? label : table_label, "\"beside\" splits");
    visit_mapping(place.paths, match, label);
  }

  void visit_fields(const std::vector<FieldDecl>& fields, const Match& match,
                    const std::string& label) {
    for (const FieldDecl& field : fields)
      if (field.path) visit(*field.path, match, fmt::format("{} field {}", label, field.name));
  }

  void visit_mapping(const std::vector<std::pair<std::string, std::vector<Path>>>& mapping,
                     const Match& match, const std::string& label) {
    for (const auto& [field, paths] : mapping)
      for (const Path& path : paths) visit(path, match, label);
  }

  void visit(const std::vector<Condition>& conditions, const Match& match,
             const std::string& label) {
    for (const Condition& condition : conditions)
      visit_member(condition.path, match, label, "a condition looks at");
  }

  // Where a member is needed, nothing that is built in will do.
  void visit_member(const Path& path, const Match& match, const std::string& label,
                    std::string_view what) {
    if (path.steps.empty()) return;  // told where it was read
    const PathStep::Kind first = path.steps.front().kind;
    if (first == PathStep::Kind::built_in || first == PathStep::Kind::document)
      report(path, label, fmt::format("{} members; \"{}\" is none", what, path.written));
    visit(path, match, label);
  }

  void visit(const Path& path, const Match& match, const std::string& label) {
    if (path.steps.empty()) return;  // told where it was read
    if (path.steps.front().kind == PathStep::Kind::document)
      used_.push_back(path.steps.front().names.front());
    const i64 ups = leading_ups(path);
    const Climb climb = climb_of(match);
    // What ** stands for has no name that a row could be kept for.
    if (ups == 0 || ups < climb.names + (climb.ends_at_any_depth ? 0 : 1)) return;
    if (climb.ends_at_any_depth) {
      report(path, label,
             fmt::format("\"{}\" goes up into the ** of \"{}\", which may stand for any names; "
                         "write those names there",
                         path.written, match.written));
    } else if (climb.names == 0) {
      report(path, label,
             fmt::format("\"{}\" begins at the record, and nothing is above that", path.written));
    } else {
      report(path, label,
             fmt::format("\"{}\" goes up {} names, but \"{}\" has {}", path.written, ups,
                         match.written, climb.names));
    }
  }

  void visit_inside(const Path& path, const std::string& label) {
    if (leading_ups(path) > 0)
      report(
          path, label,
          fmt::format("\"{}\" of \"into\" goes down from \"path\"; there is no ^", path.written));
  }

  // A required field is of use by itself: without it the input fails.
  void check_document_fields() {
    for (const DocumentFieldDecl& decl : source_.document) {
      const FieldDecl& field = decl.field;
      if (field.required || std::ranges::find(used_, field.name) != used_.end()) continue;
      context_.report(
          field.place, fmt::format("{} document field {}", label_, field.name),
          fmt::format("nothing uses it; a path names it as _doc.{}, or required = true demands it",
                      field.name));
    }
  }

  void report(const Path& path, const std::string& label, const std::string& message) {
    if (std::ranges::find(told_, path.place) != told_.end()) return;
    told_.push_back(path.place);
    context_.report(path.place, label, message);
  }

  // "[entity.e.tables.t]"
  static std::string below(const std::string& label, const std::string& table) {
    return fmt::format("{}.tables.{}]", label.substr(0, label.size() - 1), table);
  }

  const CheckContext& context_;
  const EntityDecl& entity_;
  const SourceDecl& source_;
  const std::string entity_label_;
  const std::string label_;
  std::vector<Place>& told_;
  std::vector<std::string> used_;  // document fields
};

// A cutter keeps its place in the path to the records as the bits of one word.
void check_record_steps(const CheckContext& context, const SourceDecl& source,
                        std::string_view label) {
  const bool is_json = source.format == Format::json || source.format == Format::json_pages;
  if (source.format != Format::xml && !is_json) return;
  const i64 limit =
      is_json ? static_cast<i64>(format::JsonPath::max_steps) : format::XmlRecordPath::max_steps;
  i64 steps = 0;
  const Path* first = nullptr;
  for (const std::optional<Path>* path : {&source.items, &source.record}) {
    if (!*path) continue;
    first = &**path;
    steps += std::ssize(first->steps);
  }
  if (steps > limit)
    context.report(first->place, label,
                   fmt::format("the path to the records has {} steps; at most {} are followed, and "
                               "** stands for any number of names",
                               steps, limit));
}

}  // namespace

void check_paths(const CheckContext& context) {
  std::vector<Place> told;
  const auto check = [&](const SourceDecl& source, const std::string& label, const Match& record,
                         const EntityDecl* entity) {
    if (!source.reader.empty()) return;
    check_record_steps(context, source, label);
    if (entity != nullptr) SourcePaths(context, *entity, source, label, told).run(record);
  };
  for (const SourceDecl& source : context.declaration.sources) {
    const EntityDecl* entity = context.entity(source.entity);
    if (source.documents.empty())
      check(source, fmt::format("[source.{}]", source.name), {}, entity);
    // The documents of an archive are read whole: what stands around a record can be reached.
    for (const SourceDecl& document : source.documents)
      check(document, fmt::format("[source.{}.documents]", source.name),
            document.record ? within({}, *document.record) : Match{}, entity);
  }
}

}  // namespace weir::extract
