// A plan as text: members with what they lead to, then tables with where their fields come from.
#include <fmt/format.h>

#include "weir/extract/plan_compiler.h"

namespace weir::extract {

namespace {

class Describer {
 public:
  explicit Describer(const Plan& plan) : plan_(plan) {}

  std::string text() {
    out_ = fmt::format("source {}: {} members, {} row nodes, {} tables\n", plan_.source->name,
                       plan_.nodes.size(), plan_.row_nodes.size(), plan_.table_plans.size());
    for (std::size_t i = 0; i < plan_.nodes.size(); ++i) member(i);
    for (const TablePlan& one : plan_.table_plans) table(one);
    return std::move(out_);
  }

 private:
  void member(std::size_t at);
  void table(const TablePlan& table);
  std::string candidate(const Candidate& from) const;

  const Plan& plan_;
  std::string out_;
};

void Describer::member(std::size_t at) {
  const MemberNode& node = plan_.nodes[at];
  out_ += fmt::format("  member {}:", at);
  for (const auto& [name, target] : node.members.entries())
    out_ += fmt::format(" {} -> {}", name, target);
  for (const auto& [name, target] : node.attributes.entries())
    out_ += fmt::format(" @{} -> {}", name, target);
  if (node.other >= 0) out_ += fmt::format(" * -> {}", node.other);
  for (const i32 row : node.opens)
    out_ += fmt::format(" opens {}", plan_.row_nodes[static_cast<std::size_t>(row)].path);
  for (const CaptureAction& action : node.captures)
    out_ += fmt::format(" slot {}.{}", action.row_node, action.slot);
  out_ += '\n';
}

std::string Describer::candidate(const Candidate& from) const {
  switch (from.kind) {
    using enum Candidate::Kind;
    case capture:
      return from.up == 0 ? fmt::format("slot {}", from.slot)
                          : fmt::format("slot {} of {} above", from.slot, from.up);
    case constant:
      return fmt::format("\"{}\"", from.text);
    case built_in:
      return "built-in";
    case document:
      return "_doc." + plan_.document[static_cast<std::size_t>(from.slot)].name;
    case spec:
      return fmt::format("spec {}", from.slot);
    case part:
      return "part of the text";
    case beside:
      return fmt::format("beside {}", from.slot);
    case none:
      return "nothing";
  }
  return {};
}

void Describer::table(const TablePlan& table) {
  out_ +=
      fmt::format("  table {}\n", plan_.tables->tables[static_cast<std::size_t>(table.table)].name);
  for (const RowPlan& rows : table.rows) {
    out_ += fmt::format("    rows of {}\n",
                        plan_.row_nodes[static_cast<std::size_t>(rows.row_node)].path);
    for (const FieldPlan& field : rows.fields) {
      out_ += fmt::format("      {} {}:", field.name,
                          field.coercer == nullptr ? "link" : to_string(field.type));
      for (const Candidate& from : field.candidates) out_ += " " + candidate(from) + ";";
      out_ += '\n';
    }
  }
}

}  // namespace

std::string describe(const Plan& plan) { return Describer(plan).text(); }

}  // namespace weir::extract
