#include "agent/schema/compare/comparison.h"

#include <iterator>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "agent/base/dialect_proto.h"
#include "agent/base/error.h"
#include "agent/schema/compare/desired_schema.h"
#include "agent/schema/compare/notes.h"
#include "agent/schema/compare/other_dialect.h"
#include "agent/schema/compare/sections.h"
#include "agent/schema/compare/sides.h"
#include "agent/schema/describe.h"

namespace brant {
namespace {

bool IsEmpty(const Catalog& catalog) {
  return catalog.tables.empty() && catalog.views.empty() && catalog.enums.empty() &&
         catalog.sequences.empty();
}

// A mistyped name or a command that prints nothing must not drop everything.
absl::Status CheckNotEmpty(const Sides& sides, bool has_models) {
  if (!IsEmpty(sides.to) || (IsEmpty(sides.from) && !has_models)) return absl::OkStatus();
  return Error(v1::ERROR_REASON_INVALID_REQUEST,
               has_models ? "the models have no table: no message has the option (brant.table)"
                          : "the desired schema is empty, and the database is not")
      .Hint("all would be dropped; if that is meant, write the revision by hand");
}

// The sides in the database's own dialect.
absl::StatusOr<Sides> ReadSides(Database& database, const ComparisonRequest& request,
                                const DesiredSchema& desired, CancelToken& cancel) {
  Sides sides;
  BRANT_ASSIGN_OR_RETURN(sides.from,
                         ReadCatalog(database, request.selection, /*must_exist=*/false, cancel));
  for (const v1::SchemaRename& rename : request.renames) {
    sides.renames.push_back(ReadRename(sides.from, rename));
  }
  for (Rename& rename : desired.PendingIn(sides.from)) {
    if (!absl::c_linear_search(sides.renames, rename)) sides.renames.push_back(std::move(rename));
  }
  BRANT_ASSIGN_OR_RETURN(sides.to, desired.Evaluate(database, request.selection, cancel));
  BRANT_RETURN_IF_ERROR(CheckNotEmpty(sides, desired.has_models()));
  BRANT_RETURN_IF_ERROR(Settle(database, request.selection, cancel, sides));
  return sides;
}

void AddOnce(std::vector<std::string>& lines, const std::string& line) {
  if (!absl::c_linear_search(lines, line)) lines.push_back(line);
}

// What one dialect has to say.
struct DialectReport {
  Dialect dialect = Dialect::kSqlite;
  std::vector<v1::SchemaChange> changes;
  DdlScript there;
  DdlScript back;
  std::vector<TranslationNote> notes;
  // Of the sections as a whole.
  std::vector<std::string> reviews;
};

absl::StatusOr<DialectReport> ReportOn(const Sides& sides, std::vector<TranslationNote> notes,
                                       std::vector<std::string> reviews, ChangedObjects& changed) {
  BRANT_ASSIGN_OR_RETURN(const CatalogDiff there, sides.There());
  BRANT_ASSIGN_OR_RETURN(const CatalogDiff back, sides.Back());
  DialectReport report;
  report.dialect = sides.from.dialect;
  report.changes = ListChanges(there);
  changed.Add(there);
  const SchemaDriver& driver = DriverFor(report.dialect);
  if (!there.empty()) {
    report.there = driver.Render(there);
    report.back = driver.Render(back);
  }
  report.notes = std::move(notes);
  report.reviews = std::move(reviews);
  return report;
}

// Tells changes of enum types as those of the columns that are of them in `catalog`.
void TellByColumns(const Catalog& catalog, std::vector<v1::SchemaChange>& changes) {
  std::vector<v1::SchemaChange> told;
  std::vector<v1::SchemaChange> of_enums;
  for (v1::SchemaChange& change : changes) {
    (change.kind() == "enum type" ? of_enums : told).push_back(std::move(change));
  }
  const auto tell = [&told](v1::SchemaChange change) {
    const bool is_told = absl::c_any_of(told, [&change](const v1::SchemaChange& other) {
      return other.action() == change.action() && other.kind() == change.kind() &&
             other.name() == change.name();
    });
    if (!is_told) told.push_back(std::move(change));
  };
  for (const v1::SchemaChange& change : of_enums) {
    // One that is added or dropped comes or goes with a change of its column.
    if (change.action() != v1::SchemaChange::ACTION_ALTER) continue;
    for (const Table& table : catalog.tables) {
      for (const Column& column : table.columns) {
        if (column.type.enum_name != change.name()) continue;
        v1::SchemaChange of_column = change;
        of_column.set_kind("column");
        of_column.set_name(absl::StrCat(Describe(table.name), ".", column.name));
        tell(std::move(of_column));
      }
    }
  }
  changes = std::move(told);
}

// A change of several dialects is one, in the words of the first of them, which says
// which they are unless they are all.
std::vector<v1::SchemaChange> JoinChanges(std::vector<DialectReport>& reports) {
  std::vector<v1::SchemaChange> changes;
  std::map<std::tuple<v1::SchemaChange::Action, std::string, std::string>, size_t> known;
  for (DialectReport& report : reports) {
    for (v1::SchemaChange& change : report.changes) {
      const auto [found, is_new] =
          known.try_emplace({change.action(), change.kind(), change.name()}, changes.size());
      if (is_new) changes.push_back(std::move(change));
      changes[found->second].add_dialects(ToProto(report.dialect));
    }
  }
  for (v1::SchemaChange& change : changes) {
    if (static_cast<size_t>(change.dialects_size()) == reports.size()) change.clear_dialects();
  }
  return changes;
}

// The database's own dialect comes first.
Comparison PutTogether(std::vector<DialectReport> reports, const ChangedObjects& changed) {
  Comparison result;
  result.changes = JoinChanges(reports);
  if (result.changes.empty()) return result;
  Sections sections;
  for (const DialectReport& report : reports) {
    std::vector<std::string> reviews = changed.Select(report.notes);
    absl::c_copy(report.reviews, std::back_inserter(reviews));
    for (const std::string& review : reviews) AddOnce(result.reviews, review);
    for (const DdlStatement& statement : report.there.statements) {
      if (!statement.data_loss.empty()) AddOnce(result.data_losses, statement.data_loss);
      if (!statement.review.empty()) AddOnce(result.reviews, statement.review);
    }
    sections.Add(v1::DIRECTION_UPGRADE, report.dialect, report.there, reviews);
    sections.Add(v1::DIRECTION_DOWNGRADE, report.dialect, report.back, report.reviews);
  }
  result.sections = std::move(sections).Take(reports.size());
  return result;
}

}  // namespace

absl::Status CheckDialects(Dialect own, const std::vector<Dialect>& dialects) {
  if (dialects.empty() || absl::c_linear_search(dialects, own)) return absl::OkStatus();
  return Error(v1::ERROR_REASON_INVALID_REQUEST,
               absl::StrCat("the dialects lack that of the database, ", DialectName(own)))
      .Hint("add it to 'dialects': what is written is tried on this database first");
}

absl::StatusOr<Comparison> CompareWithDesired(Database& database, const ScratchServers& servers,
                                              const ComparisonRequest& request,
                                              CancelToken& cancel) {
  const Dialect own = database.dialect();
  BRANT_RETURN_IF_ERROR(CheckDialects(own, request.dialects));
  std::vector<Dialect> dialects = request.dialects;
  if (dialects.empty()) dialects.push_back(own);
  BRANT_ASSIGN_OR_RETURN(const DesiredSchema desired,
                         DesiredSchema::Read(request.desired, dialects));
  BRANT_ASSIGN_OR_RETURN(const Sides sides, ReadSides(database, request, desired, cancel));
  ChangedObjects changed;
  std::vector<DialectReport> reports;
  std::vector<TranslationNote> notes;
  if (desired.has_models()) notes = desired.ModelsFor(own).notes;
  BRANT_ASSIGN_OR_RETURN(DialectReport report, ReportOn(sides, std::move(notes), {}, changed));
  reports.push_back(std::move(report));
  for (Dialect dialect : dialects) {
    if (dialect == own) continue;
    BRANT_ASSIGN_OR_RETURN(
        OtherSides other,
        ReadOtherDialect(sides, desired, dialect, servers.For(dialect), *request.bundle,
                         request.applied, request.selection, cancel));
    BRANT_ASSIGN_OR_RETURN(
        report, ReportOn(other.sides, std::move(other.notes), std::move(other.reviews), changed));
    if (other.enum_names_are_guessed) TellByColumns(other.sides.to, report.changes);
    reports.push_back(std::move(report));
  }
  Comparison result = PutTogether(std::move(reports), changed);
  BRANT_ASSIGN_OR_RETURN(const CatalogDiff there, sides.There());
  result.suggested_renames = SuggestRenames(there);
  return result;
}

absl::StatusOr<std::vector<v1::SchemaChange>> ListDifferences(Database& database,
                                                              const Selection& selection,
                                                              Catalog from, Catalog to,
                                                              CancelToken& cancel) {
  Sides sides{std::move(from), std::move(to), {}};
  BRANT_RETURN_IF_ERROR(Settle(database, selection, cancel, sides));
  BRANT_ASSIGN_OR_RETURN(const CatalogDiff diff, sides.There());
  return ListChanges(diff);
}

absl::StatusOr<Catalog> ReadCatalog(Database& database, const Selection& selection, bool must_exist,
                                    CancelToken& cancel) {
  SessionOptions options;
  options.read_only = true;
  options.must_exist = must_exist;
  BRANT_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, database.Connect(options));
  const CancelToken::Attachment attachment(cancel, *session);
  return DriverFor(database.dialect()).Introspect(*session, selection);
}

absl::StatusOr<std::string> SchemaAsSql(const Catalog& catalog, Dialect dialect) {
  return WriteSchema(Translate(catalog, DriverFor(catalog.dialect), DriverFor(dialect)).catalog);
}

}  // namespace brant
