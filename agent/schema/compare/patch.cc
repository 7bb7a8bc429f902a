#include "agent/schema/compare/patch.h"

#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/schema/sqlite/tokens.h"

namespace brant {
namespace {

// Sets what differs between `from` and `to`.
template <typename T>
class Facets {
 public:
  Facets(const T& from, const T& to, T& element) : from_(from), to_(to), element_(element) {}

  template <typename F>
  Facets& Set(F T::*facet) {
    if (!(from_.*facet == to_.*facet)) element_.*facet = to_.*facet;
    return *this;
  }
  // The same, of something that is written alike on all servers.
  template <typename F>
  Facets& Replace(F T::*facet) {
    lost_ = lost_ || (!(from_.*facet == to_.*facet) && !(element_.*facet == from_.*facet));
    return Set(facet);
  }
  // What was particular of the element is gone.
  bool lost() const { return lost_; }

 private:
  const T& from_;
  const T& to_;
  T& element_;
  bool lost_ = false;
};

// These alter an element and say whether what was particular of it is gone.

bool Alter(const Column& from, const Column& to, Column& column) {
  const bool retyped = from.type.native != to.type.native;
  const bool lost = retyped && column.type.native != from.type.native;
  if (retyped) column.type = to.type;
  Facets(from, to, column)
      .Set(&Column::nullable)
      .Set(&Column::collation)
      .Set(&Column::default_value)
      .Set(&Column::identity)
      .Set(&Column::sequence)
      .Set(&Column::generated)
      .Set(&Column::generated_stored)
      .Set(&Column::on_update)
      .Set(&Column::comment);
  return lost;
}

bool Alter(const UniqueConstraint& from, const UniqueConstraint& to, UniqueConstraint& unique) {
  Facets(from, to, unique)
      .Set(&UniqueConstraint::columns)
      .Set(&UniqueConstraint::included)
      .Set(&UniqueConstraint::nulls_not_distinct)
      .Set(&UniqueConstraint::deferrable)
      .Set(&UniqueConstraint::initially_deferred);
  return false;
}

bool Alter(const CheckConstraint& from, const CheckConstraint& to, CheckConstraint& check) {
  Facets(from, to, check)
      .Set(&CheckConstraint::expression)
      .Set(&CheckConstraint::no_inherit)
      .Set(&CheckConstraint::validated);
  return false;
}

bool Alter(const ForeignKey& from, const ForeignKey& to, ForeignKey& key) {
  Facets(from, to, key)
      .Set(&ForeignKey::columns)
      .Set(&ForeignKey::referenced_table)
      .Set(&ForeignKey::referenced_columns)
      .Set(&ForeignKey::on_update)
      .Set(&ForeignKey::on_delete)
      .Set(&ForeignKey::match)
      .Set(&ForeignKey::deferrable)
      .Set(&ForeignKey::initially_deferred)
      .Set(&ForeignKey::validated);
  return false;
}

bool Alter(const Index& from, const Index& to, Index& index) {
  return Facets(from, to, index)
      .Replace(&Index::parts)
      .Replace(&Index::included)
      .Replace(&Index::method)
      .Replace(&Index::options)
      .Set(&Index::unique)
      .Set(&Index::predicate)
      .Set(&Index::nulls_not_distinct)
      .Set(&Index::comment)
      .lost();
}

bool Alter(const View& from, const View& to, View& view) {
  Facets(from, to, view)
      .Set(&View::materialized)
      .Set(&View::definition)
      .Set(&View::reads)
      .Set(&View::indexes)
      .Set(&View::options)
      .Set(&View::comment);
  return false;
}

template <typename T>
bool Alter(const T&, const T& to, T& element) {
  element = to;
  return false;
}

// Without what servers add or leave out: blanks, parentheses, quotes, capitals.
std::string Words(const std::string& expression) {
  std::string words;
  for (const SqliteToken& token : TokenizeSqlite(expression)) {
    if (token.IsSymbol("(") || token.IsSymbol(")")) continue;
    absl::StrAppend(&words, token.IsName() ? absl::AsciiStrToLower(token.text) : token.text, " ");
  }
  return words;
}

// Two constraints that say the same, whatever their names.
bool SaySame(const UniqueConstraint& a, const UniqueConstraint& b) {
  return a.columns == b.columns;
}
bool SaySame(const CheckConstraint& a, const CheckConstraint& b) {
  return Words(a.expression) == Words(b.expression);
}
bool SaySame(const ForeignKey& a, const ForeignKey& b) {
  return a.columns == b.columns && a.referenced_table == b.referenced_table;
}
bool SaySame(const ExclusionConstraint& a, const ExclusionConstraint& b) {
  return a.definition == b.definition;
}
template <typename T>
bool SaySame(const T&, const T&) {
  return false;
}

// For people, who may know what has no name by what it says.
std::string NameOf(const CheckConstraint& check) {
  return check.name.empty() ? check.expression : check.name;
}
std::string NameOf(const UniqueConstraint& unique) {
  return unique.name.empty() ? absl::StrJoin(unique.columns, ", ") : unique.name;
}
std::string NameOf(const ForeignKey& key) {
  return key.name.empty() ? absl::StrJoin(key.columns, ", ") : key.name;
}
template <typename T>
std::string NameOf(const T& element) {
  return element.name;
}

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
    std::erase_if(result_.catalog.views, [&](const View& view) {
      const bool reads = absl::c_any_of(
          view.reads, [&gone](const ObjectName& name) { return gone.contains(name); });
      if (reads) Remark(Kind::kGoesAlong, "view", view.name);
      return reads;
    });
  }

  Patched result_;
  std::map<ObjectName, Table*> by_name_;
  std::vector<Table> created_;
};

}  // namespace

Patched Patch(const CatalogDiff& diff, Catalog base) {
  return Patcher(std::move(base)).Apply(diff);
}

}  // namespace brant
