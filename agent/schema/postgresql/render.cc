#include "agent/schema/postgresql/render.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/schema/needs.h"
#include "agent/schema/postgresql/alter_columns.h"
#include "agent/schema/postgresql/definitions.h"
#include "agent/schema/postgresql/excluded_views.h"
#include "agent/schema/postgresql/identifier.h"
#include "agent/schema/postgresql/list_check.h"
#include "agent/schema/postgresql/rename_statements.h"
#include "agent/schema/postgresql/render_comments.h"
#include "agent/schema/postgresql/render_enums.h"
#include "agent/schema/postgresql/render_plan.h"
#include "agent/schema/postgresql/sequence_options.h"
#include "agent/schema/reference_order.h"

namespace brant {
namespace {

template <typename T>
const T* FindByName(const std::vector<T>& elements, const ObjectName& name) {
  const auto found =
      absl::c_find_if(elements, [&name](const T& element) { return element.name == name; });
  return found == elements.end() ? nullptr : &*found;
}

class Renderer {
 public:
  explicit Renderer(const CatalogDiff& diff)
      : diff_(diff), plan_(PlanPostgresql(diff)), needs_(diff), excluded_views_(diff) {}

  DdlScript Render() {
    CreateSchemas();
    DropViews();
    for (const std::string& sql : RenameObjectsPostgresql(diff_.renames)) Add(sql);
    DropForeignKeys();
    DropTables();
    for (const TablePlan& plan : plan_.tables) DropConstraints(plan);
    for (const std::string& sql : RenameConstraintsPostgresql(plan_.tables)) Add(sql);
    AddAll(BeginEnumsPostgresql(diff_, plan_));
    CreateSequences();
    CreateTables();
    for (const TablePlan& plan : plan_.tables) AlterTable(plan);
    for (const TablePlan& plan : plan_.tables) AddConstraints(plan);
    AddForeignKeys();
    DropSequences();
    AddAll(EndEnumsPostgresql(diff_, plan_));
    CreateViews();
    AddAll(CommentsPostgresql(diff_, plan_));
    return std::move(script_);
  }

 private:
  void Add(std::string sql, std::string data_loss = "", std::string review = "") {
    script_.statements.push_back({std::move(sql), std::move(data_loss), std::move(review)});
  }

  void AddAll(std::vector<DdlStatement> statements) {
    for (DdlStatement& statement : statements) script_.statements.push_back(std::move(statement));
  }

  static std::string Both(const std::string& first, const std::string& second) {
    return absl::StrCat(first, first.empty() || second.empty() ? "" : "; ", second);
  }

  static std::string Alter(const Table& table, const std::string& action) {
    return absl::StrCat("ALTER TABLE ", QuotePostgresql(table.name), " ", action);
  }

  static std::string DropConstraint(const Table& table, const std::string& name) {
    return Alter(table, absl::StrCat("DROP CONSTRAINT ", QuotePostgresql(name)));
  }

  void CreateSchemas() {
    const auto schemas = [](const Catalog& catalog) {
      std::set<std::string> names = {""};
      for (const Table& table : catalog.tables) names.insert(table.name.schema);
      for (const EnumType& type : catalog.enums) names.insert(type.name.schema);
      for (const Sequence& sequence : catalog.sequences) names.insert(sequence.name.schema);
      for (const View& view : catalog.views) names.insert(view.name.schema);
      return names;
    };
    const std::set<std::string> there = schemas(*diff_.from);
    for (const std::string& name : schemas(*diff_.to)) {
      // That nothing in it was looked at does not mean that it is not there.
      if (!there.contains(name)) {
        Add(absl::StrCat("CREATE SCHEMA IF NOT EXISTS ", QuotePostgresql(name)));
      }
    }
  }

  void DropViews() {
    for (auto view = plan_.dropped_views.rbegin(); view != plan_.dropped_views.rend(); ++view) {
      Add(DropViewPostgresql(**view), "", excluded_views_.Review((*view)->name));
    }
  }

  void DropForeignKeys() {
    for (const TablePlan& plan : plan_.tables) {
      for (const ForeignKey* key : plan.foreign_keys.drop) {
        Add(DropConstraint(*plan.to, key->name));
      }
    }
  }

  void DropTables() {
    const ReferenceOrder order = OrderByReferences(plan_.dropped_tables);
    for (const ReferenceOrder::Postponed& postponed : order.postponed) {
      Add(DropConstraint(*postponed.table, postponed.key->name));
    }
    for (auto table = order.tables.rbegin(); table != order.tables.rend(); ++table) {
      const bool returns = absl::c_any_of(plan_.created_tables, [&](const Table* created) {
        return created->name == (*table)->name;
      });
      Add(absl::StrCat("DROP TABLE ", QuotePostgresql((*table)->name)),
          absl::StrCat("drops ", Describe((*table)->name), " and its rows"),
          Both(returns
                   ? "what a table is partitioned by can't be altered: it is made anew, without "
                     "its rows"
                   : "",
               excluded_views_.Review((*table)->name)));
    }
  }

  void DropConstraints(const TablePlan& plan) {
    for (const KeptTrigger& kept : plan.triggers) {
      Add(DropTriggerPostgresql(plan.to->name, kept));
    }
    const auto drop = [&](const auto& replacement) {
      for (const auto* element : replacement.drop) Add(DropConstraint(*plan.to, element->name));
    };
    drop(plan.checks);
    drop(plan.exclusions);
    for (const Index* index : plan.indexes.drop) {
      Add(absl::StrCat("DROP INDEX ", IndexNamePostgresql(plan.to->name, index->name)));
    }
    drop(plan.uniques);
    drop(plan.primary_key);
  }

  void CreateSequences() {
    for (const Change<Sequence>& change : diff_.sequences) {
      if (change.dropped()) continue;
      const std::string name = QuotePostgresql(change.to->name);
      if (change.added()) {
        Add(absl::StrCat("CREATE SEQUENCE ", name, WriteSequenceOptions(change.to->options)));
      } else if (change.from->options != change.to->options) {
        Add(absl::StrCat(
            "ALTER SEQUENCE ", name, " ",
            absl::StrJoin(WriteSequenceChange(change.from->options, change.to->options, "bigint"),
                          " ")));
      }
    }
  }

  // A foreign key can be part of CREATE TABLE if what it refers to is made before.
  bool FitsCreateTable(const ForeignKey& key, const Table& table,
                       const std::set<ObjectName>& made) const {
    if (!key.validated) return false;
    if (key.referenced_table != table.name && !made.contains(key.referenced_table)) return false;
    const Table* referenced = FindTable(*diff_.to, key.referenced_table);
    if (referenced == nullptr) return false;
    const auto is_key = [&](const std::vector<std::string>& columns) {
      return columns == key.referenced_columns;
    };
    return (referenced->primary_key.has_value() && is_key(referenced->primary_key->columns)) ||
           absl::c_any_of(referenced->uniques,
                          [&](const UniqueConstraint& unique) { return is_key(unique.columns); });
  }

  void CreateTables() {
    std::set<ObjectName> made;
    const ReferenceOrder order = OrderByReferences(plan_.created_tables);
    for (const Table* table : order.tables) {
      std::vector<std::string> constraints;
      if (table->primary_key.has_value()) {
        constraints.push_back(DefinePostgresql(*table->primary_key));
      }
      for (const UniqueConstraint& unique : table->uniques) {
        constraints.push_back(DefinePostgresql(unique));
      }
      for (const CheckConstraint& check : table->checks) {
        if (check.validated) constraints.push_back(DefinePostgresql(check));
      }
      for (const ExclusionConstraint& exclusion : table->exclusions) {
        constraints.push_back(DefinePostgresql(exclusion));
      }
      for (const ForeignKey& key : table->foreign_keys) {
        if (FitsCreateTable(key, *table, made)) {
          constraints.push_back(DefinePostgresql(key));
        } else {
          postponed_.push_back({table, &key});
        }
      }
      const Table* old = FindTable(*diff_.from, table->name);
      Add(CreateTablePostgresql(*table, constraints), "",
          Both(Both(needs_.Of(*table), old == nullptr ? NotWritten(table->triggers) : ""),
               NotWritten(*table, old)));
      made.insert(table->name);
      for (const Column& column : table->columns) {
        AddAll(FinishSerialPostgresql(table->name, column));
      }
      for (const CheckConstraint& check : table->checks) {
        if (!check.validated) Add(Alter(*table, absl::StrCat("ADD ", DefinePostgresql(check))));
      }
      for (const Index& index : table->indexes) CreateIndex(*table, index);
      // Of one that is made anew.
      if (old != nullptr) CreateTriggers(*table, KeptOfBoth(old->triggers, table->triggers));
    }
  }

  void AlterTable(const TablePlan& plan) {
    AddAll(AlterColumnsPostgresql(plan, needs_, excluded_views_));
    const bool was_unlogged = plan.from->options.contains("unlogged");
    const bool unlogged = plan.to->options.contains("unlogged");
    if (was_unlogged != unlogged) {
      Add(Alter(*plan.to, unlogged ? "SET UNLOGGED" : "SET LOGGED"), "",
          unlogged ? "an unlogged table is empty after a crash" : "");
    }
    AlterStorage(plan);
  }

  void AlterStorage(const TablePlan& plan) {
    std::map<std::string, std::string> set;
    std::vector<std::string> reset;
    for (const auto& [name, value] : plan.to->options) {
      const auto found = plan.from->options.find(name);
      if (found == plan.from->options.end() || found->second != value) set[name] = value;
    }
    for (const auto& [name, value] : plan.from->options) {
      if (IsStorageParameter(name) && !plan.to->options.contains(name)) reset.push_back(name);
    }
    const std::string parameters = StorageParameters(set);
    if (!parameters.empty()) {
      Add(Alter(*plan.to, absl::StrCat("SET ", parameters.substr(sizeof(" WITH ") - 1))));
    }
    if (!reset.empty()) {
      Add(Alter(*plan.to, absl::StrCat("RESET (", QuoteListPostgresql(reset), ")")));
    }
  }

  // The rows fulfil it already, by what was there before.
  static bool HeldBefore(const Replacement<CheckConstraint>& replacement,
                         const CheckConstraint& check) {
    return absl::c_any_of(replacement.drop, [&check](const CheckConstraint* old) {
      return old == &check || OnlyGainsValues(*old, check);
    });
  }
  template <typename T>
  static bool HeldBefore(const Replacement<T>& replacement, const T& element) {
    return absl::c_linear_search(replacement.drop, &element);
  }

  void AddConstraints(const TablePlan& plan) {
    const Table& table = *plan.to;
    const auto add = [&](const auto& replacement, const std::string& review) {
      for (const auto* element : replacement.add) {
        const bool is_new = !HeldBefore(replacement, *element);
        Add(Alter(table, absl::StrCat("ADD ", DefinePostgresql(*element))), "",
            Both(is_new ? review : "", needs_.Of(table.needs, element->name)));
      }
    };
    const std::string duplicates = absl::StrCat("fails if rows of ", Describe(table.name),
                                                " have the same values, or NULL in a primary key");
    add(plan.primary_key, duplicates);
    add(plan.uniques,
        absl::StrCat("fails if rows of ", Describe(table.name), " have the same values"));
    const std::string violated =
        absl::StrCat("fails if a row of ", Describe(table.name), " violates it");
    add(plan.checks, violated);
    add(plan.exclusions, violated);
    for (const Index* index : plan.indexes.add) {
      const bool is_new = !absl::c_linear_search(plan.indexes.drop, index);
      CreateIndex(table, *index,
                  index->unique && is_new ? absl::StrCat("fails if rows of ", Describe(table.name),
                                                         " have the same values")
                                          : "");
    }
    CreateTriggers(table, plan.triggers);
  }

  // `relation`: a table or view.
  void CreateIndex(const auto& relation, const Index& index, const std::string& review = "") {
    Add(CreateIndexPostgresql(relation.name, index), "",
        Both(review, needs_.Of(relation.needs, index.name)));
  }

  void CreateTriggers(const auto& relation, const std::vector<KeptTrigger>& triggers) {
    for (const KeptTrigger& kept : triggers) {
      std::string missing = needs_.Of(relation.needs, kept.object->name);
      for (std::string& sql : CreateTriggerPostgresql(relation.name, *kept.object)) {
        Add(std::move(sql), "", std::exchange(missing, ""));
      }
    }
  }

  // They would need functions, which are not made either.
  static std::string NotWritten(const std::vector<Trigger>& triggers) {
    if (triggers.empty()) return "";
    return absl::StrCat("its triggers are not made here: ",
                        absl::StrJoin(triggers, ", ", [](std::string* out, const Trigger& trigger) {
                          absl::StrAppend(out, trigger.name);
                        }));
  }

  // `old`: the table that was of this name; null: none was.
  static std::string NotWritten(const Table& table, const Table* old) {
    std::set<std::string> remarks(table.not_written.begin(), table.not_written.end());
    if (old != nullptr) remarks.insert(old->not_written.begin(), old->not_written.end());
    return absl::StrJoin(remarks, "; ");
  }

  void AddForeignKeys() {
    for (const ReferenceOrder::Postponed& postponed : postponed_) {
      Add(Alter(*postponed.table, absl::StrCat("ADD ", DefinePostgresql(*postponed.key))));
    }
    for (const TablePlan& plan : plan_.tables) {
      for (const ForeignKey* key : plan.foreign_keys.add) {
        const bool is_new = !absl::c_linear_search(plan.foreign_keys.drop, key);
        Add(Alter(*plan.to, absl::StrCat("ADD ", DefinePostgresql(*key))), "",
            is_new && key->validated
                ? absl::StrCat("fails if a row of ", Describe(plan.to->name), " refers to none of ",
                               Describe(key->referenced_table))
                : "");
      }
    }
  }

  void DropSequences() {
    for (const Change<Sequence>& change : diff_.sequences) {
      if (!change.dropped()) continue;
      // One that a column owned went with it.
      Add(absl::StrCat("DROP SEQUENCE IF EXISTS ", QuotePostgresql(change.from->name)),
          absl::StrCat("drops the sequence ", Describe(change.from->name), " and where it is"));
    }
  }

  void CreateViews() {
    for (const View* view : plan_.created_views) {
      const View* old = FindByName(diff_.from->views, view->name);
      Add(CreateViewPostgresql(*view), "",
          Both(needs_.Of(*view), old == nullptr
                                     ? NotWritten(view->triggers)
                                     : "it is made anew: GRANTs and rules on it are lost"));
      for (const Index& index : view->indexes) CreateIndex(*view, index);
      if (old != nullptr) CreateTriggers(*view, KeptOfBoth(old->triggers, view->triggers));
    }
    // Indexes of materialized views that stay.
    for (const Change<View>& change : diff_.views) {
      if (change.added() || change.dropped() ||
          absl::c_linear_search(plan_.created_views, change.to)) {
        continue;
      }
      ChangeIndexes(*change.from, *change.to);
    }
  }

  void ChangeIndexes(const View& from, const View& to) {
    for (const Index& index : from.indexes) {
      if (!absl::c_linear_search(to.indexes, index)) {
        Add(absl::StrCat("DROP INDEX ", IndexNamePostgresql(from.name, index.name)));
      }
    }
    for (const Index& index : to.indexes) {
      if (!absl::c_linear_search(from.indexes, index)) CreateIndex(to, index);
    }
  }

  const CatalogDiff& diff_;
  const RenderPlan plan_;
  const MissingNeeds needs_;
  const ExcludedViews excluded_views_;
  DdlScript script_;
  // Foreign keys of created tables that wait until what they refer to is there.
  std::vector<ReferenceOrder::Postponed> postponed_;
};

}  // namespace

DdlScript RenderPostgresql(const CatalogDiff& diff) { return Renderer(diff).Render(); }

}  // namespace brant
