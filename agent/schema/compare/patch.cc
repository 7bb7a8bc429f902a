#include "agent/schema/compare/patch.h"

#include <utility>

#include "absl/algorithm/container.h"

namespace brant {
namespace {

template <typename T>
using NameOf = decltype(T::name);

template <typename T>
T* FindByName(std::vector<T>& elements, const NameOf<T>& name) {
  const auto found =
      absl::c_find_if(elements, [&name](const T& element) { return element.name == name; });
  return found != elements.end() ? &*found : nullptr;
}

template <typename T>
void SetIfDiffers(T Column::*facet, const Column& from, const Column& to, Column& column) {
  if (from.*facet != to.*facet) column.*facet = to.*facet;
}

void Alter(const Column& from, const Column& to, Column& column) {
  if (from.type.native != to.type.native) column.type = to.type;
  SetIfDiffers(&Column::nullable, from, to, column);
  SetIfDiffers(&Column::collation, from, to, column);
  SetIfDiffers(&Column::default_value, from, to, column);
  SetIfDiffers(&Column::identity, from, to, column);
  SetIfDiffers(&Column::sequence, from, to, column);
  SetIfDiffers(&Column::generated, from, to, column);
  SetIfDiffers(&Column::generated_stored, from, to, column);
  SetIfDiffers(&Column::on_update, from, to, column);
  SetIfDiffers(&Column::comment, from, to, column);
}

template <typename T>
void Alter(const T&, const T& to, T& element) {
  element = to;
}

// Names of what could not be altered.
template <typename T>
std::vector<NameOf<T>> PatchList(const std::vector<Change<T>>& changes, std::vector<T>& elements) {
  std::vector<NameOf<T>> missing;
  for (const Change<T>& change : changes) {
    if (change.dropped()) {
      std::erase_if(elements, [&](const T& element) { return element.name == change.from->name; });
    } else if (T* const there = FindByName(elements, change.to->name); change.added()) {
      if (there == nullptr) elements.push_back(*change.to);
    } else if (T* const element = FindByName(elements, change.from->name); element != nullptr) {
      Alter(*change.from, *change.to, *element);
    } else if (there == nullptr) {
      missing.push_back(change.from->name);
    }
  }
  return missing;
}

void PatchTable(const TableChange& change, Table& table, std::vector<Patched::Missing>& missing) {
  const auto patch = [&](const char* kind, const auto& changes, auto& elements) {
    for (const std::string& name : PatchList(changes, elements)) {
      missing.push_back({kind, table.name, name});
    }
  };
  patch("column", change.columns, table.columns);
  if (!change.primary_key.empty()) table.primary_key = change.to->primary_key;
  patch("unique constraint", change.uniques, table.uniques);
  patch("check", change.checks, table.checks);
  patch("foreign key", change.foreign_keys, table.foreign_keys);
  patch("exclusion", change.exclusions, table.exclusions);
  patch("index", change.indexes, table.indexes);
  if (change.options_differ) table.options = change.to->options;
  if (change.comment_differs) table.comment = change.to->comment;
}

}  // namespace

Patched Patch(const CatalogDiff& diff, Catalog base) {
  Patched result;
  for (const Table* table : diff.dropped_tables) {
    std::erase_if(base.tables, [table](const Table& other) { return other.name == table->name; });
  }
  for (const Table* table : diff.created_tables) {
    if (FindByName(base.tables, table->name) == nullptr) base.tables.push_back(*table);
  }
  for (const TableChange& change : diff.altered_tables) {
    Table* const table = FindByName(base.tables, change.to->name);
    if (table != nullptr) {
      PatchTable(change, *table, result.missing);
    } else {
      result.missing.push_back({"table", change.to->name, ""});
    }
  }
  const auto patch = [&](const char* kind, const auto& changes, auto& elements) {
    for (const ObjectName& name : PatchList(changes, elements)) {
      result.missing.push_back({kind, name, ""});
    }
  };
  patch("enum type", diff.enums, base.enums);
  patch("sequence", diff.sequences, base.sequences);
  patch("view", diff.views, base.views);
  SortByName(base);
  result.catalog = std::move(base);
  return result;
}

}  // namespace brant
