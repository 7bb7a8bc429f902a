#include "agent/schema/postgresql/view_plan.h"

#include <map>
#include <vector>

#include "absl/algorithm/container.h"
#include "agent/schema/postgresql/identifier.h"
#include "agent/schema/reference_order.h"

namespace brant {
namespace {

// Tables that a view on them has to make way for. A new name of a column stays an
// alias in the view, so that it would not be what is wanted.
std::set<ObjectName> Disturbed(const CatalogDiff& diff, const RenderPlan& plan) {
  std::set<ObjectName> disturbed;
  for (const Table* table : plan.dropped_tables) disturbed.insert(table->name);
  for (const TablePlan& table : plan.tables) {
    // A view with GROUP BY may rest on the primary key.
    if (!table.retyped.empty() || !table.rebuilt.empty() || !table.dropped.empty() ||
        !table.primary_key.drop.empty()) {
      disturbed.insert(table.from->name);
    }
  }
  std::map<ObjectName, ObjectName> names;
  for (const Rename& rename : diff.renames) {
    if (rename.column.empty()) names[rename.table] = {rename.table.schema, rename.to};
  }
  for (const Rename& rename : diff.renames) {
    if (rename.column.empty()) continue;
    const auto found = names.find(rename.table);
    disturbed.insert(found == names.end() ? rename.table : found->second);
  }
  return disturbed;
}

template <typename T>
const T* Find(const std::vector<T>& elements, const ObjectName& name) {
  const auto found =
      absl::c_find_if(elements, [&name](const T& element) { return element.name == name; });
  return found == elements.end() ? nullptr : &*found;
}

std::vector<const View*> Pointers(const std::vector<View>& views) {
  std::vector<const View*> pointers;
  for (const View& view : views) pointers.push_back(&view);
  return pointers;
}

}  // namespace

bool SameQuery(const View& a, const View& b) {
  return a.materialized == b.materialized && a.definition == b.definition && a.options == b.options;
}

void PlanViews(const CatalogDiff& diff, const std::set<std::string>& replaced_enums,
               RenderPlan& plan) {
  std::set<ObjectName> gone = Disturbed(diff, plan);
  // Each view comes behind those that it reads, so one pass is enough.
  for (const View* view : OrderViews(Pointers(diff.from->views))) {
    const View* to = Find(diff.to->views, view->name);
    const bool makes_way =
        to == nullptr || !SameQuery(*view, *to) ||
        absl::c_any_of(view->reads, [&](const ObjectName& name) { return gone.contains(name); }) ||
        absl::c_any_of(replaced_enums, [&](const std::string& name) {
          return MentionsPostgresql(view->definition, name);
        });
    if (!makes_way) continue;
    plan.dropped_views.push_back(view);
    gone.insert(view->name);
  }
  for (const View* view : OrderViews(Pointers(diff.to->views))) {
    if (Find(diff.from->views, view->name) == nullptr || gone.contains(view->name)) {
      plan.created_views.push_back(view);
    }
  }
}

}  // namespace brant
