#include "agent/schema/postgresql/render_plan.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/schema/postgresql/identifier.h"
#include "agent/schema/postgresql/view_plan.h"
#include "agent/schema/reference_order.h"

namespace brant {
namespace {

using Names = std::set<std::string>;

bool HasAny(const std::vector<std::string>& columns, const Names& names) {
  return absl::c_any_of(columns, [&](const std::string& c) { return names.contains(c); });
}

bool MentionsAny(const std::string& sql, const Names& names) {
  if (sql.empty()) return false;
  return absl::c_any_of(names, [&](const std::string& n) { return MentionsPostgresql(sql, n); });
}

std::string OptionOf(const Table& table, const std::string& option) {
  const auto found = table.options.find(option);
  return found == table.options.end() ? "" : found->second;
}

// --- Enums.

// All of `from` in the same order, and more.
bool OnlyAddsLabels(const EnumType& from, const EnumType& to) {
  size_t next = 0;
  for (const std::string& label : to.labels) {
    if (next < from.labels.size() && from.labels[next] == label) ++next;
  }
  return next == from.labels.size();
}

void ForEachExpression(const Catalog& catalog,
                       const std::function<void(const std::string&)>& visit) {
  for (const Table& table : catalog.tables) {
    for (const Column& column : table.columns) {
      visit(column.default_value.value_or(""));
      visit(column.generated);
    }
    for (const CheckConstraint& check : table.checks) visit(check.expression);
    for (const ExclusionConstraint& exclusion : table.exclusions) visit(exclusion.definition);
    for (const Index& index : table.indexes) {
      visit(index.predicate);
      for (const IndexPart& part : index.parts) visit(part.expression);
    }
  }
  for (const View& view : catalog.views) visit(view.definition);
}

// A label that was added can't be used in the transaction that added it.
bool UsesNewLabel(const Catalog& to, const Change<EnumType>& change) {
  bool used = false;
  ForEachExpression(to, [&](const std::string& sql) {
    if (used || !MentionsPostgresql(sql, change.to->name.name)) return;
    used = absl::c_any_of(change.to->labels, [&](const std::string& label) {
      return !absl::c_linear_search(change.from->labels, label) && absl::StrContains(sql, label);
    });
  });
  return used;
}

// --- Columns.

bool HasReplacedEnum(const Column& column, const Names& enums) {
  return !column.type.enum_name.empty() && enums.contains(column.type.enum_name);
}

bool IsRetyped(const Column& from, const Column& to, const Names& enums) {
  return from.type.native != to.type.native || from.collation != to.collation ||
         HasReplacedEnum(to, enums);
}

// How a table is partitioned, and columns that this goes by, can't be altered.
bool IsRecreated(const Table& from, const Table& to, const Names& enums) {
  const std::string key = OptionOf(from, "partition by");
  if (key != OptionOf(to, "partition by")) return true;
  if (key.empty()) return false;
  return absl::c_any_of(from.columns, [&](const Column& column) {
    const Column* other = FindColumn(to, column.name);
    return other != nullptr && MentionsPostgresql(key, column.name) &&
           IsRetyped(column, *other, enums);
  });
}

// `enums`: those replaced; `enum_words`: the names by which expressions call them.
void PlanColumns(TablePlan& plan, const Names& enums, const Names& enum_words) {
  for (const Column& from : plan.from->columns) {
    const Column* to = FindColumn(*plan.to, from.name);
    if (to == nullptr) {
      plan.dropped.insert(from.name);
    } else if (to->generated.empty() && IsRetyped(from, *to, enums)) {
      plan.retyped.insert(from.name);
    }
  }
  for (const Column& to : plan.to->columns) {
    const Column* from = FindColumn(*plan.from, to.name);
    if (from == nullptr || to.generated.empty()) continue;
    if (from->generated != to.generated || from->generated_stored != to.generated_stored ||
        IsRetyped(*from, to, enums) || MentionsAny(to.generated, plan.retyped) ||
        MentionsAny(to.generated, enum_words)) {
      plan.rebuilt.insert(to.name);
    }
  }
}

// --- Constraints and indexes.

template <typename T>
bool OnlyCommentDiffers(const T&, const T&) {
  return false;
}
bool OnlyCommentDiffers(const Index& from, const Index& to) {
  Index copy = from;
  copy.comment = to.comment;
  return copy == to;
}

void NoteComment(TablePlan&, const auto&) {}
void NoteComment(TablePlan& plan, const Index& index) { plan.commented.push_back(&index); }

// What the diff says, and what has to make way although it did not change.
template <typename T>
void PlanReplacement(TablePlan& plan, const std::vector<const T*>& all,
                     const std::vector<Change<T>>* changes,
                     const std::function<bool(const T&)>& affected, Replacement<T>& result) {
  std::set<const T*> changed;
  if (changes != nullptr) {
    for (const Change<T>& change : *changes) {
      changed.insert(change.from);
      const bool stays = change.from != nullptr && change.to != nullptr && !affected(*change.from);
      if (stays && OnlyRenamed(*change.from, *change.to)) {
        result.rename.push_back(change);
      } else if (stays && OnlyCommentDiffers(*change.from, *change.to)) {
        NoteComment(plan, *change.to);
      } else {
        if (change.from != nullptr) result.drop.push_back(change.from);
        if (change.to != nullptr) result.add.push_back(change.to);
      }
    }
  }
  for (const T* element : all) {
    if (changed.contains(element) || !affected(*element)) continue;
    result.drop.push_back(element);
    result.add.push_back(element);
  }
}

template <typename T>
std::vector<const T*> Pointers(const std::vector<T>& elements) {
  std::vector<const T*> pointers;
  for (const T& element : elements) pointers.push_back(&element);
  return pointers;
}

void PlanKeysAndIndexes(TablePlan& plan, const Names& enum_words) {
  const TableChange* change = plan.change;
  const auto changes = [change](auto TableChange::*member) {
    return change == nullptr ? nullptr : &(change->*member);
  };
  std::vector<const PrimaryKey*> keys;
  if (plan.from->primary_key.has_value()) keys.push_back(&*plan.from->primary_key);
  PlanReplacement<PrimaryKey>(
      plan, keys, changes(&TableChange::primary_key),
      [&](const PrimaryKey& key) { return HasAny(key.columns, plan.rebuilt); }, plan.primary_key);
  PlanReplacement<UniqueConstraint>(
      plan, Pointers(plan.from->uniques), changes(&TableChange::uniques),
      [&](const UniqueConstraint& unique) {
        return HasAny(unique.columns, plan.rebuilt) || HasAny(unique.included, plan.rebuilt);
      },
      plan.uniques);
  const auto speaks_of = [&](const std::string& sql) {
    return MentionsAny(sql, plan.rebuilt) || MentionsAny(sql, enum_words);
  };
  PlanReplacement<CheckConstraint>(
      plan, Pointers(plan.from->checks), changes(&TableChange::checks),
      [&](const CheckConstraint& check) { return speaks_of(check.expression); }, plan.checks);
  PlanReplacement<ExclusionConstraint>(
      plan, Pointers(plan.from->exclusions), changes(&TableChange::exclusions),
      [&](const ExclusionConstraint& exclusion) { return speaks_of(exclusion.definition); },
      plan.exclusions);
  PlanReplacement<Index>(
      plan, Pointers(plan.from->indexes), changes(&TableChange::indexes),
      [&](const Index& index) {
        return speaks_of(index.predicate) || HasAny(index.included, plan.rebuilt) ||
               absl::c_any_of(index.parts, [&](const IndexPart& part) {
                 return plan.rebuilt.contains(part.column) || speaks_of(part.expression);
               });
      },
      plan.indexes);
}

// The columns of an index, if a foreign key may refer to them.
std::vector<std::string> KeyColumns(const Index& index) {
  std::vector<std::string> columns;
  if (!index.unique || !index.predicate.empty()) return columns;
  for (const IndexPart& part : index.parts) columns.push_back(part.column);
  return columns;
}

bool SameColumns(std::vector<std::string> a, std::vector<std::string> b) {
  absl::c_sort(a);
  absl::c_sort(b);
  return a == b;
}

// What a foreign key rests on goes, if only for a while.
bool LosesKey(const TablePlan& referenced, const std::vector<std::string>& columns) {
  const auto gone = [&](const auto& elements) {
    return absl::c_any_of(elements,
                          [&](const auto* e) { return SameColumns(e->columns, columns); });
  };
  return gone(referenced.primary_key.drop) || gone(referenced.uniques.drop) ||
         absl::c_any_of(referenced.indexes.drop, [&](const Index* index) {
           return SameColumns(KeyColumns(*index), columns);
         });
}

bool ChangesLogging(const TablePlan& plan) {
  return plan.from->options.contains("unlogged") != plan.to->options.contains("unlogged");
}

void PlanForeignKeys(std::vector<TablePlan>& plans, const std::set<ObjectName>& recreated) {
  std::map<ObjectName, const TablePlan*> by_name;
  for (const TablePlan& plan : plans) by_name[plan.from->name] = &plan;
  for (TablePlan& plan : plans) {
    const auto touches = [](const TablePlan& side, const std::vector<std::string>& columns) {
      return HasAny(columns, side.retyped) || HasAny(columns, side.rebuilt) || ChangesLogging(side);
    };
    PlanReplacement<ForeignKey>(
        plan, Pointers(plan.from->foreign_keys),
        plan.change == nullptr ? nullptr : &plan.change->foreign_keys,
        [&](const ForeignKey& key) {
          if (touches(plan, key.columns) || recreated.contains(key.referenced_table)) return true;
          const auto found = by_name.find(key.referenced_table);
          return found != by_name.end() && (touches(*found->second, key.referenced_columns) ||
                                            LosesKey(*found->second, key.referenced_columns));
        },
        plan.foreign_keys);
  }
}

void PlanTriggers(TablePlan& plan) {
  for (const KeptTrigger& kept : KeptOfBoth(plan.from->triggers, plan.to->triggers)) {
    const std::string& definition = kept.object->definition;
    const bool in_the_way =
        MentionsAny(definition, plan.retyped) || MentionsAny(definition, plan.rebuilt);
    if (in_the_way) plan.triggers.push_back(kept);
  }
}

template <typename T>
bool IsIdle(const Replacement<T>& replacement) {
  return replacement.drop.empty() && replacement.add.empty() && replacement.rename.empty();
}

bool IsIdle(const TablePlan& plan) {
  return plan.change == nullptr && plan.retyped.empty() && plan.rebuilt.empty() &&
         IsIdle(plan.primary_key) && IsIdle(plan.uniques) && IsIdle(plan.checks) &&
         IsIdle(plan.foreign_keys) && IsIdle(plan.exclusions) && IsIdle(plan.indexes);
}

}  // namespace

RenderPlan PlanPostgresql(const CatalogDiff& diff) {
  RenderPlan plan;
  plan.created_tables = diff.created_tables;
  plan.dropped_tables = diff.dropped_tables;
  Names enums;
  Names enum_words;
  for (const Change<EnumType>& change : diff.enums) {
    if (change.added() || change.dropped() || change.from->labels == change.to->labels) continue;
    if (OnlyAddsLabels(*change.from, *change.to) && !UsesNewLabel(*diff.to, change)) {
      plan.extended_enums.push_back(change);
      continue;
    }
    plan.replaced_enums.push_back(change);
    enums.insert(Describe(change.to->name));
    enum_words.insert(change.to->name.name);
  }
  std::map<ObjectName, const TableChange*> changes;
  for (const TableChange& change : diff.altered_tables) changes[change.from->name] = &change;
  std::set<ObjectName> recreated;
  for (const Table& from : diff.from->tables) {
    const Table* to = FindTable(*diff.to, from.name);
    if (to == nullptr) continue;
    if (IsRecreated(from, *to, enums)) {
      recreated.insert(from.name);
      plan.dropped_tables.push_back(&from);
      plan.created_tables.push_back(to);
      continue;
    }
    TablePlan table{&from, to};
    if (const auto found = changes.find(from.name); found != changes.end()) {
      table.change = found->second;
    }
    PlanColumns(table, enums, enum_words);
    PlanKeysAndIndexes(table, enum_words);
    PlanTriggers(table);
    plan.tables.push_back(std::move(table));
  }
  PlanForeignKeys(plan.tables, recreated);
  PlanViews(diff, enum_words, plan);
  std::erase_if(plan.tables, [](const TablePlan& table) { return IsIdle(table); });
  return plan;
}

}  // namespace brant
