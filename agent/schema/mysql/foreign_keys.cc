#include "agent/schema/mysql/foreign_keys.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agent/schema/mysql/own_indexes.h"
#include "agent/schema/mysql/types.h"

namespace brant::mysql {
namespace {

using Columns = std::vector<std::string>;

// In bytes, which is less than the 64 characters that a name may have.
constexpr size_t kLongestName = 64;
constexpr absl::string_view kGivenByServer = "_ibfk_";
// No other index may have this name.
constexpr absl::string_view kPrimary = "primary";

// Empty: the database's, or the type has none.
std::string CollationOf(const Table& table, const Column& column) {
  if (!HasCharacterSet(column.type)) return "";
  if (!column.collation.empty()) return column.collation;
  const auto option = table.options.find("collation");
  return option == table.options.end() ? "" : option->second;
}

// Unique keys that are too long, or of texts, are hashes, which serve no foreign key. In
// characters, with space for what else is in the key.
constexpr int kSurelyNoHash = 512;

bool MayBeHash(const Table& table, const Columns& columns) {
  int length = 0;
  for (const std::string& name : columns) {
    const Column* column = FindColumn(table, name);
    if (column == nullptr || column->type.kind == TypeKind::kText ||
        column->type.kind == TypeKind::kBlob || column->type.kind == TypeKind::kJson ||
        column->type.length > kSurelyNoHash) {
      return true;
    }
    length += column->type.length.value_or(0);
  }
  return length > kSurelyNoHash;
}

bool StartWith(const Columns& columns, const Columns& first) {
  return columns.size() >= first.size() && std::equal(first.begin(), first.end(), columns.begin());
}

Columns ColumnsOf(const Index& index) {
  Columns columns;
  for (const IndexPart& part : index.parts) columns.push_back(part.column);
  return columns;
}

// Some index that is not late begins with these very columns, all of each, in ascending
// order.
bool IsKey(const Table& table, const Columns& columns, const std::set<std::string>& late) {
  const auto is_late = [&late](const std::string& name) {
    return late.contains(absl::AsciiStrToLower(name));
  };
  if (table.primary_key.has_value() && StartWith(table.primary_key->columns, columns)) return true;
  const auto is_key = [&](const UniqueConstraint& unique) {
    return StartWith(unique.columns, columns) && !is_late(unique.name) &&
           !MayBeHash(table, unique.columns);
  };
  return absl::c_any_of(table.uniques, is_key) ||
         absl::c_any_of(table.indexes, [&](const Index& index) {
           return BeginsWith(index, columns) && !is_late(index.name) &&
                  !(index.unique && MayBeHash(table, ColumnsOf(index))) &&
                  absl::c_all_of(index.parts, [](const IndexPart& part) {
                    return part.prefix_length == 0 && !part.descending && part.expression.empty();
                  });
         });
}

// Foreign keys are InnoDB's, and neither of partitions nor of the history of a table.
bool MayHaveKeys(const Table& table) {
  const bool is_partitioned =
      absl::c_any_of(table.needs, [](const Need& need) { return need.part.empty(); });
  return !table.options.contains("engine") && !table.options.contains("with system versioning") &&
         !is_partitioned;
}

// In others, indexes have another limit.
bool HasUsualFormat(const Table& table) {
  const auto format = table.options.find("row_format");
  return format == table.options.end() || absl::EqualsIgnoreCase(format->second, "DYNAMIC");
}

// Expressions are as the server writes them.
bool Names(absl::string_view expression, absl::string_view column) {
  const std::string quoted = absl::StrCat("`", absl::StrReplaceAll(column, {{"`", "``"}}), "`");
  return absl::StrContains(absl::AsciiStrToLower(expression), absl::AsciiStrToLower(quoted));
}

// Neither checks nor stored columns may speak of what foreign keys change.
bool IsComputedWith(const Table& table, const std::string& column) {
  return absl::c_any_of(
             table.checks,
             [&](const CheckConstraint& check) { return Names(check.expression, column); }) ||
         absl::c_any_of(table.columns, [&](const Column& other) {
           return other.generated_stored && Names(other.generated, column);
         });
}

// Whether the server lets the rules change what is in the column.
bool MayChange(const Table& table, const Column& from, const Column& to, const ForeignKey& key) {
  const bool sets_null = key.on_delete == "SET NULL" || key.on_update == "SET NULL";
  if (sets_null && !from.nullable) return false;
  if (key.on_update == "CASCADE" && to.nullable && !from.nullable) return false;
  const bool changes = sets_null || key.on_update == "CASCADE";
  return !changes || !IsComputedWith(table, from.name);
}

// The names are the columns' very own: whether the server keeps another case depends.
bool Match(const Table& table, const Table& referenced, const ForeignKey& key) {
  if (key.columns.size() != key.referenced_columns.size()) return false;
  for (size_t i = 0; i < key.columns.size(); ++i) {
    const Column* from = FindColumn(table, key.columns[i]);
    const Column* to = FindColumn(referenced, key.referenced_columns[i]);
    if (from == nullptr || to == nullptr) return false;
    if (!from->generated.empty() || !to->generated.empty()) return false;
    if (from->type != to->type || CollationOf(table, *from) != CollationOf(referenced, *to)) {
      return false;
    }
    if (!MayChange(table, *from, *to, key)) return false;
  }
  return true;
}

// One index may then serve several of them, and which one that is depends on the order.
bool ShareAnIndex(const ForeignKey& a, const ForeignKey& b) {
  return StartWith(a.columns, b.columns) || StartWith(b.columns, a.columns);
}

// One name for a check and a foreign key is an error.
bool IsNameCertain(const Table& table, const std::string& name) {
  return absl::c_none_of(table.checks, [&name](const CheckConstraint& check) {
    return absl::EqualsIgnoreCase(check.name, name);
  });
}

// The server counts on from the names that look like its own.
bool AreNumbersCertain(const std::vector<ForeignKey>& keys) {
  const auto is_unnamed = [](const ForeignKey& key) { return key.name.empty(); };
  return absl::c_none_of(keys, is_unnamed) || absl::c_none_of(keys, [](const ForeignKey& key) {
           return absl::StrContains(absl::AsciiStrToLower(key.name), kGivenByServer);
         });
}

// The index that the foreign key needs was or is of that name, unless another one has it.
bool IsIndexNameFree(const Table& table, const std::vector<ForeignKey>& keys,
                     const ForeignKey& key) {
  const std::string& name = key.name.empty() ? key.columns[0] : key.name;
  const auto is_taken = [&](const std::string& other, const Columns& columns) {
    return absl::EqualsIgnoreCase(name, other) && !StartWith(columns, key.columns);
  };
  return !absl::EqualsIgnoreCase(name, kPrimary) &&
         absl::c_none_of(table.uniques,
                         [&](const UniqueConstraint& unique) {
                           return is_taken(unique.name, unique.columns);
                         }) &&
         absl::c_none_of(table.indexes,
                         [&](const Index& index) {
                           return absl::EqualsIgnoreCase(name, index.name) &&
                                  !BeginsWith(index, key.columns);
                         }) &&
         absl::c_none_of(keys, [&](const ForeignKey& other) {
           return key.name.empty() && is_taken(other.name, other.columns);
         });
}

// Whether it is certain which index the foreign key needs, if any.
bool IsIndexCertain(const Table& table, const std::vector<ForeignKey>& keys,
                    const ForeignKey& key) {
  if (!IsIndexNameFree(table, keys, key)) return false;
  if (IsKey(table, key.columns, {})) return true;
  if (IsIndexed(table, key.columns)) return false;
  return absl::c_count_if(
             keys, [&key](const ForeignKey& other) { return ShareAnIndex(key, other); }) == 1;
}

// That of a foreign key without a name is named after its first column, and is an index
// like any other.
void NameUnnamed(Table& table, ForeignKey& key, int number) {
  key.name = absl::StrCat(table.name.name, kGivenByServer, number);
  if (IsKey(table, key.columns, {})) return;
  Index index;
  index.name = key.columns[0];
  for (const std::string& column : key.columns) index.parts.push_back({.column = column});
  table.indexes.push_back(std::move(index));
}

bool AddToTable(const std::map<std::string, Table*>& tables, const std::set<std::string>& late,
                std::vector<ForeignKey> keys, Table& table) {
  if (!table.foreign_keys.empty() || !MayHaveKeys(table) || !HasUsualFormat(table)) return false;
  if (!AreNumbersCertain(keys)) return false;
  for (const ForeignKey& key : keys) {
    const auto referenced = tables.find(key.referenced_table.name);
    if (referenced == tables.end() || !MayHaveKeys(*referenced->second)) return false;
    if (!Match(table, *referenced->second, key)) return false;
    if (!IsKey(*referenced->second, key.referenced_columns, late)) return false;
    if (!IsNameCertain(table, key.name)) return false;
  }
  for (const ForeignKey& key : keys) {
    if (!IsIndexCertain(table, keys, key)) return false;
  }
  int number = 0;
  for (ForeignKey& key : keys) {
    if (key.name.empty()) NameUnnamed(table, key, ++number);
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

bool AddForeignKeys(const KeysByTable& keys, const std::set<std::string>& late, Catalog& catalog) {
  std::map<std::string, Table*> tables;
  for (Table& table : catalog.tables) tables[table.name.name] = &table;
  for (const auto& [name, of_table] : keys) {
    const auto table = tables.find(name);
    if (table == tables.end() || !AddToTable(tables, late, of_table, *table->second)) return false;
  }
  return HaveOwnNames(catalog);
}

}  // namespace brant::mysql
