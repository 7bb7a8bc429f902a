#include "agent/schema/catalog.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"

namespace brant {
namespace {

template <typename T>
void Sort(std::vector<T>& elements) {
  std::stable_sort(elements.begin(), elements.end(),
                   [](const T& a, const T& b) { return a.name < b.name; });
}

}  // namespace

std::string Describe(const ObjectName& name) {
  return name.schema.empty() ? name.name : absl::StrCat(name.schema, ".", name.name);
}

absl::string_view IdentityName(Identity identity) {
  switch (identity) {
    case Identity::kNone:
      return "";
    case Identity::kByDefault:
      return "by default";
    case Identity::kAlways:
      return "always";
    case Identity::kSerial:
      return "serial";
    case Identity::kAutoIncrement:
      return "auto increment";
  }
  return "";
}

const Table* FindTable(const Catalog& catalog, const ObjectName& name) {
  const auto found = std::lower_bound(
      catalog.tables.begin(), catalog.tables.end(), name,
      [](const Table& table, const ObjectName& wanted) { return table.name < wanted; });
  return found != catalog.tables.end() && found->name == name ? &*found : nullptr;
}

const Column* FindColumn(const Table& table, const std::string& name) {
  const auto found =
      absl::c_find_if(table.columns, [&name](const Column& column) { return column.name == name; });
  return found != table.columns.end() ? &*found : nullptr;
}

void SortByName(Catalog& catalog) {
  for (Table& table : catalog.tables) {
    Sort(table.uniques);
    Sort(table.checks);
    Sort(table.foreign_keys);
    Sort(table.exclusions);
    Sort(table.indexes);
    Sort(table.triggers);
  }
  for (View& view : catalog.views) Sort(view.indexes);
  Sort(catalog.tables);
  Sort(catalog.enums);
  Sort(catalog.sequences);
  Sort(catalog.views);
}

}  // namespace brant
