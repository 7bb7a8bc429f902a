#include "agent/schema/sqlite/rebuild.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/schema/fill_nulls.h"
#include "agent/schema/sqlite/declare.h"
#include "agent/schema/sqlite/tokens.h"
#include "agent/schema/sqlite/types.h"

namespace brant {
namespace {

bool IsNumeric(SqliteAffinity affinity) {
  return affinity != SqliteAffinity::kNone && affinity != SqliteAffinity::kText;
}

class Rebuild {
 public:
  explicit Rebuild(const TableChange& change)
      : change_(change),
        name_(change.to->name.name),
        temporary_(absl::StrCat("brant_new_", name_)) {}

  std::vector<DdlStatement> Write() {
    for (const Column& column : change_.to->columns) Copy(column);
    for (const Change<Column>& column : change_.columns) {
      if (column.dropped()) Note(LossOfDroppedSqlite(change_, *column.from), losses_);
    }
    ReviewConstraints();
    Add(DeclareSqliteTable(*change_.to, temporary_));
    if (!targets_.empty()) {
      Add(absl::StrCat("INSERT INTO ", QuoteSqlite(temporary_), " (", absl::StrJoin(targets_, ", "),
                       ")\nSELECT ", absl::StrJoin(sources_, ", "), " FROM ", QuoteSqlite(name_)),
          "", absl::StrJoin(reviews_, "; "));
    }
    KeepNumbers();
    Add(absl::StrCat("DROP TABLE ", QuoteSqlite(name_)), absl::StrJoin(losses_, "; "));
    Add(absl::StrCat("ALTER TABLE ", QuoteSqlite(temporary_), " RENAME TO ", QuoteSqlite(name_)));
    return std::move(statements_);
  }

 private:
  void Add(std::string sql, std::string data_loss = "", std::string review = "") {
    statements_.push_back({std::move(sql), std::move(data_loss), std::move(review)});
  }

  static void Note(std::string what, std::vector<std::string>& notes) {
    if (!what.empty()) notes.push_back(std::move(what));
  }

  std::string Label(const Column& column) const { return absl::StrCat(name_, ".", column.name); }

  void Copy(const Column& column) {
    const Column* before = FindColumn(*change_.from, column.name);
    if (before != nullptr) Note(LossOf(*before, column), losses_);
    if (!column.generated.empty()) return;
    if (before == nullptr) {
      if (!column.nullable && !column.default_value.has_value() &&
          column.identity == Identity::kNone) {
        Note(absl::StrCat("fails if the table has rows: ", column.name, " has no default"),
             reviews_);
      }
      return;
    }
    Note(ReviewNulls(*before, column, *change_.to, Label(column)), reviews_);
    std::string source = QuoteSqlite(column.name);
    if (FillsNulls(*before, column)) {
      source = absl::StrCat("coalesce(", source, ", ", *column.default_value, ")");
    }
    targets_.push_back(QuoteSqlite(column.name));
    sources_.push_back(std::move(source));
  }

  // What of a column's values the new one does not take as they are.
  std::string LossOf(const Column& from, const Column& to) const {
    if (!from.generated.empty()) return "";
    const std::string name = Label(from);
    if (!to.generated.empty()) return absl::StrCat("drops the values of ", name, ", now generated");
    const auto before = AffinityOfSqlite(from.type, change_.from->options.contains("strict"));
    const auto after = AffinityOfSqlite(to.type, change_.to->options.contains("strict"));
    if (before == after) return "";
    if (!IsNumeric(before) && IsNumeric(after)) {
      return absl::StrCat("turns text in ", name, " that looks like a number into one: '007' is 7");
    }
    if (after == SqliteAffinity::kReal) {
      return absl::StrCat("rounds whole numbers in ", name, " that are beyond 2^53");
    }
    const bool has_fractions =
        before == SqliteAffinity::kReal || from.type.kind == TypeKind::kNumeric;
    if (has_fractions && after == SqliteAffinity::kText) {
      return absl::StrCat("writes numbers in ", name, " as text, with 15 digits");
    }
    return "";
  }

  // What the copying of rows is refused for.
  void ReviewConstraints() {
    const bool unique = absl::c_any_of(change_.uniques, [](const auto& c) { return !c.dropped(); });
    const bool key =
        absl::c_any_of(change_.primary_key, [](const auto& c) { return !c.dropped(); });
    if (unique || key) Note("fails if rows have the same values", reviews_);
    for (const Change<CheckConstraint>& check : change_.checks) {
      if (check.dropped()) continue;
      Note(absl::StrCat("fails if a row violates CHECK (", check.to->expression, ")"), reviews_);
    }
    if (!change_.to->options.contains("strict")) return;
    if (!change_.from->options.contains("strict")) {
      Note("fails if a value is not of its column's type: the table becomes STRICT", reviews_);
      return;
    }
    for (const Change<Column>& column : change_.columns) {
      const bool is_retyped = !column.added() && !column.dropped() &&
                              column.from->type.native != column.to->type.native;
      if (!is_retyped) continue;
      Note(absl::StrCat("fails if a value in ", Label(*column.to), " is not of the type ",
                        column.to->type.native, ": the table is STRICT"),
           reviews_);
    }
  }

  // The numbers of deleted rows must not come back.
  void KeepNumbers() {
    const auto counts = [](const Table& table) {
      return absl::c_any_of(table.columns, [](const Column& column) {
        return column.identity == Identity::kAutoIncrement;
      });
    };
    if (!counts(*change_.from) || !counts(*change_.to)) return;
    Add(absl::StrCat("DELETE FROM sqlite_sequence WHERE name = ", SqliteLiteral(temporary_)));
    Add(absl::StrCat("INSERT INTO sqlite_sequence (name, seq)\nSELECT ", SqliteLiteral(temporary_),
                     ", seq FROM sqlite_sequence WHERE name = ", SqliteLiteral(name_)));
  }

  const TableChange& change_;
  const std::string name_;
  const std::string temporary_;
  std::vector<std::string> targets_;
  std::vector<std::string> sources_;
  std::vector<std::string> losses_;
  std::vector<std::string> reviews_;
  std::vector<DdlStatement> statements_;
};

}  // namespace

std::vector<DdlStatement> RebuildSqliteTable(const TableChange& change) {
  return Rebuild(change).Write();
}

std::string LossOfDroppedSqlite(const TableChange& change, const Column& column) {
  if (!column.generated.empty()) return "";
  return absl::StrCat("drops ", change.from->name.name, ".", column.name, " and its values");
}

}  // namespace brant
