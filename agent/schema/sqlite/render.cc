#include "agent/schema/sqlite/render.h"

#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/schema/kept.h"
#include "agent/schema/reference_order.h"
#include "agent/schema/sqlite/declare.h"
#include "agent/schema/sqlite/rebuild.h"
#include "agent/schema/sqlite/tokens.h"
#include "agent/schema/sqlite/trigger_renames.h"

namespace brant {
namespace {

// What ADD COLUMN takes: https://www.sqlite.org/lang_altertable.html
bool CanBeAdded(const Column& column) {
  if (!column.generated.empty()) return !column.generated_stored;
  if (column.identity != Identity::kNone) return false;
  if (!column.default_value.has_value()) return column.nullable;
  const std::string& value = *column.default_value;
  if (value == "NULL") return column.nullable;
  const std::vector<SqliteToken> tokens = TokenizeSqlite(value);
  // A constant.
  return tokens.size() == 1 && !absl::StartsWith(value, "CURRENT_");
}

// What DROP COLUMN takes: nothing else of the table speaks of the column.
bool CanBeDropped(const Column& column, const Table& table) {
  const std::set<std::string> name = {absl::AsciiStrToLower(column.name)};
  const auto in = [&column](const std::vector<std::string>& columns) {
    return absl::c_linear_search(columns, column.name);
  };
  if (table.primary_key.has_value() && in(table.primary_key->columns)) return false;
  return absl::c_none_of(table.uniques, [&](const auto& unique) { return in(unique.columns); }) &&
         absl::c_none_of(table.foreign_keys, [&](const auto& key) { return in(key.columns); }) &&
         absl::c_none_of(
             table.checks,
             [&](const auto& check) { return MentionsInSqlite(check.expression, name); }) &&
         absl::c_none_of(table.columns, [&](const auto& other) {
           return MentionsInSqlite(other.generated, name);
         });
}

bool NeedsRebuild(const TableChange& change) {
  if (!change.primary_key.empty() || !change.uniques.empty() || !change.checks.empty() ||
      !change.foreign_keys.empty() || change.options_differ) {
    return true;
  }
  return absl::c_any_of(change.columns, [&change](const Change<Column>& column) {
    if (column.added()) return !CanBeAdded(*column.to);
    return !column.dropped() || !CanBeDropped(*column.from, *change.from);
  });
}

const View* FindView(const Catalog& catalog, const ObjectName& name) {
  const auto found =
      absl::c_find_if(catalog.views, [&name](const View& view) { return view.name == name; });
  return found == catalog.views.end() ? nullptr : &*found;
}

bool ReadsAny(const View& view, const std::set<std::string>& names) {
  return absl::c_any_of(view.reads,
                        [&names](const ObjectName& name) { return names.contains(name.name); });
}

class Renderer {
 public:
  explicit Renderer(const CatalogDiff& diff)
      : diff_(diff),
        renames_(diff.renames, *diff.from),
        kept_views_(KeptOfBoth(diff.from->excluded_views, diff.to->excluded_views)) {}

  DdlScript Render() {
    for (const TableChange& change : diff_.altered_tables) {
      if (NeedsRebuild(change)) rebuilt_.insert(change.from->name.name);
    }
    FindTouched();
    const bool unguarded = !rebuilt_.empty() || DropsWhatIsReferredTo();
    if (unguarded) Add("PRAGMA foreign_keys = OFF");
    DropTriggers();
    DropViews();
    DropIndexes();
    Renames();
    for (const Table* table : diff_.created_tables) {
      Add(DeclareSqliteTable(*table, table->name.name));
    }
    for (const TableChange& change : diff_.altered_tables) Alter(change);
    CreateIndexes();
    DropTables();
    CreateViews();
    CreateTriggers();
    CheckForeignKeys();
    return std::move(script_);
  }

 private:
  void Add(std::string sql, std::string data_loss = "", std::string review = "") {
    script_.statements.push_back({std::move(sql), std::move(data_loss), std::move(review)});
  }

  // Dropping a table deletes its rows first, and with them what refers to them.
  bool DropsWhatIsReferredTo() const {
    if (!OrderByReferences(diff_.dropped_tables).postponed.empty()) return true;
    const std::set<const Table*> dropped(diff_.dropped_tables.begin(), diff_.dropped_tables.end());
    return absl::c_any_of(diff_.from->tables, [&](const Table& table) {
      if (dropped.contains(&table)) return false;
      return absl::c_any_of(table.foreign_keys, [&](const ForeignKey& key) {
        return dropped.contains(FindTable(*diff_.from, key.referenced_table));
      });
    });
  }

  // Of the tables whose rows or whose references moved; what was wrong elsewhere
  // before is not this migration's.
  void CheckForeignKeys() {
    std::set<std::string> moved = rebuilt_;
    for (const Table* table : diff_.dropped_tables) moved.insert(table->name.name);
    for (const Table& table : diff_.to->tables) {
      const bool refers = absl::c_any_of(table.foreign_keys, [&moved](const ForeignKey& key) {
        return moved.contains(key.referenced_table.name);
      });
      if (refers || rebuilt_.contains(table.name.name)) {
        Add(absl::StrCat("PRAGMA foreign_key_check(", QuoteSqlite(table.name.name), ")"), "",
            ReviewForeignKeys(table));
      }
    }
  }

  // Of those that a table gets.
  std::string ReviewForeignKeys(const Table& table) const {
    std::vector<std::string> reviews;
    for (const TableChange& change : diff_.altered_tables) {
      if (change.to != &table) continue;
      for (const Change<ForeignKey>& key : change.foreign_keys) {
        if (key.dropped()) continue;
        reviews.push_back(absl::StrCat("fails if a row of ", table.name.name, " refers to none of ",
                                       key.to->referenced_table.name));
      }
    }
    return absl::StrJoin(reviews, "; ");
  }

  // Everything whose text must make sense while a table is not there, or not as it
  // was: SQLite looks at views and triggers when it renames something.
  void FindTouched() {
    for (const Change<View>& change : diff_.views) {
      if (change.from != nullptr) moved_views_.insert(change.from->name.name);
    }
    disturbed_ = rebuilt_;
    for (const Table* table : diff_.dropped_tables) disturbed_.insert(table->name.name);
    for (const TableChange& change : diff_.altered_tables) {
      const bool loses_column = absl::c_any_of(
          change.columns, [](const Change<Column>& column) { return column.dropped(); });
      if (loses_column) disturbed_.insert(change.from->name.name);
    }
    // By the names before the renames, too, which views that are left alone have. For
    // them a mere rename is no reason to go: SQLite changes them along with it.
    std::set<std::string> gone = disturbed_;
    for (const std::string& table : disturbed_) gone.insert(renames_.Before(table));
    std::set<std::string> names = disturbed_;
    for (const Rename& rename : diff_.renames) {
      names.insert(rename.table.name);
      if (rename.column.empty()) names.insert(rename.to);
    }
    // The renames of columns are of tables that may have another name by now.
    for (const Table& table : diff_.from->tables) {
      for (const Rename& rename : diff_.renames) {
        if (!rename.column.empty() && rename.table == table.name) names.insert(table.name.name);
      }
    }
    if (names.empty()) return;
    // Views on views.
    names.insert(moved_views_.begin(), moved_views_.end());
    gone.insert(moved_views_.begin(), moved_views_.end());
    const auto move = [&](const View& view) {
      for (std::set<std::string>* set : {&names, &gone, &moved_views_}) set->insert(view.name.name);
    };
    for (size_t before = 0; before != names.size();) {
      before = names.size();
      for (const View& view : diff_.from->views) {
        if (ReadsAny(view, names)) move(view);
      }
      for (const Kept<View>& kept : kept_views_) {
        if (ReadsAny(*kept.object, gone)) move(*kept.object);
      }
    }
  }

  void DropViews() {
    for (const View& view : diff_.from->views) {
      if (moved_views_.contains(view.name.name)) {
        Add(absl::StrCat("DROP VIEW ", QuoteSqlite(view.name.name)));
      }
    }
    for (const Kept<View>& kept : kept_views_) {
      if (!moved_views_.contains(kept.object->name.name)) continue;
      Add(absl::StrCat("DROP VIEW ", kept.is_there ? "" : "IF EXISTS ",
                       QuoteSqlite(kept.object->name.name)));
    }
  }

  void CreateViews() {
    std::vector<const View*> views;
    for (const View& view : diff_.to->views) {
      const bool is_changed = absl::c_any_of(
          diff_.views, [&view](const Change<View>& change) { return change.to == &view; });
      if (is_changed || moved_views_.contains(view.name.name)) views.push_back(&view);
    }
    for (const View* view : OrderViews(views)) Add(DeclareSqliteView(*view));
    for (const Kept<View>& kept : kept_views_) {
      const std::string& name = kept.object->name.name;
      if (!moved_views_.contains(name)) continue;
      CreateText("view", DeclareSqliteView(*kept.object), kept.has_old_names, name);
    }
  }

  // Those that must not be there while a table or view that they speak of is not.
  // A mere rename is none of that: SQLite changes them along with it.
  void DropTriggers() {
    std::set<std::string> names;
    for (const std::string& view : moved_views_) names.insert(absl::AsciiStrToLower(view));
    for (const std::string& table : disturbed_) {
      names.insert(absl::AsciiStrToLower(table));
      names.insert(absl::AsciiStrToLower(renames_.Before(table)));
    }
    const auto drop_moved = [&](const KeptTrigger& kept) {
      if (!MentionsInSqlite(kept.object->definition, names)) return;
      moved_triggers_.insert(kept.object);
      Add(absl::StrCat("DROP TRIGGER ", kept.is_there ? "" : "IF EXISTS ",
                       QuoteSqlite(kept.object->name)));
    };
    const auto drop = [&](const auto& from, const auto* to) {
      for (const KeptTrigger& kept : TriggersOf(from, to)) drop_moved(kept);
    };
    for (const Table& table : diff_.from->tables) drop(table, FindTable(*diff_.to, table.name));
    for (const View& view : diff_.from->views) drop(view, FindView(*diff_.to, view.name));
    for (const Kept<View>& view : kept_views_) {
      for (const KeptTrigger& kept : TriggersOf(view)) drop_moved(kept);
    }
  }

  static std::vector<KeptTrigger> TriggersOf(const Kept<View>& view) {
    std::vector<KeptTrigger> triggers;
    for (const Trigger& trigger : view.object->triggers) {
      triggers.push_back({&trigger, /*is_there=*/false, view.has_old_names});
    }
    return triggers;
  }

  template <typename T>
  static std::vector<KeptTrigger> TriggersOf(const T& from, const T* to) {
    if (to == nullptr) return KeptOfBoth(from.triggers, {});
    return KeptOfBoth(from.triggers, to->triggers);
  }

  void CreateTriggers() {
    const auto create_moved = [&](const auto& from, const auto* to) {
      if (to == nullptr) return;
      for (const KeptTrigger& kept : TriggersOf(from, to)) CreateMoved(kept, to->name.name);
    };
    for (const Table& table : diff_.from->tables) {
      create_moved(table, FindTable(*diff_.to, table.name));
    }
    for (const View& view : diff_.from->views) create_moved(view, FindView(*diff_.to, view.name));
    for (const Kept<View>& view : kept_views_) {
      for (const KeptTrigger& kept : TriggersOf(view)) CreateMoved(kept, view.object->name.name);
    }
    for (const Table* table : diff_.created_tables) {
      for (const Trigger& trigger : table->triggers) Add(trigger.definition);
    }
    for (const Change<View>& change : diff_.views) {
      if (!change.added()) continue;
      for (const Trigger& trigger : change.to->triggers) Add(trigger.definition);
    }
  }

  void CreateMoved(const KeptTrigger& kept, const std::string& owner) {
    if (!moved_triggers_.contains(kept.object)) return;
    CreateText("trigger", kept.object->definition, kept.has_old_names, owner);
  }

  // What is written again as it was, but for new names.
  void CreateText(absl::string_view what, const std::string& old, bool has_old_names,
                  const std::string& owner) {
    std::string definition = has_old_names ? renames_.Apply(old, owner) : old;
    std::vector<std::string> reviews;
    if (definition != old) {
      reviews.push_back(
          absl::StrCat("a ", what, " that is written with the new names: are they all right?"));
    }
    if (std::string dropped = DroppedIn(definition); !dropped.empty()) {
      reviews.push_back(
          absl::StrCat("a ", what, " that speaks of ", dropped, ", which is dropped"));
    }
    Add(std::move(definition), "", absl::StrJoin(reviews, "; "));
  }

  // What the text speaks of and is no longer there.
  std::string DroppedIn(const std::string& sql) const {
    std::set<std::string> words;
    for (const SqliteToken& token : TokenizeSqlite(sql)) {
      if (token.IsName()) words.insert(absl::AsciiStrToLower(token.text));
    }
    const auto mentions = [&words](const std::string& name) {
      return words.contains(absl::AsciiStrToLower(name));
    };
    std::vector<std::string> dropped;
    for (const Table* table : diff_.dropped_tables) {
      if (mentions(table->name.name)) dropped.push_back(table->name.name);
    }
    for (const TableChange& change : diff_.altered_tables) {
      for (const Change<Column>& column : change.columns) {
        if (!column.dropped() || !mentions(column.from->name)) continue;
        if (!mentions(change.from->name.name)) break;
        dropped.push_back(absl::StrCat(change.from->name.name, ".", column.from->name));
      }
    }
    return absl::StrJoin(dropped, " and ");
  }

  void DropIndexes() {
    for (const TableChange& change : diff_.altered_tables) {
      for (const Change<Index>& index : change.indexes) {
        if (index.from != nullptr && !rebuilt_.contains(change.from->name.name)) {
          Add(absl::StrCat("DROP INDEX ", QuoteSqlite(index.from->name)));
        }
      }
    }
  }

  void CreateIndexes() {
    for (const Table* table : diff_.created_tables) {
      for (const Index& index : table->indexes) Add(DeclareSqliteIndex(index, table->name.name));
    }
    for (const TableChange& change : diff_.altered_tables) {
      const auto is_changed = [&change](const Index& index) {
        return absl::c_any_of(change.indexes, [&index](const Change<Index>& other) {
          return other.to != nullptr && other.to->name == index.name;
        });
      };
      const bool is_rebuilt = rebuilt_.contains(change.from->name.name);
      for (const Index& index : change.to->indexes) {
        const bool changed = is_changed(index);
        if (!is_rebuilt && !changed) continue;
        Add(DeclareSqliteIndex(index, change.to->name.name), "",
            changed && index.unique ? "fails if rows have the same values" : "");
      }
    }
  }

  void Renames() {
    // A column's rename names the table as it was, so those come first.
    for (const Rename& rename : diff_.renames) {
      if (rename.column.empty()) continue;
      Add(absl::StrCat("ALTER TABLE ", QuoteSqlite(rename.table.name), " RENAME COLUMN ",
                       QuoteSqlite(rename.column), " TO ", QuoteSqlite(rename.to)));
    }
    for (const Rename& rename : diff_.renames) {
      if (!rename.column.empty()) continue;
      Add(absl::StrCat("ALTER TABLE ", QuoteSqlite(rename.table.name), " RENAME TO ",
                       QuoteSqlite(rename.to)));
    }
  }

  void Alter(const TableChange& change) {
    if (rebuilt_.contains(change.from->name.name)) {
      for (DdlStatement& statement : RebuildSqliteTable(change)) {
        script_.statements.push_back(std::move(statement));
      }
      return;
    }
    const std::string alter =
        absl::StrCat("ALTER TABLE ", QuoteSqlite(change.from->name.name), " ");
    // The last column can't be dropped, so if none stays, the new ones come first.
    const bool none_stays = absl::c_none_of(change.from->columns, [&change](const Column& column) {
      return FindColumn(*change.to, column.name) != nullptr;
    });
    for (const bool adding : {none_stays, !none_stays}) {
      for (const Change<Column>& column : change.columns) {
        if (column.added() != adding) continue;
        if (adding) {
          Add(absl::StrCat(alter, "ADD COLUMN ", DeclareSqliteColumn(*column.to)));
        } else {
          Add(absl::StrCat(alter, "DROP COLUMN ", QuoteSqlite(column.from->name)),
              LossOfDroppedSqlite(change, *column.from));
        }
      }
    }
  }

  void DropTables() {
    ReferenceOrder order = OrderByReferences(diff_.dropped_tables);
    for (auto table = order.tables.rbegin(); table != order.tables.rend(); ++table) {
      Add(absl::StrCat("DROP TABLE ", QuoteSqlite((*table)->name.name)),
          absl::StrCat("drops ", (*table)->name.name, " and its rows"));
    }
  }

  const CatalogDiff& diff_;
  const SqliteTriggerRenames renames_;
  const std::vector<Kept<View>> kept_views_;
  DdlScript script_;
  std::set<std::string> rebuilt_;
  // What is not there for a time, or less than it was. By the names after the
  // renames, as all of these.
  std::set<std::string> disturbed_;
  std::set<std::string> moved_views_;
  std::set<const Trigger*> moved_triggers_;
};

}  // namespace

DdlScript RenderSqlite(const CatalogDiff& diff) { return Renderer(diff).Render(); }

}  // namespace brant
