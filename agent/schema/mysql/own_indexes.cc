#include "agent/schema/mysql/own_indexes.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"

namespace brant::mysql {
namespace {

using Columns = std::vector<std::string>;

bool SameName(const std::string& a, const std::string& b) { return absl::EqualsIgnoreCase(a, b); }

bool BeginsWith(const Columns& columns, const Columns& first) {
  return columns.size() >= first.size() &&
         std::equal(first.begin(), first.end(), columns.begin(), SameName);
}

Index MakeOwn(const ForeignKey& key) {
  Index index;
  index.name = key.name;
  for (const std::string& column : key.columns) {
    IndexPart part;
    part.column = column;
    index.parts.push_back(std::move(part));
  }
  return index;
}

// Whether the index looks like the one that the server makes for `key`.
bool IsOf(const Index& index, const ForeignKey& key) {
  Index own = MakeOwn(key);
  own.name = index.name;
  return SameName(index.name, key.name) && own == index;
}

}  // namespace

bool BeginsWith(const Index& index, const std::vector<std::string>& columns) {
  if (!index.method.empty()) return false;
  Columns all;
  for (const IndexPart& part : index.parts) all.push_back(part.column);
  return BeginsWith(all, columns);
}

bool IsIndexed(const Table& table, const std::vector<std::string>& columns) {
  if (table.primary_key.has_value() && BeginsWith(table.primary_key->columns, columns)) return true;
  return absl::c_any_of(
             table.uniques,
             [&](const UniqueConstraint& unique) { return BeginsWith(unique.columns, columns); }) ||
         absl::c_any_of(table.indexes,
                        [&](const Index& index) { return BeginsWith(index, columns); });
}

void RemoveOwnIndexes(Table& table) {
  std::vector<std::string> names;
  for (const Index& index : table.indexes) {
    const auto serves = [&index](const ForeignKey& key) { return BeginsWith(index, key.columns); };
    if (absl::c_count_if(table.foreign_keys, serves) != 1) continue;
    const ForeignKey& key = *absl::c_find_if(table.foreign_keys, serves);
    if (!IsOf(index, key)) continue;
    Table others = table;
    std::erase_if(others.indexes, [&](const Index& other) { return other.name == index.name; });
    if (!IsIndexed(others, key.columns)) names.push_back(index.name);
  }
  std::erase_if(table.indexes,
                [&names](const Index& index) { return absl::c_linear_search(names, index.name); });
}

std::vector<Index> OwnIndexes(const Table& table) {
  std::vector<Index> own;
  for (const ForeignKey& key : table.foreign_keys) {
    if (!IsIndexed(table, key.columns)) own.push_back(MakeOwn(key));
  }
  return own;
}

}  // namespace brant::mysql
