#include "agent/schema/mysql/alter_table.h"

#include <set>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/schema/fill_nulls.h"
#include "agent/schema/mysql/definitions.h"
#include "agent/schema/mysql/identifiers.h"
#include "agent/schema/mysql/own_indexes.h"
#include "agent/schema/mysql/types.h"

namespace brant::mysql {
namespace {

// The value that brings an option's default back.
std::string DefaultOf(const std::string& option) {
  if (option == "engine") return "InnoDB";
  const bool by_word = option == "row_format" || option == "pack_keys" ||
                       absl::StartsWith(option, "stats_") || absl::StartsWith(option, "`");
  return by_word ? "DEFAULT" : "0";
}

// Empty: the database's. Names of collations begin with it.
std::string CharacterSetOf(const Table& table, const Column& column) {
  std::string collation = column.collation;
  if (const auto found = table.options.find("collation");
      collation.empty() && found != table.options.end()) {
    collation = found->second;
  }
  if (!collation.empty()) return collation.substr(0, collation.find('_'));
  const auto found = table.options.find("charset");
  return found == table.options.end() ? "" : found->second;
}

class Alteration {
 public:
  Alteration(const TableChange& change, const KeyPlan& plan, const StaleText& stale)
      : change_(change), plan_(plan), stale_(stale), from_(*change.from), to_(*change.to) {}

  std::vector<DdlStatement> Write() {
    FindReplacedColumns();
    WriteOptions();
    WriteChecks();
    const size_t place_before_fills = statements_.size();
    WriteColumns();
    WriteKeys();
    WriteOwnIndexes();
    DropFirst(place_before_fills);
    std::vector<std::string> actions = options_;
    actions.insert(actions.end(), drops_.begin(), drops_.end());
    actions.insert(actions.end(), changes_.begin(), changes_.end());
    actions.insert(actions.end(), adds_.begin(), adds_.end());
    if (!actions.empty()) {
      const std::string separator = actions.size() > 1 ? "\n  " : " ";
      statements_.push_back({absl::StrCat("ALTER TABLE ", QuoteObject(to_.name), separator,
                                          absl::StrJoin(actions, ",\n  ")),
                             absl::StrJoin(losses_, "; "), absl::StrJoin(reviews_, "; ")});
    }
    return std::move(statements_);
  }

 private:
  std::string Name(const std::string& column) const {
    return absl::StrCat(Describe(to_.name), ".", column);
  }

  void FindReplacedColumns() {
    for (const Change<Column>& column : change_.columns) {
      if (!column.added() && !column.dropped() && IsReplaced(*column.from, *column.to)) {
        replaced_.insert(column.to->name);
      }
    }
  }

  void WriteOptions() {
    for (const auto& [key, value] : to_.options) {
      const auto old = from_.options.find(key);
      if (key == "charset" || key == "collation") continue;
      if (old != from_.options.end() && old->second == value) continue;
      if (key == kSystemVersioning) {
        const std::string period = PeriodDefinition(to_);
        if (!period.empty()) options_.push_back(absl::StrCat("ADD ", period));
        options_.emplace_back("ADD SYSTEM VERSIONING");
        continue;
      }
      options_.push_back(absl::StrCat(absl::AsciiStrToUpper(key), "=", value));
    }
    for (const auto& [key, value] : from_.options) {
      if (key == "charset" || key == "collation" || to_.options.contains(key)) continue;
      if (key == kSystemVersioning) {
        options_.emplace_back("DROP SYSTEM VERSIONING");
        losses_.push_back(absl::StrCat("drops what the rows of ", Describe(to_.name), " were"));
        continue;
      }
      options_.push_back(absl::StrCat(absl::AsciiStrToUpper(key), "=", DefaultOf(key)));
    }
    if (change_.comment_differs) {
      options_.push_back(absl::StrCat("COMMENT=", QuoteString(to_.comment)));
    }
    if (CharacterSetDiffers(change_)) WriteCharacterSet();
  }

  // Columns that name no collation follow. That of the database has to be asked
  // for: DEFAULT means the character set's.
  void WriteCharacterSet() {
    if (std::string option = CharacterSetOption(to_); !option.empty()) {
      options_.push_back(std::move(option));
    } else {
      const std::string alter =
          absl::StrCat("ALTER TABLE ", QuoteObject(to_.name), " DEFAULT COLLATE ");
      statements_.push_back({absl::StrCat("SET @brant_statement = CONCAT(", QuoteString(alter),
                                          ", @@collation_database)")});
      statements_.push_back({"PREPARE brant_statement FROM @brant_statement"});
      statements_.push_back({"EXECUTE brant_statement"});
      statements_.push_back({"DEALLOCATE PREPARE brant_statement"});
    }
    for (const Column& column : to_.columns) {
      const Column* old = FindColumn(from_, column.name);
      const bool follows = HasCharacterSet(column.type) && column.collation.empty();
      if (old == nullptr || !follows || replaced_.contains(column.name)) continue;
      Modify(column);
      // What is said of a column that changes is said with its change.
      if (std::string loss = LossOf(*old, column); !loss.empty() && *old == column) {
        losses_.push_back(std::move(loss));
      }
    }
    reviews_.push_back("writes texts in another character set or order");
  }

  void Modify(const Column& column) {
    if (!modified_.insert(column.name).second) return;
    changes_.push_back(absl::StrCat("MODIFY COLUMN ", ColumnDefinition(to_, column)));
  }

  void WriteChecks() {
    for (const Change<CheckConstraint>& check : change_.checks) {
      if (!check.added()) DropCheck(*check.from);
      if (!check.dropped()) AddCheck(*check.to);
    }
  }

  void DropCheck(const CheckConstraint& check) {
    if (!check.of_column) {
      early_drops_.push_back(absl::StrCat("DROP CONSTRAINT ", QuoteIdentifier(check.name)));
      return;
    }
    const Column* column = FindColumn(to_, check.name);
    if (column != nullptr && !replaced_.contains(column->name)) Modify(*column);
  }

  void AddCheck(const CheckConstraint& check) {
    if (check.of_column) {
      const Column* old = FindColumn(from_, check.name);
      const Column* column = FindColumn(to_, check.name);
      if (old == nullptr || column == nullptr || replaced_.contains(check.name)) return;
      Modify(*column);
    } else {
      adds_.push_back(absl::StrCat("ADD ", CheckDefinition(check)));
    }
    reviews_.push_back(absl::StrCat("fails if a row does not satisfy the check ", check.name));
  }

  // Checks and indexes that are dropped must not stand in the way of the rows' new
  // values, or of the type that these are of.
  void DropFirst(size_t place_before_fills) {
    const bool fills = absl::c_any_of(change_.columns, [](const Change<Column>& column) {
      return !column.added() && !column.dropped() && FillsNulls(*column.from, *column.to);
    });
    if (!fills) {
      drops_.insert(drops_.begin(), early_drops_.begin(), early_drops_.end());
    } else if (!early_drops_.empty()) {
      statements_.insert(statements_.begin() + static_cast<ptrdiff_t>(place_before_fills),
                         {absl::StrCat("ALTER TABLE ", QuoteObject(to_.name), " ",
                                       absl::StrJoin(early_drops_, ", "))});
    }
  }

  void WriteColumns() {
    for (const Change<Column>& column : change_.columns) {
      if (column.added()) {
        AddColumn(*column.to);
      } else if (column.dropped()) {
        DropColumn(*column.from);
        std::string stale = stale_.OfDroppedColumn(to_.name.name, column.from->name);
        if (!stale.empty()) reviews_.push_back(std::move(stale));
      } else if (replaced_.contains(column.to->name)) {
        DropColumn(*column.from);
        AddColumn(*column.to);
      } else {
        if (FillsNulls(*column.from, *column.to)) FillNulls(*column.from, *column.to);
        Modify(*column.to);
        JudgeModification(*column.from, *column.to);
      }
    }
  }

  void AddColumn(const Column& column) {
    adds_.push_back(absl::StrCat("ADD COLUMN ", ColumnDefinition(to_, column)));
    const bool given = column.nullable || column.default_value.has_value() ||
                       column.identity != Identity::kNone || !column.generated.empty();
    if (given) return;
    reviews_.push_back(absl::StrCat(Name(column.name),
                                    " is NOT NULL without a default: rows that are there get "
                                    "the type's empty value"));
  }

  void DropColumn(const Column& column) {
    drops_.push_back(absl::StrCat("DROP COLUMN ", QuoteIdentifier(column.name)));
    if (!column.generated.empty()) return;
    losses_.push_back(absl::StrCat("drops ", Name(column.name), " and its values"));
  }

  void JudgeModification(const Column& from, const Column& to) {
    std::string loss = LossOf(from, to);
    if (!loss.empty() && !IsAlteredBefore(from, to)) losses_.push_back(std::move(loss));
    if (FillsNulls(from, to)) return;
    std::string review = ReviewNulls(from, to, to_, Name(to.name));
    if (!review.empty()) reviews_.push_back(std::move(review));
  }

  std::string LossOf(const Column& from, const Column& to) const {
    if (!Holds(to.type, from.type)) {
      return absl::StrCat(Name(to.name), " turns from ", from.type.native, " into ", to.type.native,
                          ", which does not hold all its values");
    }
    const std::string before = CharacterSetOf(from_, from);
    const std::string after = CharacterSetOf(to_, to);
    const bool is_text = HasCharacterSet(from.type) && HasCharacterSet(to.type);
    if (!is_text || HoldsCharacters(after, before)) return "";
    const absl::string_view unnamed = "the database's character set";
    return absl::StrCat(Name(to.name), " turns from ", before.empty() ? unnamed : before, " into ",
                        after.empty() ? unnamed : after,
                        ", which does not have all its characters");
  }

  // The default that fills a column is of the new type.
  static bool IsAlteredBefore(const Column& from, const Column& to) {
    return FillsNulls(from, to) &&
           (from.type.native != to.type.native || from.collation != to.collation);
  }

  void FillNulls(const Column& from, const Column& to) {
    if (IsAlteredBefore(from, to)) {
      Column nullable = to;
      nullable.nullable = true;
      statements_.push_back({absl::StrCat("ALTER TABLE ", QuoteObject(to_.name), " MODIFY COLUMN ",
                                          ColumnDefinition(to_, nullable)),
                             LossOf(from, to)});
    }
    const std::string name = QuoteIdentifier(to.name);
    std::string sql =
        absl::StrCat("UPDATE ", QuoteObject(to_.name), " SET ", name, " = ", *to.default_value);
    // These would get the time of the migration.
    for (const Column& other : from_.columns) {
      if (other.on_update.empty() || other.name == to.name) continue;
      const std::string same = QuoteIdentifier(other.name);
      absl::StrAppend(&sql, ", ", same, " = ", same);
    }
    absl::StrAppend(&sql, " WHERE ", name, " IS NULL");
    statements_.push_back({std::move(sql), "", ReviewNulls(from, to, to_, Name(to.name))});
  }

  void WriteKeys() {
    for (const Change<PrimaryKey>& key : change_.primary_key) {
      if (!key.added()) drops_.emplace_back("DROP PRIMARY KEY");
      if (key.dropped()) continue;
      adds_.push_back(absl::StrCat("ADD ", PrimaryKeyDefinition(*key.to)));
      reviews_.emplace_back("fails if rows have the same primary key");
    }
    for (const Change<UniqueConstraint>& unique : change_.uniques) {
      if (Renames(unique)) continue;
      if (!unique.added()) DropIndex(unique.from->name);
      if (unique.dropped()) continue;
      adds_.push_back(absl::StrCat("ADD ", UniqueDefinition(*unique.to)));
      JudgeUnique(unique.to->name);
    }
    for (const Change<Index>& index : change_.indexes) {
      if (Renames(index)) continue;
      if (!index.added()) DropIndex(index.from->name);
      if (index.dropped()) continue;
      adds_.push_back(absl::StrCat("ADD ", IndexDefinition(*index.to)));
      if (index.to->unique) JudgeUnique(index.to->name);
    }
    RestoreIndexes();
  }

  void JudgeUnique(const std::string& name) {
    reviews_.push_back(absl::StrCat("fails if rows are the same in the unique key ", name));
  }

  void DropIndex(const std::string& name) {
    if (!dropped_indexes_.insert(name).second) return;
    (IsNeeded(name) ? drops_ : early_drops_).push_back(DropIndexClause(name));
  }

  static std::string DropIndexClause(const std::string& name) {
    return absl::StrCat("DROP INDEX ", QuoteIdentifier(name));
  }

  // AUTO_INCREMENT columns and foreign keys must have an index at any time.
  bool IsNeeded(const std::string& index) const {
    std::set<std::string> columns;
    for (const Column& column : from_.columns) {
      if (column.identity != Identity::kNone) columns.insert(column.name);
    }
    const auto drops = plan_.drops.find(to_.name);
    for (const ForeignKey& key : from_.foreign_keys) {
      const bool is_gone =
          drops != plan_.drops.end() && absl::c_linear_search(drops->second, key.name);
      if (!is_gone) columns.insert(key.columns[0]);
    }
    const auto is_of = [&](const auto& other) {
      return other.name == index && Has(other, columns);
    };
    return absl::c_any_of(from_.uniques, is_of) || absl::c_any_of(from_.indexes, is_of) ||
           absl::c_any_of(OwnIndexes(from_), is_of);
  }

  static bool Has(const UniqueConstraint& unique, const std::set<std::string>& columns) {
    return absl::c_any_of(unique.columns,
                          [&](const std::string& column) { return columns.contains(column); });
  }
  static bool Has(const Index& index, const std::set<std::string>& columns) {
    return absl::c_any_of(index.parts,
                          [&](const IndexPart& part) { return columns.contains(part.column); });
  }

  bool IsIndexOf(const Table& table, const std::string& name) const {
    const auto same = [&name](const auto& element) { return element.name == name; };
    return absl::c_any_of(table.uniques, same) || absl::c_any_of(table.indexes, same) ||
           absl::c_any_of(OwnIndexes(table), same);
  }

  // Writes RENAME INDEX if only the name differs, and nothing else is in the way.
  template <typename T>
  bool Renames(const Change<T>& change) {
    if (change.added() || change.dropped()) return false;
    T copy = *change.from;
    copy.name = change.to->name;
    if (!(copy == *change.to) || change.from->name == change.to->name) return false;
    if (Has(*change.from, replaced_) || IsIndexOf(from_, change.to->name)) return false;
    changes_.push_back(absl::StrCat("RENAME INDEX ", QuoteIdentifier(change.from->name), " TO ",
                                    QuoteIdentifier(change.to->name)));
    return true;
  }

  // An index loses a column that is dropped, also if that is added again.
  void RestoreIndexes() {
    for (const UniqueConstraint& unique : from_.uniques) {
      const bool stays = absl::c_linear_search(to_.uniques, unique);
      if (!stays || !Has(unique, replaced_)) continue;
      RestoreIndex(unique.name, UniqueDefinition(unique));
    }
    for (const Index& index : from_.indexes) {
      const bool stays = absl::c_linear_search(to_.indexes, index);
      if (!stays || !Has(index, replaced_)) continue;
      RestoreIndex(index.name, IndexDefinition(index));
    }
  }

  // In one statement, since foreign keys of other tables may stand on it.
  void RestoreIndex(const std::string& name, const std::string& definition) {
    if (dropped_indexes_.insert(name).second) drops_.push_back(DropIndexClause(name));
    adds_.push_back(absl::StrCat("ADD ", definition));
  }

  // The server makes its own index with a foreign key, but not when another index
  // goes that did for it; and never drops it.
  void WriteOwnIndexes() {
    const std::vector<Index> before = OwnIndexes(from_);
    const std::vector<Index> after = OwnIndexes(to_);
    for (const Index& index : before) {
      if (!absl::c_linear_search(after, index)) DropIndex(index.name);
    }
    for (const Index& index : after) {
      if (absl::c_linear_search(before, index) || plan_.IsAdded(to_.name, index.name)) continue;
      adds_.push_back(absl::StrCat("ADD ", IndexDefinition(index)));
    }
  }

  const TableChange& change_;
  const KeyPlan& plan_;
  const StaleText& stale_;
  const Table& from_;
  const Table& to_;
  std::set<std::string> replaced_;
  std::set<std::string> modified_;
  std::set<std::string> dropped_indexes_;
  std::vector<std::string> options_;
  std::vector<std::string> drops_;
  // Of checks and indexes.
  std::vector<std::string> early_drops_;
  std::vector<std::string> changes_;
  std::vector<std::string> adds_;
  std::vector<std::string> losses_;
  std::vector<std::string> reviews_;
  std::vector<DdlStatement> statements_;
};

}  // namespace

std::vector<DdlStatement> AlterTable(const TableChange& change, const KeyPlan& plan,
                                     const StaleText& stale) {
  return Alteration(change, plan, stale).Write();
}

}  // namespace brant::mysql
