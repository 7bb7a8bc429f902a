// What revisions before say of columns, as far as PostgreSQL's rules ask: a type
// that grows costs nothing, one that shrinks loses data.

#ifndef BRANT_AGENT_SCHEMA_LINT_HISTORY_H_
#define BRANT_AGENT_SCHEMA_LINT_HISTORY_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "agent/schema/lint/section.h"

namespace pg_query {
class Constraint;
class TypeName;
}  // namespace pg_query

namespace brant {

struct ColumnType {
  // As TypeNameOf.
  std::string name;
  std::vector<int> modifiers;
  bool array = false;

  friend bool operator==(const ColumnType&, const ColumnType&) = default;
};

ColumnType ColumnTypeOf(const pg_query::TypeName& type);

// The column of CHECK (column IS NOT NULL); empty if the constraint is another.
std::string CheckedNotNull(const pg_query::Constraint& constraint);

// Takes upgrade sections of PostgreSQL in the order in which they would be
// applied.
class LintHistory {
 public:
  void Take(const LintSection& section);

  // Null if no revision says it.
  const ColumnType* FindType(absl::string_view table, absl::string_view column) const;
  // There is a CHECK (column IS NOT NULL).
  bool IsCheckedNotNull(absl::string_view table, absl::string_view column) const;

 private:
  // By column.
  struct Table {
    absl::flat_hash_map<std::string, ColumnType> types;
    absl::flat_hash_set<std::string> checked_not_null;
  };

  void TakeStatement(const LintStatement& statement);
  void TakeOperation(const Operation& operation);

  absl::flat_hash_map<std::string, Table> tables_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_LINT_HISTORY_H_
