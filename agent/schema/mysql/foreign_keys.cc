#include "agent/schema/mysql/foreign_keys.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/schema/mysql/own_indexes.h"

namespace brant::mysql {
namespace {

using Columns = std::vector<std::string>;

// In bytes, which is less than the 64 characters that a name may have.
constexpr size_t kLongestName = 64;
constexpr absl::string_view kGivenByServer = "_ibfk_";

const Column* ColumnOf(const Table& table, const std::string& name) {
  const auto column = absl::c_find_if(table.columns, [&](const Column& column) {
    return absl::EqualsIgnoreCase(column.name, name);
  });
  return column == table.columns.end() ? nullptr : &*column;
}

// Empty: the database's, or the type has none.
std::string CollationOf(const Table& table, const Column& column) {
  switch (column.type.kind) {
    case TypeKind::kSmallInt:
    case TypeKind::kInteger:
    case TypeKind::kBigInt:
    case TypeKind::kNumeric:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      return "";
    default:
      break;
  }
  if (!column.collation.empty()) return column.collation;
  const auto option = table.options.find("collation");
  return option == table.options.end() ? "" : option->second;
}

bool StartWith(const Columns& columns, const Columns& first) {
  return columns.size() >= first.size() && std::equal(first.begin(), first.end(), columns.begin());
}

// Some index begins with these very columns, all of each, in ascending order.
bool IsKey(const Table& table, const Columns& columns) {
  if (table.primary_key.has_value() && StartWith(table.primary_key->columns, columns)) return true;
  return absl::c_any_of(
             table.uniques,
             [&](const UniqueConstraint& unique) { return StartWith(unique.columns, columns); }) ||
         absl::c_any_of(table.indexes, [&](const Index& index) {
           return BeginsWith(index, columns) &&
                  absl::c_all_of(index.parts, [](const IndexPart& part) {
                    return part.prefix_length == 0 && !part.descending && part.expression.empty();
                  });
         });
}

bool HasIndexNamed(const Table& table, const std::string& name) {
  const auto is_named = [&name](const auto& index) {
    return absl::EqualsIgnoreCase(index.name, name);
  };
  return absl::c_any_of(table.uniques, is_named) || absl::c_any_of(table.indexes, is_named);
}

// Foreign keys are InnoDB's, and neither of partitions nor of the history of a table.
bool MayHaveKeys(const Table& table) {
  const bool is_partitioned =
      absl::c_any_of(table.needs, [](const Need& need) { return need.part.empty(); });
  return !table.options.contains("engine") && !table.options.contains("with system versioning") &&
         !is_partitioned;
}

// The names become those of the columns, whose case may be another one.
bool ResolveColumns(const Table& table, const Table& referenced, ForeignKey& key) {
  if (key.columns.size() != key.referenced_columns.size()) return false;
  for (size_t i = 0; i < key.columns.size(); ++i) {
    const Column* from = ColumnOf(table, key.columns[i]);
    const Column* to = ColumnOf(referenced, key.referenced_columns[i]);
    if (from == nullptr || to == nullptr) return false;
    if (!from->generated.empty() || !to->generated.empty()) return false;
    if (from->type != to->type || CollationOf(table, *from) != CollationOf(referenced, *to)) {
      return false;
    }
    const bool sets_null = key.on_delete == "SET NULL" || key.on_update == "SET NULL";
    if (sets_null && !from->nullable) return false;
    key.columns[i] = from->name;
    key.referenced_columns[i] = to->name;
  }
  return true;
}

// One index may then serve several of them, and which one that is depends on the order.
bool ShareAnIndex(const ForeignKey& a, const ForeignKey& b) {
  return StartWith(a.columns, b.columns) || StartWith(b.columns, a.columns);
}

// Whether it is certain which index the foreign key needs, if any.
bool IsIndexCertain(const Table& table, const std::vector<ForeignKey>& keys,
                    const ForeignKey& key) {
  if (IsKey(table, key.columns)) return true;
  if (IsIndexed(table, key.columns) || HasIndexNamed(table, key.name)) return false;
  return absl::c_count_if(
             keys, [&key](const ForeignKey& other) { return ShareAnIndex(key, other); }) == 1;
}

// That of a foreign key without a name is named after its first column, and is an index
// like any other.
bool AddUnnamed(Table& table, ForeignKey& key, int number) {
  key.name = absl::StrCat(table.name.name, kGivenByServer, number);
  if (IsKey(table, key.columns)) return true;
  if (HasIndexNamed(table, key.columns[0])) return false;
  Index index;
  index.name = key.columns[0];
  for (const std::string& column : key.columns) index.parts.push_back({.column = column});
  table.indexes.push_back(std::move(index));
  return true;
}

bool AddToTable(const std::map<std::string, Table*>& tables, std::vector<ForeignKey> keys,
                Table& table) {
  if (!table.foreign_keys.empty() || !MayHaveKeys(table)) return false;
  for (ForeignKey& key : keys) {
    const auto referenced = tables.find(key.referenced_table.name);
    if (referenced == tables.end() || !MayHaveKeys(*referenced->second)) return false;
    if (!ResolveColumns(table, *referenced->second, key)) return false;
    if (!IsKey(*referenced->second, key.referenced_columns)) return false;
    if (absl::StrContains(absl::AsciiStrToLower(key.name), kGivenByServer)) return false;
  }
  for (const ForeignKey& key : keys) {
    if (!IsIndexCertain(table, keys, key)) return false;
  }
  int number = 0;
  for (ForeignKey& key : keys) {
    if (key.name.empty() && !AddUnnamed(table, key, ++number)) return false;
    if (key.name.size() > kLongestName) return false;
  }
  table.foreign_keys = std::move(keys);
  RemoveOwnIndexes(table);
  return true;
}

// A name is the whole database's.
bool HaveOwnNames(const Catalog& catalog) {
  std::set<std::string> names;
  for (const Table& table : catalog.tables) {
    for (const ForeignKey& key : table.foreign_keys) {
      if (!names.insert(absl::AsciiStrToLower(key.name)).second) return false;
    }
  }
  return true;
}

}  // namespace

bool AddForeignKeys(const KeysByTable& keys, Catalog& catalog) {
  std::map<std::string, Table*> tables;
  for (Table& table : catalog.tables) tables[table.name.name] = &table;
  for (const auto& [name, of_table] : keys) {
    const auto table = tables.find(name);
    if (table == tables.end() || !AddToTable(tables, of_table, *table->second)) return false;
  }
  return HaveOwnNames(catalog);
}

}  // namespace brant::mysql
