#include "agent/schema/postgresql/alter_columns.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "agent/schema/fill_nulls.h"
#include "agent/schema/postgresql/definitions.h"
#include "agent/schema/postgresql/identifier.h"
#include "agent/schema/postgresql/sequence_options.h"
#include "agent/schema/postgresql/types.h"

namespace brant {
namespace {

bool IsIdentity(const Column& column) {
  return column.identity == Identity::kAlways || column.identity == Identity::kByDefault;
}

bool IsSerial(const Column& column) { return column.identity == Identity::kSerial; }

// The statement that the server makes with the real name of the column's sequence,
// which after renames is no longer that of table and column.
std::string WithSequence(const std::string& sequence, absl::string_view before,
                         const std::string& after) {
  const std::string format = absl::StrCat(before, " %s", after.empty() ? "" : " ", after);
  return absl::StrCat("DO $brant$ BEGIN EXECUTE format(", LiteralPostgresql(format), ", ", sequence,
                      "); END $brant$");
}

// As the server names it by itself, cut to what a name may have.
std::string SequenceName(const ObjectName& table, const std::string& column) {
  constexpr size_t kLongest = 63;
  constexpr absl::string_view kSuffix = "_seq";
  std::string left = table.name;
  std::string right = column;
  while (left.size() + right.size() + 1 + kSuffix.size() > kLongest) {
    (left.size() > right.size() ? left : right).pop_back();
  }
  return QuotePostgresql(ObjectName{table.schema, absl::StrCat(left, "_", right, kSuffix)});
}

// Numbers that rows have are not given again.
std::string Continue(const ObjectName& table, const Column& column) {
  const std::string name = QuotePostgresql(column.name);
  return absl::StrCat("SELECT setval(", SequenceOfPostgresql(table, column.name), ", max(", name,
                      ")) FROM ", QuotePostgresql(table), " HAVING max(", name,
                      ") >= ", column.sequence.min_value.value_or(1));
}

// Checks that wait for the commit: while they do, the server alters nothing.
bool DefersChecks(const Table& table) {
  const auto deferred = [](const auto& constraint) { return constraint.initially_deferred; };
  return absl::c_any_of(table.foreign_keys, deferred) || absl::c_any_of(table.uniques, deferred) ||
         (table.primary_key.has_value() && deferred(*table.primary_key)) ||
         absl::c_any_of(table.exclusions,
                        [](const ExclusionConstraint& exclusion) {
                          return absl::StrContains(exclusion.definition, "INITIALLY DEFERRED");
                        }) ||
         absl::c_any_of(table.triggers, [](const Trigger& trigger) {
           return absl::StrContains(trigger.definition, "INITIALLY DEFERRED");
         });
}

bool Ascends(const Column& column) { return column.sequence.increment.value_or(1) > 0; }

class ColumnChanges {
 public:
  ColumnChanges(const TablePlan& plan, const MissingNeeds& needs,
                const ExcludedViews& excluded_views)
      : plan_(plan),
        needs_(needs),
        excluded_views_(excluded_views),
        table_(QuotePostgresql(plan.to->name)),
        label_(Describe(plan.to->name)) {}

  std::vector<DdlStatement> Render() {
    ReviewExcludedViews();
    // Generated columns first: others that are dropped may be what they are made of.
    for (const Column& column : plan_.from->columns) {
      if (plan_.rebuilt.contains(column.name)) Rebuild(column);
    }
    DropColumns();
    for (const Column& to : plan_.to->columns) {
      const Column* from = FindColumn(*plan_.from, to.name);
      if (from == nullptr || *from != to) {
        std::string missing = needs_.Of(plan_.to->needs, to.name);
        if (!missing.empty()) reviews_.push_back(std::move(missing));
      }
      if (from == nullptr) {
        Add(to);
      } else if (plan_.rebuilt.contains(to.name)) {
        main_.push_back(absl::StrCat("ADD COLUMN ", DefinePostgresql(to)));
      } else {
        Alter(*from, to);
      }
    }
    std::vector<DdlStatement> statements;
    const auto alter = [&](const std::vector<std::string>& actions, DdlStatement statement) {
      if (actions.empty()) return;
      statement.sql = absl::StrCat("ALTER TABLE ", table_, actions.size() > 1 ? "\n  " : " ",
                                   absl::StrJoin(actions, ",\n  "));
      statements.push_back(std::move(statement));
    };
    alter(before_, {});
    for (std::string& sql : sequences_) statements.push_back({std::move(sql)});
    alter(main_, {"", absl::StrJoin(losses_, "; "), absl::StrJoin(reviews_, "; ")});
    for (DdlStatement& statement : fills_) statements.push_back(std::move(statement));
    if (!fills_.empty() && DefersChecks(*plan_.from)) {
      statements.push_back({"SET CONSTRAINTS ALL IMMEDIATE"});
    }
    alter(after_, {"", "", absl::StrJoin(null_reviews_, "; ")});
    for (DdlStatement& statement : finish_) statements.push_back(std::move(statement));
    return statements;
  }

 private:
  std::string Label(const Column& column) const { return absl::StrCat(label_, ".", column.name); }

  std::string AlterColumn(const Column& column, absl::string_view what) const {
    return absl::StrCat("ALTER COLUMN ", QuotePostgresql(column.name), " ", what);
  }

  void ReviewExcludedViews() {
    std::set<std::string> columns = plan_.dropped;
    columns.insert(plan_.retyped.begin(), plan_.retyped.end());
    columns.insert(plan_.rebuilt.begin(), plan_.rebuilt.end());
    std::string review = excluded_views_.Review(plan_.to->name, columns);
    if (!review.empty()) reviews_.push_back(std::move(review));
  }

  void Rebuild(const Column& from) {
    main_.push_back(absl::StrCat("DROP COLUMN ", QuotePostgresql(from.name)));
    if (from.generated.empty())
      losses_.push_back(absl::StrCat("drops the values of ", Label(from)));
  }

  // With generated ones ahead of those that they may be made of.
  void DropColumns() {
    for (const bool generated : {true, false}) {
      for (const Column& column : plan_.from->columns) {
        if (!plan_.dropped.contains(column.name) || column.generated.empty() == generated) continue;
        main_.push_back(absl::StrCat("DROP COLUMN ", QuotePostgresql(column.name)));
        if (column.generated.empty()) {
          losses_.push_back(absl::StrCat("drops ", Label(column), " and its values"));
        }
        ReviewTriggers(column);
      }
    }
  }

  // Those that name the column: what they are without it is not Brant's to say.
  void ReviewTriggers(const Column& column) {
    for (const Trigger& trigger : plan_.from->triggers) {
      absl::string_view head = trigger.definition;
      absl::ConsumePrefix(&head, "CREATE CONSTRAINT");
      absl::ConsumePrefix(&head, "CREATE");
      absl::ConsumePrefix(&head, absl::StrCat(" TRIGGER ", QuotePostgresql(trigger.name)));
      head = head.substr(0, head.find(" EXECUTE "));
      if (!MentionsPostgresql(head, column.name)) continue;
      reviews_.push_back(absl::StrCat("the trigger ", trigger.name, " names ", Label(column),
                                      ": PostgreSQL refuses this; drop it before and make it "
                                      "anew"));
    }
  }

  void Add(const Column& to) {
    main_.push_back(absl::StrCat("ADD COLUMN ", DefinePostgresql(to)));
    const bool filled =
        to.default_value.has_value() || to.identity != Identity::kNone || !to.generated.empty();
    if (!to.nullable && !filled) {
      reviews_.push_back(absl::StrCat(Label(to), " is NOT NULL without a default: this fails if ",
                                      label_, " has rows"));
    }
    for (DdlStatement& statement : FinishSerialPostgresql(plan_.to->name, to)) {
      finish_.push_back(std::move(statement));
    }
  }

  void Alter(const Column& from, const Column& to) {
    const bool retyped = plan_.retyped.contains(to.name);
    if (!from.generated.empty() && to.generated.empty()) {
      before_.push_back(AlterColumn(to, "DROP EXPRESSION"));
    }
    if (IsIdentity(from) && !IsIdentity(to)) before_.push_back(AlterColumn(to, "DROP IDENTITY"));
    const bool default_stays = from.default_value == to.default_value && !retyped;
    const bool serial_ends = IsSerial(from) && !IsSerial(to);
    if ((from.default_value.has_value() && !default_stays) || serial_ends) DropDefault(to);
    if (serial_ends) {
      // Before the next sequence takes its place.
      DropSequence(to);
    }
    if (retyped) Retype(from, to);
    if (from.nullable && !to.nullable) SetNotNull(from, to);
    if (!from.nullable && to.nullable) main_.push_back(AlterColumn(to, "DROP NOT NULL"));
    if (to.default_value.has_value() && !default_stays) {
      main_.push_back(AlterColumn(to, absl::StrCat("SET DEFAULT ", *to.default_value)));
    }
    if (IsSerial(to)) AlterSerial(from, to);
    if (IsIdentity(to)) AlterIdentity(from, to);
  }

  // Behind its new type and default.
  void SetNotNull(const Column& from, const Column& to) {
    after_.push_back(AlterColumn(to, "SET NOT NULL"));
    std::string review = ReviewNulls(from, to, *plan_.to, Label(to));
    if (FillsNulls(from, to)) {
      const std::string name = QuotePostgresql(to.name);
      fills_.push_back({absl::StrCat("UPDATE ", table_, " SET ", name, " = ", *to.default_value,
                                     " WHERE ", name, " IS NULL"),
                        "", std::move(review)});
    } else if (!review.empty()) {
      null_reviews_.push_back(std::move(review));
    }
  }

  void DropDefault(const Column& to) { before_.push_back(AlterColumn(to, "DROP DEFAULT")); }

  void DropSequence(const Column& to) {
    sequences_.push_back(
        WithSequence(SequenceOfPostgresql(plan_.to->name, to.name), "DROP SEQUENCE", ""));
  }

  void Retype(const Column& from, const Column& to) {
    const std::string conversion =
        ConversionPostgresql(QuotePostgresql(to.name), from.type, to.type);
    main_.push_back(
        AlterColumn(to, absl::StrCat("TYPE ", to.type.native, CollatePostgresql(to.collation),
                                     conversion.empty() ? "" : " USING ", conversion)));
    if (NarrowsPostgresql(from.type, to.type)) {
      losses_.push_back(absl::StrCat(Label(to), " becomes ", to.type.native,
                                     ": what does not fit is rounded, cut or refused"));
    }
    const bool gets_zone =
        from.type.kind == TypeKind::kTimestamp && to.type.kind == TypeKind::kTimestampTz;
    const bool loses_zone =
        from.type.kind == TypeKind::kTimestampTz && to.type.kind == TypeKind::kTimestamp;
    if (gets_zone || loses_zone) {
      reviews_.push_back(absl::StrCat(Label(to), " is converted by the time zone of the session"));
    }
  }

  void AlterSerial(const Column& from, const Column& to) {
    const std::string sequence = SequenceOfPostgresql(plan_.to->name, to.name);
    if (!IsSerial(from)) {
      const std::string name = SequenceName(plan_.to->name, to.name);
      SequenceOptions options = to.sequence;
      if (options.data_type.empty()) options.data_type = to.type.native;
      sequences_.push_back(absl::StrCat("CREATE SEQUENCE ", name, WriteSequenceOptions(options),
                                        " OWNED BY ", table_, ".", QuotePostgresql(to.name)));
      main_.push_back(AlterColumn(
          to, absl::StrCat("SET DEFAULT nextval(", LiteralPostgresql(name), "::regclass)")));
      if (Ascends(to)) finish_.push_back({Continue(plan_.to->name, to)});
      return;
    }
    SequenceOptions old = from.sequence;
    SequenceOptions wanted = to.sequence;
    if (old.data_type.empty()) old.data_type = from.type.native;
    if (wanted.data_type.empty()) wanted.data_type = to.type.native;
    if (old == wanted) return;
    finish_.push_back(
        {WithSequence(sequence, "ALTER SEQUENCE",
                      absl::StrJoin(WriteSequenceChange(old, wanted, to.type.native), " "))});
  }

  void AlterIdentity(const Column& from, const Column& to) {
    const std::string kind = to.identity == Identity::kAlways ? "ALWAYS" : "BY DEFAULT";
    if (!IsIdentity(from)) {
      std::string options = WriteSequenceOptions(to.sequence);
      if (!options.empty()) options = absl::StrCat(" (", options.substr(1), ")");
      after_.push_back(
          AlterColumn(to, absl::StrCat("ADD GENERATED ", kind, " AS IDENTITY", options)));
      if (Ascends(to)) finish_.push_back({Continue(plan_.to->name, to)});
      return;
    }
    std::vector<std::string> changes;
    if (from.identity != to.identity) changes.push_back(absl::StrCat("GENERATED ", kind));
    if (from.sequence != to.sequence) {
      for (std::string& change : WriteSequenceChange(from.sequence, to.sequence, to.type.native)) {
        changes.push_back(std::move(change));
      }
    }
    if (changes.empty()) return;
    after_.push_back(AlterColumn(to, absl::StrCat("SET ", absl::StrJoin(changes, " SET "))));
  }

  const TablePlan& plan_;
  const MissingNeeds& needs_;
  const ExcludedViews& excluded_views_;
  const std::string table_;
  const std::string label_;
  // Actions of ALTER TABLE. The server looks at the sequence of an identity column
  // before it looks at new types, so what ends or begins one is apart.
  std::vector<std::string> before_;
  std::vector<std::string> main_;
  std::vector<std::string> after_;
  // Statements between `before_` and `main_`, between `main_` and `after_`, and at
  // the end.
  std::vector<std::string> sequences_;
  std::vector<DdlStatement> fills_;
  std::vector<DdlStatement> finish_;
  // Of `main_`.
  std::vector<std::string> losses_;
  std::vector<std::string> reviews_;
  // Of `after_`.
  std::vector<std::string> null_reviews_;
};

}  // namespace

std::vector<DdlStatement> AlterColumnsPostgresql(const TablePlan& plan, const MissingNeeds& needs,
                                                 const ExcludedViews& excluded_views) {
  return ColumnChanges(plan, needs, excluded_views).Render();
}

std::vector<DdlStatement> FinishSerialPostgresql(const ObjectName& table, const Column& column) {
  std::vector<DdlStatement> statements;
  if (column.identity != Identity::kSerial) return statements;
  if (column.sequence != SequenceOptions()) {
    SequenceOptions usual;
    usual.data_type = column.type.native;
    SequenceOptions wanted = column.sequence;
    if (wanted.data_type.empty()) wanted.data_type = column.type.native;
    std::vector<std::string> changes = WriteSequenceChange(usual, wanted, column.type.native);
    // Nobody has taken a number from it.
    changes.push_back("RESTART");
    statements.push_back({WithSequence(SequenceOfPostgresql(table, column.name), "ALTER SEQUENCE",
                                       absl::StrJoin(changes, " "))});
  }
  if (column.nullable) {
    statements.push_back({absl::StrCat("ALTER TABLE ", QuotePostgresql(table), " ALTER COLUMN ",
                                       QuotePostgresql(column.name), " DROP NOT NULL")});
  }
  return statements;
}

}  // namespace brant
