// What turns one catalog into another of the same dialect.

#ifndef BRANT_AGENT_SCHEMA_DIFF_H_
#define BRANT_AGENT_SCHEMA_DIFF_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/schema/catalog.h"

namespace brant {

// A table or column that is called otherwise in the other catalog.
struct Rename {
  ObjectName table;
  // Empty: the table itself. Else a column of `table`, which is always the name
  // that the table has in the first catalog.
  std::string column;
  // The new name, without schema.
  std::string to;

  friend bool operator==(const Rename&, const Rename&) = default;
};

// Something that differs. Points into the two catalogs. `from` is null for what
// is added, `to` for what is dropped; else it was altered (or renamed).
template <typename T>
struct Change {
  const T* from = nullptr;
  const T* to = nullptr;

  bool added() const { return from == nullptr; }
  bool dropped() const { return to == nullptr; }
};

// A table that both catalogs have, and what differs in it.
struct TableChange {
  const Table* from = nullptr;
  const Table* to = nullptr;
  std::vector<Change<Column>> columns;
  // Empty, or one.
  std::vector<Change<PrimaryKey>> primary_key;
  std::vector<Change<UniqueConstraint>> uniques;
  std::vector<Change<CheckConstraint>> checks;
  std::vector<Change<ForeignKey>> foreign_keys;
  std::vector<Change<ExclusionConstraint>> exclusions;
  std::vector<Change<Index>> indexes;
  bool options_differ = false;
  bool comment_differs = false;
};

// The renames come first; everything else is between what they make of the first
// catalog (`from`) and the second, which must outlive the diff.
struct CatalogDiff {
  std::vector<Rename> renames;
  std::shared_ptr<const Catalog> from;
  const Catalog* to = nullptr;
  std::vector<const Table*> created_tables;
  std::vector<const Table*> dropped_tables;
  std::vector<TableChange> altered_tables;
  std::vector<Change<EnumType>> enums;
  std::vector<Change<Sequence>> sequences;
  std::vector<Change<View>> views;

  bool empty() const {
    return renames.empty() && created_tables.empty() && dropped_tables.empty() &&
           altered_tables.empty() && enums.empty() && sequences.empty() && views.empty();
  }
};

// Objects are known by their names. A constraint or index whose name the other
// side has not, but whose content it has, was renamed: a change with both sides,
// and on SQLite, which can't rename one, none for a constraint. The order of
// columns is no difference; triggers are not compared.
//
// Error: INVALID_REQUEST for a rename of what `from` has not, or to what `to` has
// not.
absl::StatusOr<CatalogDiff> Diff(const Catalog& from, const Catalog& to,
                                 const std::vector<Rename>& renames = {});

// The renames that lead back.
std::vector<Rename> Reverse(const std::vector<Rename>& renames);

// What may have been renamed rather than dropped and added: likely pairs, each
// name once.
std::vector<Rename> SuggestRenames(const CatalogDiff& diff);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_DIFF_H_
