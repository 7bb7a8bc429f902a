#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "agent/schema/diff.h"

namespace brant {
namespace {

// Tables with fewer columns in common than this share are not the same.
constexpr double kLeastTableLikeness = 0.5;

// What it says for two columns that both have the same place in their table, beside
// the likeness of their names.
constexpr double kSamePlace = 0.5;

ptrdiff_t PlaceOf(const Column& column, const Table& table) {
  return &column - table.columns.data();
}

// How much of the columns, known by name and type, two tables share, from 0 to 1.
double Likeness(const Table& a, const Table& b) {
  std::set<std::pair<std::string, std::string>> left;
  for (const Column& column : a.columns) left.insert({column.name, column.type.native});
  int common = 0;
  for (const Column& column : b.columns) {
    common += static_cast<int>(left.count({column.name, column.type.native}));
  }
  const double all = static_cast<double>(a.columns.size() + b.columns.size()) - common;
  return all > 0 ? common / all : 0;
}

// The length of the longest common subsequence of two names, as a share of the
// longer one.
double Likeness(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1, 0);
  for (char c : a) {
    size_t diagonal = 0;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = c == b[j - 1] ? diagonal + 1 : std::max(above, row[j - 1]);
      diagonal = above;
    }
  }
  const size_t longest = std::max(a.size(), b.size());
  return longest == 0 ? 0 : static_cast<double>(row[b.size()]) / static_cast<double>(longest);
}

// The likeliest pairs first, each side once.
template <typename T>
std::vector<std::pair<const T*, const T*>> BestPairs(
    std::vector<std::tuple<double, const T*, const T*>> candidates) {
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const auto& a, const auto& b) { return std::get<0>(a) > std::get<0>(b); });
  std::set<const T*> taken;
  std::vector<std::pair<const T*, const T*>> pairs;
  for (const auto& [score, from, to] : candidates) {
    if (taken.contains(from) || taken.contains(to)) continue;
    taken.insert({from, to});
    pairs.emplace_back(from, to);
  }
  return pairs;
}

}  // namespace

std::vector<Rename> SuggestRenames(const CatalogDiff& diff) {
  std::vector<Rename> renames;
  std::vector<std::tuple<double, const Table*, const Table*>> tables;
  for (const Table* from : diff.dropped_tables) {
    for (const Table* to : diff.created_tables) {
      const double likeness = Likeness(*from, *to);
      if (from->name.schema == to->name.schema && likeness >= kLeastTableLikeness) {
        tables.emplace_back(likeness, from, to);
      }
    }
  }
  for (const auto& [from, to] : BestPairs(std::move(tables))) {
    renames.push_back({from->name, "", to->name.name});
  }
  // Names that the diff already goes by lead back to those of the database.
  std::map<ObjectName, ObjectName> originals;
  for (const Rename& rename : diff.renames) {
    if (rename.column.empty()) originals[{rename.table.schema, rename.to}] = rename.table;
  }
  for (const TableChange& change : diff.altered_tables) {
    std::vector<std::tuple<double, const Column*, const Column*>> columns;
    for (const Change<Column>& from : change.columns) {
      if (!from.dropped()) continue;
      for (const Change<Column>& to : change.columns) {
        if (!to.added() || from.from->type.native != to.to->type.native) continue;
        const bool same_place = PlaceOf(*from.from, *change.from) == PlaceOf(*to.to, *change.to);
        columns.emplace_back(Likeness(from.from->name, to.to->name) + (same_place ? kSamePlace : 0),
                             from.from, to.to);
      }
    }
    const auto original = originals.find(change.from->name);
    const ObjectName& table = original != originals.end() ? original->second : change.from->name;
    for (const auto& [from, to] : BestPairs(std::move(columns))) {
      renames.push_back({table, from->name, to->name});
    }
  }
  return renames;
}

}  // namespace brant
