#include "agent/schema/compare/sides.h"

#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "agent/base/error.h"
#include "agent/schema/renames.h"

namespace brant {
namespace {

// A server may write an expression in more than one way, but not a literal or a
// name.
bool IsPlain(const std::string& expression) { return !absl::StrContains(expression, '('); }

bool MayBeEqual(const std::string& from, const std::string& to) {
  return from != to && !from.empty() && !to.empty() && !(IsPlain(from) && IsPlain(to));
}

bool MayBeEqual(const Change<Column>& change) {
  if (change.added() || change.dropped()) return false;
  return MayBeEqual(change.from->default_value.value_or(""),
                    change.to->default_value.value_or("")) ||
         MayBeEqual(change.from->generated, change.to->generated);
}

bool HasExpression(const Index& index) {
  return !index.predicate.empty() || absl::c_any_of(index.parts, [](const IndexPart& part) {
    return !part.expression.empty();
  });
}

bool MayBeEqual(const Change<Index>& change) {
  return !change.added() && !change.dropped() && HasExpression(*change.from) &&
         HasExpression(*change.to);
}

bool MayBeEqual(const TableChange& change) {
  const auto both = [](const auto& changes) {
    return absl::c_any_of(changes, [](const auto& one) { return one.from != nullptr; }) &&
           absl::c_any_of(changes, [](const auto& one) { return one.to != nullptr; });
  };
  const auto any = [](const auto& changes) {
    return absl::c_any_of(changes, [](const auto& one) { return MayBeEqual(one); });
  };
  return both(change.checks) || both(change.exclusions) || any(change.columns) ||
         any(change.indexes);
}

// The tables and views that may differ in their text alone.
std::set<ObjectName> FindDoubtful(const CatalogDiff& diff) {
  std::set<ObjectName> names;
  for (const TableChange& change : diff.altered_tables) {
    if (MayBeEqual(change)) names.insert(change.to->name);
  }
  for (const Change<View>& change : diff.views) {
    if (!change.added() && !change.dropped()) names.insert(change.to->name);
  }
  return names;
}

// These objects, with what they need.
Catalog Extract(const Catalog& catalog, const std::set<ObjectName>& names) {
  std::map<ObjectName, const View*> views;
  for (const View& view : catalog.views) views[view.name] = &view;
  std::set<ObjectName> needed;
  std::vector<ObjectName> waiting(names.begin(), names.end());
  while (!waiting.empty()) {
    const ObjectName name = std::move(waiting.back());
    waiting.pop_back();
    if (!needed.insert(name).second) continue;
    if (const Table* table = FindTable(catalog, name); table != nullptr) {
      for (const ForeignKey& key : table->foreign_keys) waiting.push_back(key.referenced_table);
    } else if (const auto view = views.find(name); view != views.end()) {
      absl::c_copy(view->second->reads, std::back_inserter(waiting));
    }
  }
  Catalog result = catalog;
  const auto is_not_needed = [&needed](const auto& object) {
    return !needed.contains(object.name);
  };
  std::erase_if(result.tables, is_not_needed);
  std::erase_if(result.views, is_not_needed);
  return result;
}

template <typename T>
void ReplaceByName(std::vector<T>& objects, const std::set<ObjectName>& names,
                   std::vector<T>& evaluated) {
  std::map<ObjectName, T*> by_name;
  for (T& object : evaluated) by_name[object.name] = &object;
  for (T& object : objects) {
    const auto found = by_name.find(object.name);
    if (found == by_name.end() || !names.contains(object.name)) continue;
    // Models say nothing of triggers, so they were not written.
    found->second->triggers = std::move(object.triggers);
    object = std::move(*found->second);
  }
}

// It may refer to what is not selected. Then the text as it is must do.
bool CanNotBeEvaluated(const absl::Status& status) {
  return ReasonOf(status) == v1::ERROR_REASON_STATEMENT_FAILED ||
         ReasonOf(status) == v1::ERROR_REASON_UNSUPPORTED_STATEMENT;
}

// Triggers are not compared, so the database's stay as they are, there and back.
void KeepTriggers(const Catalog& database, Catalog& desired) {
  for (Table& table : desired.tables) {
    const Table* there = FindTable(database, table.name);
    if (there == nullptr) continue;
    for (Trigger& trigger : table.triggers) {
      const auto found = absl::c_find_if(
          there->triggers, [&trigger](const Trigger& other) { return other.name == trigger.name; });
      if (found != there->triggers.end()) trigger = *found;
    }
  }
}

}  // namespace

absl::StatusOr<CatalogDiff> Sides::Back() const {
  BRANT_ASSIGN_OR_RETURN(const Catalog database, ApplyRenames(from, renames));
  Catalog desired = to;
  KeepTriggers(database, desired);
  return Diff(desired, from, Reverse(renames));
}

absl::Status Settle(Database& server, const Selection& selection, CancelToken& cancel,
                    Sides& sides) {
  BRANT_ASSIGN_OR_RETURN(const CatalogDiff diff, sides.There());
  const std::set<ObjectName> doubtful = FindDoubtful(diff);
  if (doubtful.empty()) return absl::OkStatus();
  const auto evaluate = [&](const Catalog& catalog) -> absl::StatusOr<Catalog> {
    BRANT_ASSIGN_OR_RETURN(std::string sql, WriteSchema(Extract(catalog, doubtful)));
    return DriverFor(catalog.dialect)
        .Evaluate(server, {{"the schema", std::move(sql)}}, selection, cancel);
  };
  absl::StatusOr<Catalog> from = evaluate(*diff.from);
  if (CanNotBeEvaluated(from.status())) return absl::OkStatus();
  BRANT_RETURN_IF_ERROR(from.status());
  absl::StatusOr<Catalog> to = evaluate(sides.to);
  if (CanNotBeEvaluated(to.status())) return absl::OkStatus();
  BRANT_RETURN_IF_ERROR(to.status());
  Catalog settled = *diff.from;
  ReplaceByName(settled.tables, doubtful, from->tables);
  ReplaceByName(settled.views, doubtful, from->views);
  ReplaceByName(sides.to.tables, doubtful, to->tables);
  ReplaceByName(sides.to.views, doubtful, to->views);
  BRANT_ASSIGN_OR_RETURN(sides.from, ApplyRenames(settled, Reverse(sides.renames)));
  return absl::OkStatus();
}

}  // namespace brant
