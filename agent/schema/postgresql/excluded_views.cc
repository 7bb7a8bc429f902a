#include "agent/schema/postgresql/excluded_views.h"

#include <functional>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/schema/postgresql/identifier.h"

namespace brant {
namespace {

std::string ReviewThose(const std::vector<const View*>& views, const ObjectName& relation,
                        const std::function<bool(const View&)>& counts) {
  std::set<std::string> names;
  for (const View* view : views) {
    if (absl::c_linear_search(view->reads, relation) && counts(*view)) {
      names.insert(Describe(view->name));
    }
  }
  if (names.empty()) return "";
  const bool one = names.size() == 1;
  return absl::StrCat("the excluded view", one ? " " : "s ", absl::StrJoin(names, " and "),
                      one ? " reads " : " read ", Describe(relation),
                      ": PostgreSQL refuses this; drop ", one ? "it" : "them", " before and make ",
                      one ? "it" : "them", " anew");
}

}  // namespace

ExcludedViews::ExcludedViews(const CatalogDiff& diff) {
  for (const View& view : diff.from->excluded_views) views_.push_back(&view);
  for (const View& view : diff.to->excluded_views) views_.push_back(&view);
}

std::string ExcludedViews::Review(const ObjectName& relation) const {
  return ReviewThose(views_, relation, [](const View&) { return true; });
}

std::string ExcludedViews::Review(const ObjectName& table,
                                  const std::set<std::string>& columns) const {
  return ReviewThose(views_, table, [&columns](const View& view) {
    return absl::c_any_of(columns, [&view](const std::string& column) {
      return MentionsPostgresql(view.definition, column);
    });
  });
}

}  // namespace brant
