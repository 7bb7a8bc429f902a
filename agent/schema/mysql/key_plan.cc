#include "agent/schema/mysql/key_plan.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "agent/schema/mysql/definitions.h"
#include "agent/schema/mysql/own_indexes.h"
#include "agent/schema/mysql/types.h"

namespace brant::mysql {
namespace {

using Columns = std::vector<std::string>;

// What a changed table takes away from the foreign keys that stand on it.
struct Losses {
  std::set<std::string> columns;
  std::vector<Columns> indexes;

  bool Hit(const Columns& key) const {
    const bool column =
        absl::c_any_of(key, [this](const std::string& name) { return columns.contains(name); });
    return column || absl::c_any_of(indexes, [&key](const Columns& index) {
             return index.size() >= key.size() && std::equal(key.begin(), key.end(), index.begin());
           });
  }
};

Columns ColumnsOf(const Index& index) {
  Columns columns;
  for (const IndexPart& part : index.parts) columns.push_back(part.column);
  return columns;
}

Losses LossesOf(const TableChange& change) {
  Losses losses;
  losses.columns = TouchedColumns(change);
  for (const auto& key : change.primary_key) {
    if (!key.added()) losses.indexes.push_back(key.from->columns);
  }
  for (const auto& unique : change.uniques) {
    if (!unique.added()) losses.indexes.push_back(unique.from->columns);
  }
  for (const auto& index : change.indexes) {
    if (!index.added()) losses.indexes.push_back(ColumnsOf(*index.from));
  }
  for (const Index& index : OwnIndexes(*change.from)) losses.indexes.push_back(ColumnsOf(index));
  for (const Index& index : OwnIndexes(*change.to)) {
    std::erase(losses.indexes, ColumnsOf(index));
  }
  return losses;
}

// Old names of tables by the new ones.
std::map<ObjectName, std::string> OldNames(const CatalogDiff& diff) {
  std::map<ObjectName, std::string> names;
  for (const Rename& rename : diff.renames) {
    if (!rename.column.empty()) continue;
    names[{rename.table.schema, rename.to}] = rename.table.name;
  }
  return names;
}

// The name that a key of `table` has, once that was renamed.
std::string ActualName(const std::string& key, const ObjectName& table,
                       const std::map<ObjectName, std::string>& old_names) {
  const auto old = old_names.find(table);
  if (old == old_names.end()) return key;
  absl::string_view rest = key;
  if (!absl::ConsumePrefix(&rest, absl::StrCat(old->second, "_ibfk_"))) return key;
  return rest.empty() ? key : absl::StrCat(table.name, "_ibfk_", rest);
}

class Planner {
 public:
  explicit Planner(const CatalogDiff& diff) : diff_(diff), old_names_(OldNames(diff)) {
    for (const TableChange& change : diff.altered_tables) {
      losses_[change.to->name] = LossesOf(change);
    }
    for (const Table& table : diff.to->tables) {
      for (const ForeignKey& key : table.foreign_keys) wanted_.insert(key.name);
    }
  }

  KeyPlan Plan() {
    for (const Table& from : diff_.from->tables) {
      if (const Table* to = FindTable(*diff_.to, from.name); to != nullptr) PlanTable(from, *to);
    }
    for (const Table* table : diff_.dropped_tables) PlanDropped(*table);
    return std::move(plan_);
  }

 private:
  bool Hits(const ObjectName& table, const Columns& columns) const {
    const auto losses = losses_.find(table);
    return losses != losses_.end() && losses->second.Hit(columns);
  }

  bool Stands(const Table& table, const ForeignKey& key) const {
    return !Hits(table.name, key.columns) && !Hits(key.referenced_table, key.referenced_columns);
  }

  void PlanTable(const Table& from, const Table& to) {
    std::set<std::string> kept;
    for (const ForeignKey& key : from.foreign_keys) {
      ForeignKey actual = key;
      actual.name = ActualName(key.name, from.name, old_names_);
      const bool wanted = absl::c_linear_search(to.foreign_keys, actual);
      if (wanted && Stands(from, key)) {
        kept.insert(actual.name);
      } else {
        plan_.drops[to.name].push_back(actual.name);
      }
    }
    for (const ForeignKey& key : to.foreign_keys) {
      if (!kept.contains(key.name)) plan_.adds[to.name].push_back(&key);
    }
  }

  // Most keys go with their table. Names of keys are the database's.
  void PlanDropped(const Table& table) {
    for (const ForeignKey& key : table.foreign_keys) {
      if (wanted_.contains(key.name) || !Stands(table, key)) {
        plan_.drops[table.name].push_back(key.name);
      }
    }
  }

  const CatalogDiff& diff_;
  const std::map<ObjectName, std::string> old_names_;
  std::map<ObjectName, Losses> losses_;
  std::set<std::string> wanted_;
  KeyPlan plan_;
};

}  // namespace

bool KeyPlan::IsAdded(const ObjectName& table, const std::string& key) const {
  const auto found = adds.find(table);
  return found != adds.end() && absl::c_any_of(found->second, [&key](const ForeignKey* added) {
           return added->name == key;
         });
}

KeyPlan PlanKeys(const CatalogDiff& diff) { return Planner(diff).Plan(); }

bool CharacterSetDiffers(const TableChange& change) {
  return CharacterSetOption(*change.from) != CharacterSetOption(*change.to);
}

std::set<std::string> TouchedColumns(const TableChange& change) {
  std::set<std::string> touched;
  for (const Change<Column>& column : change.columns) {
    if (column.added() || column.dropped()) continue;
    const Column& from = *column.from;
    const Column& to = *column.to;
    // MySQL, unlike MariaDB, refuses AUTO_INCREMENT, too.
    const bool same = from.type.native == to.type.native && from.collation == to.collation &&
                      from.nullable == to.nullable && from.generated == to.generated &&
                      from.identity == to.identity;
    if (!same) touched.insert(to.name);
  }
  if (!CharacterSetDiffers(change)) return touched;
  for (const Column& column : change.to->columns) {
    if (HasCharacterSet(column.type) && column.collation.empty()) touched.insert(column.name);
  }
  return touched;
}

bool IsReplaced(const Column& from, const Column& to) {
  if (from.generated == to.generated && from.generated_stored == to.generated_stored) return false;
  // What was computed and stored stays as a value.
  return !(from.generated_stored && to.generated.empty());
}

}  // namespace brant::mysql
