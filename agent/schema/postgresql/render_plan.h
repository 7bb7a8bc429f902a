// What a diff takes on PostgreSQL beyond what it says: much that did not change
// has to make way for what did.

#ifndef BRANT_AGENT_SCHEMA_POSTGRESQL_RENDER_PLAN_H_
#define BRANT_AGENT_SCHEMA_POSTGRESQL_RENDER_PLAN_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "agent/schema/catalog.h"
#include "agent/schema/diff.h"
#include "agent/schema/kept.h"

namespace brant {

// Constraints or indexes of a table that stays.
template <typename T>
struct Replacement {
  std::vector<const T*> drop;
  std::vector<const T*> add;
  std::vector<Change<T>> rename;
};

// A table that stays.
struct TablePlan {
  const Table* from = nullptr;
  const Table* to = nullptr;
  // Null: it did not change by itself.
  const TableChange* change = nullptr;
  // Columns that get another type or collation, or the new form of their enum.
  std::set<std::string> retyped;
  // Generated columns that are dropped and added again.
  std::set<std::string> rebuilt;
  std::set<std::string> dropped;
  Replacement<PrimaryKey> primary_key;
  Replacement<UniqueConstraint> uniques;
  Replacement<CheckConstraint> checks;
  Replacement<ForeignKey> foreign_keys;
  Replacement<ExclusionConstraint> exclusions;
  Replacement<Index> indexes;
  // Indexes of which only the comment differs.
  std::vector<const Index*> commented;
  // Triggers that are made again after the columns that they name.
  std::vector<KeptTrigger> triggers;
};

struct RenderPlan {
  std::vector<const Table*> created_tables;
  std::vector<const Table*> dropped_tables;
  // Those of them in which something is to be done, by name.
  std::vector<TablePlan> tables;
  // Enums whose values get a new type of the same name.
  std::vector<Change<EnumType>> replaced_enums;
  // Enums that only get more labels.
  std::vector<Change<EnumType>> extended_enums;
  // In the order in which they can be created; those to drop in reverse.
  std::vector<const View*> dropped_views;
  std::vector<const View*> created_views;
};

RenderPlan PlanPostgresql(const CatalogDiff& diff);

// They differ in the name alone.
template <typename T>
bool OnlyRenamed(const T& from, const T& to) {
  T copy = from;
  copy.name = to.name;
  return copy == to;
}

// The query and what else takes a new view is the same.
bool SameQuery(const View& a, const View& b);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_POSTGRESQL_RENDER_PLAN_H_
