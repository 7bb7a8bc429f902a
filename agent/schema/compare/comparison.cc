#include "agent/schema/compare/comparison.h"

#include <memory>
#include <set>
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
  BRANT_ASSIGN_OR_RETURN(sides.from, ReadCatalog(database, request.selection, cancel));
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

// Puts together what the dialects have to say.
class Report {
 public:
  // The database's own dialect comes first: of the others, only what it has not is
  // told as theirs.
  absl::Status Add(const Sides& sides, const std::vector<TranslationNote>& notes,
                   const std::vector<std::string>& reviews) {
    BRANT_ASSIGN_OR_RETURN(const CatalogDiff there, sides.There());
    BRANT_ASSIGN_OR_RETURN(const CatalogDiff back, sides.Back());
    const SchemaDriver& driver = DriverFor(sides.from.dialect);
    AddChanges(there, driver.dialect());
    Written written;
    written.dialect = driver.dialect();
    if (!there.empty()) {
      written.there = driver.Render(there);
      written.back = driver.Render(back);
      written.reviews = NotesOf(there, notes);
    }
    written.reviews.insert(written.reviews.end(), reviews.begin(), reviews.end());
    written_.push_back(std::move(written));
    return absl::OkStatus();
  }

  Comparison Take() && {
    if (result_.changes.empty()) return std::move(result_);
    Sections sections;
    for (const Written& written : written_) {
      for (const std::string& review : written.reviews) AddOnce(result_.reviews, review);
      for (const DdlStatement& statement : written.there.statements) {
        if (!statement.data_loss.empty()) AddOnce(result_.data_losses, statement.data_loss);
        if (!statement.review.empty()) AddOnce(result_.reviews, statement.review);
      }
      sections.Add(v1::DIRECTION_UPGRADE, written.dialect, written.there, written.reviews);
      sections.Add(v1::DIRECTION_DOWNGRADE, written.dialect, written.back);
    }
    result_.sections = std::move(sections).Take(written_.size());
    return std::move(result_);
  }

 private:
  struct Written {
    Dialect dialect = Dialect::kSqlite;
    DdlScript there;
    DdlScript back;
    // Of the section as a whole.
    std::vector<std::string> reviews;
  };

  void AddChanges(const CatalogDiff& diff, Dialect dialect) {
    const bool is_first = written_.empty();
    for (v1::SchemaChange& change : ListChanges(diff)) {
      const bool is_new = known_.insert({change.action(), change.kind(), change.name()}).second;
      if (!is_first && !is_new) continue;
      if (!is_first) change.set_dialect(ToProto(dialect));
      result_.changes.push_back(std::move(change));
    }
  }

  Comparison result_;
  std::vector<Written> written_;
  std::set<std::tuple<v1::SchemaChange::Action, std::string, std::string>> known_;
};

}  // namespace

absl::StatusOr<Comparison> CompareWithDesired(Database& database, const ScratchServers& servers,
                                              const ComparisonRequest& request,
                                              CancelToken& cancel) {
  const Dialect own = database.dialect();
  if (!request.dialects.empty() && !absl::c_linear_search(request.dialects, own)) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST,
                 absl::StrCat("the dialects lack that of the database, ", DialectName(own)))
        .Hint("add it to 'dialects': what is written is tried on this database first");
  }
  BRANT_ASSIGN_OR_RETURN(const DesiredSchema desired, DesiredSchema::Read(request.desired));
  BRANT_ASSIGN_OR_RETURN(const Sides sides, ReadSides(database, request, desired, cancel));
  Report report;
  BRANT_RETURN_IF_ERROR(report.Add(
      sides, desired.has_models() ? desired.ModelsFor(own).notes : std::vector<TranslationNote>(),
      {}));
  for (Dialect dialect : request.dialects) {
    if (dialect == own) continue;
    BRANT_ASSIGN_OR_RETURN(
        const OtherSides other,
        ReadOtherDialect(sides, desired, dialect, servers.For(dialect), *request.bundle,
                         request.applied, request.selection, cancel));
    BRANT_RETURN_IF_ERROR(report.Add(other.sides, other.notes, other.reviews));
  }
  Comparison result = std::move(report).Take();
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

absl::StatusOr<Catalog> ReadCatalog(Database& database, const Selection& selection,
                                    CancelToken& cancel) {
  SessionOptions options;
  options.read_only = true;
  BRANT_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, database.Connect(options));
  const CancelToken::Attachment attachment(cancel, *session);
  return DriverFor(database.dialect()).Introspect(*session, selection);
}

absl::StatusOr<std::string> SchemaAsSql(const Catalog& catalog, Dialect dialect) {
  return WriteSchema(Translate(catalog, DriverFor(catalog.dialect), DriverFor(dialect)).catalog);
}

}  // namespace brant
