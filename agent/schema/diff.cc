#include "agent/schema/diff.h"

#include <map>
#include <utility>

#include "absl/algorithm/container.h"
#include "agent/base/error.h"
#include "agent/schema/renames.h"

namespace brant {
namespace {

// What a type means follows from its text; how far it was understood is not the
// database's.
bool Same(const Column& a, const Column& b) {
  if (a.type.native != b.type.native) return false;
  Column copy = a;
  copy.type = b.type;
  return copy == b;
}

bool Same(const View& a, const View& b) {
  View copy = a;
  copy.reads = b.reads;
  copy.triggers = b.triggers;
  copy.needs = b.needs;
  return copy == b;
}

template <typename T>
bool Same(const T& a, const T& b) {
  return a == b;
}

template <typename T>
bool SameButForName(const T& a, const T& b) {
  T copy = a;
  copy.name = b.name;
  return Same(copy, b);
}

// Two lists by name into changes.
template <typename T>
std::vector<Change<T>> CompareByName(const std::vector<T>& from, const std::vector<T>& to) {
  std::map<decltype(T::name), const T*> left;
  for (const T& element : from) left[element.name] = &element;
  std::vector<Change<T>> changes;
  std::vector<Change<T>> added;
  for (const T& element : to) {
    const auto found = left.find(element.name);
    if (found == left.end()) {
      added.push_back({nullptr, &element});
      continue;
    }
    if (!Same(*found->second, element)) changes.push_back({found->second, &element});
    left.erase(found);
  }
  for (const T& element : from) {
    if (left.contains(element.name)) changes.push_back({&element, nullptr});
  }
  changes.insert(changes.end(), added.begin(), added.end());
  return changes;
}

// The same for what may have been renamed, or has no name on one side.
// `names_count`: another name is a change, if both sides have one.
template <typename T>
std::vector<Change<T>> CompareByContent(const std::vector<T>& from, const std::vector<T>& to,
                                        bool names_count) {
  std::vector<const T*> left;
  for (const T& element : from) left.push_back(&element);
  std::vector<const T*> right;
  for (const T& element : to) {
    const auto found =
        absl::c_find_if(left, [&element](const T* other) { return *other == element; });
    if (found != left.end()) {
      left.erase(found);
    } else {
      right.push_back(&element);
    }
  }
  std::vector<Change<T>> changes;
  const auto pair_up = [&](auto matches, auto differs) {
    for (auto element = right.begin(); element != right.end();) {
      const auto found =
          absl::c_find_if(left, [&](const T* other) { return matches(*other, **element); });
      if (found == left.end()) {
        ++element;
        continue;
      }
      if (differs(**found, **element)) changes.push_back({*found, *element});
      left.erase(found);
      element = right.erase(element);
    }
  };
  pair_up([](const T& a, const T& b) { return SameButForName(a, b); },
          [names_count](const T& a, const T& b) {
            return names_count && !a.name.empty() && !b.name.empty();
          });
  pair_up([](const T& a, const T& b) { return !a.name.empty() && a.name == b.name; },
          [](const T&, const T&) { return true; });
  for (const T* element : left) changes.push_back({element, nullptr});
  for (const T* element : right) changes.push_back({nullptr, element});
  return changes;
}

std::vector<Change<PrimaryKey>> ComparePrimaryKeys(const Table& from, const Table& to,
                                                   bool names_count) {
  const auto list = [](const Table& table) {
    return table.primary_key.has_value() ? &*table.primary_key : nullptr;
  };
  const PrimaryKey* left = list(from);
  const PrimaryKey* right = list(to);
  if (left == nullptr && right == nullptr) return {};
  if (left == nullptr || right == nullptr || !SameButForName(*left, *right)) {
    return {{left, right}};
  }
  const bool renamed =
      names_count && !left->name.empty() && !right->name.empty() && left->name != right->name;
  if (renamed) return {{left, right}};
  return {};
}

bool IsEmpty(const TableChange& change) {
  return change.columns.empty() && change.primary_key.empty() && change.uniques.empty() &&
         change.checks.empty() && change.foreign_keys.empty() && change.exclusions.empty() &&
         change.indexes.empty() && !change.options_differ && !change.comment_differs;
}

TableChange CompareTables(const Table& from, const Table& to, Dialect dialect) {
  // A constraint of SQLite can't be renamed without writing the table anew.
  const bool names_count = dialect != Dialect::kSqlite;
  TableChange change{&from, &to};
  change.columns = CompareByName(from.columns, to.columns);
  change.primary_key = ComparePrimaryKeys(from, to, names_count);
  change.uniques = CompareByContent(from.uniques, to.uniques, names_count);
  change.checks = CompareByContent(from.checks, to.checks, names_count);
  change.foreign_keys = CompareByContent(from.foreign_keys, to.foreign_keys, names_count);
  change.exclusions = CompareByContent(from.exclusions, to.exclusions, names_count);
  change.indexes = CompareByContent(from.indexes, to.indexes, /*names_count=*/true);
  change.options_differ = from.options != to.options;
  change.comment_differs = from.comment != to.comment;
  return change;
}

}  // namespace

absl::StatusOr<CatalogDiff> Diff(const Catalog& from, const Catalog& to,
                                 const std::vector<Rename>& renames) {
  BRANT_ASSIGN_OR_RETURN(Catalog renamed, ApplyRenames(from, renames));
  CatalogDiff diff;
  diff.renames = renames;
  diff.from = std::make_shared<const Catalog>(std::move(renamed));
  diff.to = &to;
  for (const Table& table : diff.from->tables) {
    const Table* other = FindTable(to, table.name);
    if (other == nullptr) {
      diff.dropped_tables.push_back(&table);
      continue;
    }
    TableChange change = CompareTables(table, *other, to.dialect);
    if (!IsEmpty(change)) diff.altered_tables.push_back(std::move(change));
  }
  for (const Table& table : to.tables) {
    if (FindTable(*diff.from, table.name) == nullptr) diff.created_tables.push_back(&table);
  }
  diff.enums = CompareByName(diff.from->enums, to.enums);
  diff.sequences = CompareByName(diff.from->sequences, to.sequences);
  diff.views = CompareByName(diff.from->views, to.views);
  return diff;
}

}  // namespace brant
