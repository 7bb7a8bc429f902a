#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/string_view.h"
#include "agent/schema/diff.h"

namespace brant {
namespace {

// Tables with fewer columns in common than this share are not the same.
constexpr double kLeastTableLikeness = 0.5;

// What it says for two columns that both have the same place in their table, beside
// the likeness of their names.
constexpr double kSamePlace = 0.5;
// And that both have the same type.
constexpr double kSameType = 1;

ptrdiff_t PlaceOf(const Column& column, const Table& table) {
  return &column - table.columns.data();
}

using Names = std::set<absl::string_view>;

Names NamesOf(const Table& table) {
  Names names;
  for (const Column& column : table.columns) names.insert(column.name);
  return names;
}

// How many of the names two tables share, from 0 to 1.
double Likeness(const Names& a, const Names& b) {
  // Of sizes that differ so much, no look is needed.
  const double smaller = static_cast<double>(std::min(a.size(), b.size()));
  const double larger = static_cast<double>(std::max(a.size(), b.size()));
  if (larger == 0 || smaller / larger < kLeastTableLikeness) return 0;
  const auto common = static_cast<double>(
      std::count_if(a.begin(), a.end(), [&b](absl::string_view name) { return b.contains(name); }));
  return common / (smaller + larger - common);
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
  std::vector<Names> created;
  for (const Table* to : diff.created_tables) created.push_back(NamesOf(*to));
  for (const Table* from : diff.dropped_tables) {
    const Names names = NamesOf(*from);
    for (size_t i = 0; i < created.size(); ++i) {
      const Table* to = diff.created_tables[i];
      if (from->name.schema != to->name.schema) continue;
      const double likeness = Likeness(names, created[i]);
      if (likeness >= kLeastTableLikeness) tables.emplace_back(likeness, from, to);
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
        if (!to.added()) continue;
        const bool same_place = PlaceOf(*from.from, *change.from) == PlaceOf(*to.to, *change.to);
        const bool same_type = from.from->type.native == to.to->type.native;
        columns.emplace_back(Likeness(from.from->name, to.to->name) +
                                 (same_place ? kSamePlace : 0) + (same_type ? kSameType : 0),
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
