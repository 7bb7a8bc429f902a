#include "agent/schema/needs.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace brant {
namespace {

template <typename T>
bool Has(const std::vector<T>& elements, const std::string& name) {
  return absl::c_any_of(elements, [&name](const T& element) { return element.name == name; });
}

}  // namespace

MissingNeeds::MissingNeeds(const CatalogDiff& diff) {
  for (const Table& table : diff.from->tables) {
    for (const Need& need : table.needs) there_.insert(need.what);
  }
  for (const View& view : diff.from->views) {
    for (const Need& need : view.needs) there_.insert(need.what);
  }
}

std::string MissingNeeds::Of(const std::vector<Need>& needs,
                             const std::function<bool(const Need&)>& counts) const {
  std::set<std::string> missing;
  for (const Need& need : needs) {
    if (counts(need) && !there_.contains(need.what)) missing.insert(need.what);
  }
  if (missing.empty()) return "";
  return absl::StrCat("needs the ", absl::StrJoin(missing, " and the "), ", which ",
                      missing.size() == 1 ? "is" : "are", " not made here");
}

std::string MissingNeeds::Of(const std::vector<Need>& needs, const std::string& part) const {
  return Of(needs, [&part](const Need& need) { return need.part == part; });
}

std::string MissingNeeds::Of(const Table& table) const {
  return Of(table.needs, [&table](const Need& need) {
    return !Has(table.indexes, need.part) && !Has(table.triggers, need.part);
  });
}

std::string MissingNeeds::Of(const View& view) const {
  return Of(view.needs, [&view](const Need& need) {
    return !Has(view.indexes, need.part) && !Has(view.triggers, need.part);
  });
}

}  // namespace brant
