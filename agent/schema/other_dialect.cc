#include "agent/schema/other_dialect.h"

#include <map>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"

namespace brant {
namespace {

template <typename T>
using NameOf = decltype(T::name);

template <typename T>
const T* FindByName(const std::vector<T>& elements, const NameOf<T>& name) {
  const auto found =
      absl::c_find_if(elements, [&name](const T& element) { return element.name == name; });
  return found != elements.end() ? &*found : nullptr;
}

template <typename T>
void RemoveByName(std::vector<T>& elements, const NameOf<T>& name) {
  std::erase_if(elements, [&name](const T& element) { return element.name == name; });
}

// Takes the changes back in `elements`, which are those that are desired: what was
// before comes from `before`.
template <typename T>
void TakeBack(const std::vector<Change<T>>& changes, const std::vector<T>& before,
              std::vector<T>& elements) {
  for (const Change<T>& change : changes) {
    if (change.to != nullptr) RemoveByName(elements, change.to->name);
  }
  for (const Change<T>& change : changes) {
    if (change.from == nullptr) continue;
    const T* element = FindByName(before, change.from->name);
    if (element != nullptr) elements.push_back(*element);
  }
}

// The table before the change: as it is desired, with the changes taken back.
Table Before(const TableChange& change, const Table& translated, const Table& desired) {
  Table table = desired;
  TakeBack(change.columns, translated.columns, table.columns);
  if (!change.primary_key.empty()) table.primary_key = translated.primary_key;
  TakeBack(change.uniques, translated.uniques, table.uniques);
  TakeBack(change.checks, translated.checks, table.checks);
  TakeBack(change.foreign_keys, translated.foreign_keys, table.foreign_keys);
  TakeBack(change.exclusions, translated.exclusions, table.exclusions);
  TakeBack(change.indexes, translated.indexes, table.indexes);
  if (change.options_differ) table.options = translated.options;
  if (change.comment_differs) table.comment = translated.comment;
  table.triggers = translated.triggers;
  return table;
}

// Labels of an enum type are a matter of the columns where there are no such types.
bool HasChangedEnum(const CatalogDiff& diff, const Table& table) {
  return absl::c_any_of(table.columns, [&diff](const Column& column) {
    return absl::c_any_of(diff.enums, [&column](const Change<EnumType>& change) {
      return change.from != nullptr && Describe(change.from->name) == column.type.enum_name;
    });
  });
}

}  // namespace

OtherDialect InOtherDialect(const CatalogDiff& diff, const SchemaDriver& known, Translation desired,
                            const SchemaDriver& other) {
  Translation translated = Translate(*diff.from, known, other);
  OtherDialect result;
  result.notes = std::move(desired.notes);
  result.to = std::move(desired.catalog);
  result.from = std::move(translated.catalog);

  std::map<ObjectName, const TableChange*> changes;
  for (const TableChange& change : diff.altered_tables) {
    changes[TranslateName(change.from->name, other.dialect())] = &change;
  }
  std::set<ObjectName> retyped;
  for (const Table& table : diff.from->tables) {
    if (HasChangedEnum(diff, table)) {
      retyped.insert(TranslateName(table.name, other.dialect()));
    }
  }
  for (Table& table : result.from.tables) {
    const Table* wanted = FindTable(result.to, table.name);
    if (wanted == nullptr || retyped.contains(table.name)) continue;
    const auto change = changes.find(table.name);
    table = change == changes.end() ? Before(TableChange{}, table, *wanted)
                                    : Before(*change->second, table, *wanted);
  }
  std::set<ObjectName> changed_views;
  for (const Change<View>& change : diff.views) {
    const View& view = change.from != nullptr ? *change.from : *change.to;
    changed_views.insert(TranslateName(view.name, other.dialect()));
  }
  for (View& view : result.from.views) {
    const View* wanted = FindByName(result.to.views, view.name);
    if (wanted != nullptr && !changed_views.contains(view.name)) view = *wanted;
  }
  SortByName(result.from);
  return result;
}

}  // namespace brant
