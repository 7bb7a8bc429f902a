#include "agent/schema/compare/patch.h"

#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "agent/schema/compare/element.h"
#include "agent/schema/sqlite/tokens.h"

namespace brant {
namespace {

template <typename T>
T* Find(std::vector<T>& elements, const T& wanted) {
  auto found = absl::c_find_if(elements, [&wanted](const T& element) {
    return element.name == wanted.name && !(element.name == decltype(element.name)());
  });
  if (found == elements.end()) {
    found =
        absl::c_find_if(elements, [&wanted](const T& element) { return SaySame(element, wanted); });
  }
  return found != elements.end() ? &*found : nullptr;
}

bool Mentions(const std::string& expression, const std::set<std::string>& lower_names) {
  return !expression.empty() && MentionsInSqlite(expression, lower_names);
}

class Patcher {
 public:
  explicit Patcher(Catalog base) { result_.catalog = std::move(base); }

  Patched Apply(const CatalogDiff& diff) && {
    for (const Change<View>& change : diff.views) {
      if (change.from != nullptr) told_views_.insert(change.from->name);
    }
    for (const TableChange& change : diff.altered_tables) DropColumns(change);
    for (const TableChange& change : diff.altered_tables) PatchTable(change);
    PatchObjects("view", diff.views, result_.catalog.views);
    DropTables(diff.dropped_tables);
    for (const Table* table : diff.created_tables) {
      if (FindTable(*table) == nullptr) created_.push_back(*table);
    }
    absl::c_move(created_, std::back_inserter(result_.catalog.tables));
    PatchObjects("enum type", diff.enums, result_.catalog.enums);
    PatchObjects("sequence", diff.sequences, result_.catalog.sequences);
    SortByName(result_.catalog);
    return std::move(result_);
  }

 private:
  using Kind = PatchRemark::Kind;

  void Remark(Kind kind, const std::string& what, const ObjectName& object,
              const std::string& name = "") {
    result_.remarks.push_back({kind, what, object, name});
  }

  Table* FindTable(const Table& wanted) {
    if (by_name_.empty()) {
      for (Table& table : result_.catalog.tables) by_name_[table.name] = &table;
    }
    const auto found = by_name_.find(wanted.name);
    return found != by_name_.end() ? found->second : nullptr;
  }

  // Tells `remark` of each change that could not be made as it was meant.
  template <typename T, typename R>
  void PatchList(const std::vector<Change<T>>& changes, std::vector<T>& elements, R remark) {
    for (const Change<T>& change : changes) {
      if (change.added()) {
        if (Find(elements, *change.to) == nullptr) elements.push_back(*change.to);
        continue;
      }
      T* const element = Find(elements, *change.from);
      if (element == nullptr) {
        const bool done = !change.dropped() && Find(elements, *change.to) != nullptr;
        if (!done) remark(Kind::kMissing, *change.from);
      } else if (change.dropped()) {
        elements.erase(elements.begin() + (element - elements.data()));
      } else {
        if (Alter(*change.from, *change.to, *element)) remark(Kind::kReplaced, *change.from);
        if (!(change.from->name == change.to->name)) element->name = change.to->name;
      }
    }
  }

  template <typename T>
  void PatchPart(const Table& table, const char* what, const std::vector<Change<T>>& changes,
                 std::vector<T>& elements) {
    PatchList(changes, elements, [&](Kind kind, const T& element) {
      Remark(kind, what, table.name, NameOf(element));
    });
  }

  template <typename T>
  void PatchObjects(const char* what, const std::vector<Change<T>>& changes,
                    std::vector<T>& objects) {
    PatchList(changes, objects,
              [&](Kind kind, const T& object) { Remark(kind, what, object.name); });
  }

  void PatchTable(const TableChange& change) {
    Table* const table = FindTable(*change.to);
    if (table == nullptr) return Remark(Kind::kMissing, "table", change.to->name);
    PatchPart(*table, "column", change.columns, table->columns);
    if (!change.primary_key.empty()) PatchPrimaryKey(change, *table);
    PatchPart(*table, "unique constraint", change.uniques, table->uniques);
    PatchPart(*table, "check constraint", change.checks, table->checks);
    PatchPart(*table, "foreign key", change.foreign_keys, table->foreign_keys);
    PatchPart(*table, "exclusion constraint", change.exclusions, table->exclusions);
    PatchPart(*table, "index", change.indexes, table->indexes);
    if (change.options_differ) table->options = change.to->options;
    if (change.comment_differs) table->comment = change.to->comment;
  }

  static void PatchPrimaryKey(const TableChange& change, Table& table) {
    const std::string name = table.primary_key.has_value() ? table.primary_key->name : "";
    table.primary_key = change.to->primary_key;
    if (table.primary_key.has_value() && !name.empty()) table.primary_key->name = name;
  }

  // What the diff itself drops is dropped with its table's other parts, and needs no
  // remark.
  template <typename T>
  void DropAlong(const char* what, const Table& table, const std::vector<Change<T>>& changes,
                 std::vector<T>& elements, const std::function<bool(const T&)>& depends) {
    std::erase_if(elements, [&](const T& element) {
      if (!depends(element)) return false;
      std::vector<T> one = {element};
      const bool told = absl::c_any_of(changes, [&one](const Change<T>& change) {
        return change.from != nullptr && Find(one, *change.from) != nullptr;
      });
      if (told) return false;
      Remark(Kind::kGoesAlong, what, table.name, NameOf(element));
      return true;
    });
  }

  // What a project has made of a column for one dialect alone goes with the column.
  void DropColumns(const TableChange& change) {
    std::set<std::string> gone;
    std::set<std::string> lower;
    for (const Change<Column>& column : change.columns) {
      if (!column.dropped()) continue;
      gone.insert(column.from->name);
      lower.insert(absl::AsciiStrToLower(column.from->name));
    }
    Table* const table = FindTable(*change.to);
    if (gone.empty() || table == nullptr) return;
    const auto any = [&gone](const std::vector<std::string>& columns) {
      return absl::c_any_of(columns, [&gone](const auto& name) { return gone.contains(name); });
    };
    DropAlong<UniqueConstraint>("unique constraint", *table, change.uniques, table->uniques,
                                [&](const UniqueConstraint& unique) {
                                  return any(unique.columns) || any(unique.included);
                                });
    DropAlong<CheckConstraint>(
        "check constraint", *table, change.checks, table->checks,
        [&](const CheckConstraint& check) { return Mentions(check.expression, lower); });
    DropAlong<ForeignKey>("foreign key", *table, change.foreign_keys, table->foreign_keys,
                          [&](const ForeignKey& key) { return any(key.columns); });
    DropAlong<ExclusionConstraint>("exclusion constraint", *table, change.exclusions,
                                   table->exclusions, [&](const ExclusionConstraint& exclusion) {
                                     return Mentions(exclusion.definition, lower);
                                   });
    DropGenerated(*table, change, lower);
    DropViews([&](const View& view) {
      return absl::c_linear_search(view.reads, table->name) && Mentions(view.definition, lower);
    });
    DropAlong<Index>("index", *table, change.indexes, table->indexes, [&](const Index& index) {
      return any(index.included) || Mentions(index.predicate, lower) ||
             absl::c_any_of(index.parts, [&](const IndexPart& part) {
               return gone.contains(part.column) || Mentions(part.expression, lower);
             });
    });
  }

  void DropTables(const std::vector<const Table*>& tables) {
    std::set<ObjectName> gone;
    for (const Table* table : tables) {
      if (FindTable(*table) == nullptr) Remark(Kind::kMissing, "table", table->name);
      gone.insert(table->name);
    }
    if (gone.empty()) return;
    std::erase_if(result_.catalog.tables,
                  [&gone](const Table& table) { return gone.contains(table.name); });
    by_name_.clear();
    for (Table& table : result_.catalog.tables) {
      std::erase_if(table.foreign_keys, [&](const ForeignKey& key) {
        if (!gone.contains(key.referenced_table)) return false;
        Remark(Kind::kGoesAlong, "foreign key", table.name, NameOf(key));
        return true;
      });
    }
    DropViews([&gone](const View& view) {
      return absl::c_any_of(view.reads,
                            [&gone](const ObjectName& name) { return gone.contains(name); });
    });
  }

  void DropGenerated(Table& table, const TableChange& change, const std::set<std::string>& lower) {
    std::erase_if(table.columns, [&](const Column& column) {
      const bool told = absl::c_any_of(change.columns, [&column](const Change<Column>& other) {
        return other.from != nullptr && other.from->name == column.name;
      });
      if (told || !Mentions(column.generated, lower)) return false;
      Remark(Kind::kGoesAlong, "column", table.name, column.name);
      return true;
    });
  }

  // With the views that read them, and so on.
  void DropViews(const std::function<bool(const View&)>& depends) {
    std::set<ObjectName> gone;
    const auto erase = [&](const std::function<bool(const View&)>& goes) {
      return std::erase_if(result_.catalog.views, [&](const View& view) {
        if (told_views_.contains(view.name) || !goes(view)) return false;
        Remark(Kind::kGoesAlong, "view", view.name);
        gone.insert(view.name);
        return true;
      });
    };
    size_t erased = erase(depends);
    while (erased > 0) {
      erased = erase([&gone](const View& view) {
        return absl::c_any_of(view.reads,
                              [&gone](const ObjectName& name) { return gone.contains(name); });
      });
    }
  }

  Patched result_;
  std::map<ObjectName, Table*> by_name_;
  std::vector<Table> created_;
  // The diff itself says what becomes of them.
  std::set<ObjectName> told_views_;
};

}  // namespace

Patched Patch(const CatalogDiff& diff, Catalog base) {
  return Patcher(std::move(base)).Apply(diff);
}

}  // namespace brant
