#include "agent/schema/postgresql/rename_statements.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/schema/postgresql/definitions.h"
#include "agent/schema/postgresql/identifier.h"

namespace brant {
namespace {

// `ALTER … RENAME …`: what is before the old name, what is between both names.
struct Step {
  // Names of one scope must differ.
  std::string scope;
  std::string before;
  // Of `from`, if it is said with the name.
  std::string schema;
  std::string between;
  std::string from;
  std::string to;
};

std::string Write(const Step& step, const std::string& from, const std::string& to) {
  return absl::StrCat(step.before, QuotePostgresql(ObjectName{step.schema, from}), step.between,
                      QuotePostgresql(to));
}

// A name that another one has yet is taken by way of a third.
std::vector<std::string> WriteAll(const std::vector<Step>& steps) {
  std::set<std::pair<std::string, std::string>> sources;
  for (const Step& step : steps) sources.insert({step.scope, step.from});
  std::vector<std::string> first;
  std::vector<std::string> last;
  int number = 0;
  for (const Step& step : steps) {
    if (!sources.contains({step.scope, step.to})) {
      first.push_back(Write(step, step.from, step.to));
      continue;
    }
    const std::string interim = absl::StrCat("brant_rename_", ++number);
    first.push_back(Write(step, step.from, interim));
    last.push_back(Write(step, interim, step.to));
  }
  first.insert(first.end(), last.begin(), last.end());
  return first;
}

template <typename T>
void AddConstraints(const TablePlan& plan, const Replacement<T>& replacement,
                    const std::string& scope, std::vector<Step>& steps) {
  const std::string before =
      absl::StrCat("ALTER TABLE ", QuotePostgresql(plan.to->name), " RENAME CONSTRAINT ");
  for (const Change<T>& change : replacement.rename) {
    if (change.from->name.empty() || change.to->name.empty()) continue;
    steps.push_back({scope, before, "", " TO ", change.from->name, change.to->name});
  }
}

}  // namespace

std::vector<std::string> RenameObjectsPostgresql(const std::vector<Rename>& renames) {
  std::vector<Step> steps;
  // Columns first: they go by the old name of their table.
  for (const Rename& rename : renames) {
    if (rename.column.empty()) continue;
    const std::string table = QuotePostgresql(rename.table);
    steps.push_back({absl::StrCat("column of ", table),
                     absl::StrCat("ALTER TABLE ", table, " RENAME COLUMN "), "", " TO ",
                     rename.column, rename.to});
  }
  std::vector<std::string> statements = WriteAll(steps);
  steps.clear();
  for (const Rename& rename : renames) {
    if (!rename.column.empty()) continue;
    steps.push_back({rename.table.schema, "ALTER TABLE ", rename.table.schema, " RENAME TO ",
                     rename.table.name, rename.to});
  }
  for (std::string& statement : WriteAll(steps)) statements.push_back(std::move(statement));
  return statements;
}

std::vector<std::string> RenameConstraintsPostgresql(const std::vector<TablePlan>& tables) {
  std::vector<Step> steps;
  for (const TablePlan& plan : tables) {
    const std::string& schema = plan.to->name.schema;
    const std::string of_table = absl::StrCat("constraint of ", QuotePostgresql(plan.to->name));
    // Those with an index share the names of the schema's relations.
    AddConstraints(plan, plan.primary_key, schema, steps);
    AddConstraints(plan, plan.uniques, schema, steps);
    AddConstraints(plan, plan.exclusions, schema, steps);
    AddConstraints(plan, plan.checks, of_table, steps);
    AddConstraints(plan, plan.foreign_keys, of_table, steps);
    for (const Change<Index>& change : plan.indexes.rename) {
      steps.push_back(
          {schema, "ALTER INDEX ", schema, " RENAME TO ", change.from->name, change.to->name});
    }
  }
  return WriteAll(steps);
}

}  // namespace brant
