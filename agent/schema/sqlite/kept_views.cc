#include "agent/schema/sqlite/kept_views.h"

#include "absl/algorithm/container.h"

namespace brant {
namespace {

bool Has(const std::vector<View>& views, const ObjectName& name) {
  return absl::c_any_of(views, [&name](const View& view) { return view.name == name; });
}

}  // namespace

std::vector<SqliteKeptView> SqliteKeptViews(const CatalogDiff& diff) {
  const std::vector<View>& from = diff.from->excluded_views;
  const std::vector<View>& to = diff.to->excluded_views;
  std::vector<SqliteKeptView> kept;
  for (const View& view : from) kept.push_back({&view, Has(to, view.name), true});
  for (const View& view : to) {
    if (!Has(from, view.name)) kept.push_back({&view});
  }
  return kept;
}

bool ReadsAny(const View& view, const std::set<std::string>& names) {
  return absl::c_any_of(view.reads,
                        [&names](const ObjectName& name) { return names.contains(name.name); });
}

}  // namespace brant
