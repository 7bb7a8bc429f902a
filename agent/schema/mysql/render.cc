#include "agent/schema/mysql/render.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/schema/mysql/alter_table.h"
#include "agent/schema/mysql/definitions.h"
#include "agent/schema/mysql/identifiers.h"
#include "agent/schema/mysql/key_plan.h"
#include "agent/schema/mysql/rename_statements.h"
#include "agent/schema/mysql/stale_text.h"
#include "agent/schema/needs.h"
#include "agent/schema/reference_order.h"

namespace brant::mysql {
namespace {

class Renderer {
 public:
  explicit Renderer(const CatalogDiff& diff)
      : diff_(diff), needs_(diff), stale_(diff), plan_(PlanKeys(diff)) {}

  DdlScript Render() {
    FindViews();
    DropViews();
    AllowHistory();
    Add(RenameStatements(diff_, stale_));
    PlanDroppedTables();
    DropForeignKeys();
    CreateTables();
    for (const TableChange& change : diff_.altered_tables) {
      Add(AlterTable(change, plan_, stale_));
    }
    AddForeignKeys();
    DropTables();
    CreateTriggers();
    for (const View* view : OrderViews(new_views_)) Add(CreateView(*view), "", needs_.Of(*view));
    return std::move(script_);
  }

 private:
  void Add(std::vector<DdlStatement> statements) {
    for (DdlStatement& statement : statements) script_.statements.push_back(std::move(statement));
  }
  void Add(std::string sql, std::string data_loss = "", std::string review = "") {
    script_.statements.push_back({std::move(sql), std::move(data_loss), std::move(review)});
  }

  // A view is text: it does not follow when what it reads gets another name.
  void FindViews() {
    std::set<ObjectName> renamed;
    for (const Rename& rename : diff_.renames) {
      ObjectName table = rename.table;
      for (const Rename& other : diff_.renames) {
        if (other.column.empty() && other.table == table) {
          table = {table.schema, other.to};
          break;
        }
      }
      renamed.insert(table);
    }
    std::set<ObjectName> changed;
    for (const Change<View>& view : diff_.views) {
      for (const View* side : {view.from, view.to}) {
        if (side == nullptr) continue;
        changed.insert(side->name);
        (side == view.from ? old_views_ : new_views_).push_back(side);
      }
    }
    for (const View& view : diff_.from->views) {
      const bool reads = absl::c_any_of(
          view.reads, [&renamed](const ObjectName& name) { return renamed.contains(name); });
      if (!reads || changed.contains(view.name)) continue;
      old_views_.push_back(&view);
      new_views_.push_back(&view);
    }
  }

  void DropViews() {
    std::vector<const View*> views = OrderViews(old_views_);
    std::reverse(views.begin(), views.end());
    for (const View* view : views) Add(absl::StrCat("DROP VIEW ", QuoteObject(view->name)));
  }

  // Else MariaDB refuses to alter a table that keeps what its rows were.
  void AllowHistory() {
    const auto keeps = [](const Table& table) {
      return table.options.contains(std::string(kSystemVersioning));
    };
    const bool alters = absl::c_any_of(
        diff_.altered_tables, [&](const TableChange& change) { return keeps(*change.from); });
    if (alters || (!diff_.renames.empty() && absl::c_any_of(diff_.from->tables, keeps))) {
      Add("SET system_versioning_alter_history = KEEP");
    }
  }

  // The keys of a cycle go before the first of its tables.
  void PlanDroppedTables() {
    ReferenceOrder order = OrderByReferences(diff_.dropped_tables);
    for (const ReferenceOrder::Postponed& postponed : order.postponed) {
      std::vector<std::string>& drops = plan_.drops[postponed.table->name];
      if (!absl::c_linear_search(drops, postponed.key->name)) {
        drops.push_back(postponed.key->name);
      }
    }
    dropped_tables_ = std::move(order.tables);
    std::reverse(dropped_tables_.begin(), dropped_tables_.end());
  }

  void DropForeignKeys() {
    for (const auto& [table, keys] : plan_.drops) {
      Add(absl::StrCat("ALTER TABLE ", QuoteObject(table), " ",
                       absl::StrJoin(keys, ", ", [](std::string* out, const std::string& key) {
                         absl::StrAppend(out, "DROP FOREIGN KEY ", QuoteIdentifier(key));
                       })));
    }
  }

  bool IsAltered(const ObjectName& table) const {
    return absl::c_any_of(diff_.altered_tables,
                          [&table](const TableChange& change) { return change.to->name == table; });
  }

  void CreateTables() {
    const ReferenceOrder order = OrderByReferences(diff_.created_tables);
    std::set<const ForeignKey*> postponed;
    for (const ReferenceOrder::Postponed& key : order.postponed) postponed.insert(key.key);
    for (const Table* table : order.tables) {
      std::vector<const ForeignKey*> keys;
      for (const ForeignKey& key : table->foreign_keys) {
        if (postponed.contains(&key) || IsAltered(key.referenced_table)) {
          plan_.adds[table->name].push_back(&key);
        } else {
          keys.push_back(&key);
        }
      }
      Add(CreateTable(*table, keys), "", needs_.Of(*table));
    }
  }

  void AddForeignKeys() {
    for (const auto& [table, keys] : plan_.adds) {
      const bool several = keys.size() > 1;
      Add(absl::StrCat("ALTER TABLE ", QuoteObject(table), several ? "\n  " : " ",
                       absl::StrJoin(keys, ",\n  ", [](std::string* out, const ForeignKey* key) {
                         absl::StrAppend(out, "ADD ", ForeignKeyDefinition(*key));
                       })));
    }
  }

  void DropTables() {
    for (const Table* table : dropped_tables_) {
      Add(absl::StrCat("DROP TABLE ", QuoteObject(table->name)),
          absl::StrCat("drops ", Describe(table->name), " and its rows"),
          stale_.OfDroppedTable(table->name.name));
    }
  }

  void CreateTriggers() {
    for (const Table* table : diff_.created_tables) {
      for (const Trigger& trigger : table->triggers) {
        Add(trigger.definition, "", needs_.Of(table->needs, trigger.name));
      }
    }
  }

  const CatalogDiff& diff_;
  const MissingNeeds needs_;
  const StaleText stale_;
  KeyPlan plan_;
  std::vector<const View*> old_views_;
  std::vector<const View*> new_views_;
  std::vector<const Table*> dropped_tables_;
  DdlScript script_;
};

}  // namespace

DdlScript RenderDiff(const CatalogDiff& diff) { return Renderer(diff).Render(); }

}  // namespace brant::mysql
