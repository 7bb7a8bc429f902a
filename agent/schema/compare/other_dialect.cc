#include "agent/schema/compare/other_dialect.h"

#include <memory>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/migrate/statement_error.h"
#include "agent/schema/compare/enum_labels.h"
#include "agent/schema/compare/patch.h"
#include "agent/schema/renames.h"
#include "agent/schema/scratch_run.h"

namespace brant {
namespace {

// Those that `from` has something for.
std::vector<Rename> RenamesIn(const Catalog& from, const std::vector<Rename>& renames) {
  std::vector<Rename> result;
  for (Rename rename : renames) {
    rename.table = TranslateName(rename.table, from.dialect);
    const Table* table = FindTable(from, rename.table);
    const bool there =
        table != nullptr && (rename.column.empty() || FindColumn(*table, rename.column) != nullptr);
    if (there) result.push_back(std::move(rename));
  }
  return result;
}

void AddMissing(const Patched& patched, const Catalog& known, OtherSides& result) {
  for (const Patched::Missing& missing : patched.missing) {
    result.reviews.push_back(absl::StrCat(
        missing.kind, " ", Describe(missing.object), missing.name.empty() ? "" : ".", missing.name,
        ": differs on ", DialectName(known.dialect), ", and is not there on ",
        DialectName(patched.catalog.dialect), ": what it is here has to be changed by hand"));
  }
}

// The known dialect's two sides in terms of the other one, with the renames done.
// What does not differ there does not differ here, since both are translated alike.
struct TranslatedSides {
  Translation from;
  Translation to;
};

absl::StatusOr<TranslatedSides> TranslateSides(const Sides& known, const SchemaDriver& other) {
  const SchemaDriver& driver = DriverFor(known.from.dialect);
  BRANT_ASSIGN_OR_RETURN(const CatalogDiff diff, known.There());
  return TranslatedSides{Translate(*diff.from, driver, other), Translate(known.to, driver, other)};
}

bool HasAny(const std::vector<bool>& flags) { return absl::c_linear_search(flags, true); }

// A section that does not run on its database is a mistake of the project's, which
// is better found now than in production.
absl::Status Upgrade(ScratchRun& run, const Bundle& bundle, const std::vector<bool>& applied) {
  for (RevisionIndex index : bundle.graph.ApplyOrder(applied)) {
    absl::Status status = run.Execute(bundle, index, Direction::kUpgrade);
    if (status.ok()) continue;
    if (IsStopped(status)) return status;
    return WithEffect(std::move(status),
                      absl::StrCat("mend it, or take ", DialectName(run.database().dialect()),
                                   " out of 'dialects'"));
  }
  return absl::OkStatus();
}

absl::StatusOr<OtherSides> Replay(const Sides& known, const DesiredSchema& desired,
                                  Database& server, const Bundle& bundle,
                                  const std::vector<bool>& applied, const Selection& selection,
                                  CancelToken& cancel) {
  const SchemaDriver& driver = DriverFor(server.dialect());
  BRANT_ASSIGN_OR_RETURN(const std::unique_ptr<ScratchRun> run, ScratchRun::Begin(server, cancel));
  BRANT_RETURN_IF_ERROR(Upgrade(*run, bundle, applied));
  OtherSides result;
  BRANT_ASSIGN_OR_RETURN(result.sides.from, run->Introspect(selection));
  result.sides.renames = RenamesIn(result.sides.from, known.renames);
  if (desired.has_models()) {
    result.notes = desired.ModelsFor(driver.dialect()).notes;
    BRANT_ASSIGN_OR_RETURN(result.sides.to, desired.Evaluate(run->database(), selection, cancel));
  } else {
    BRANT_ASSIGN_OR_RETURN(TranslatedSides translated, TranslateSides(known, driver));
    BRANT_ASSIGN_OR_RETURN(const CatalogDiff diff,
                           Diff(translated.from.catalog, translated.to.catalog));
    BRANT_ASSIGN_OR_RETURN(Catalog renamed, ApplyRenames(result.sides.from, result.sides.renames));
    const Patched patched = Patch(diff, std::move(renamed));
    AddMissing(patched, known.from, result);
    result.notes = std::move(translated.to.notes);
    BRANT_ASSIGN_OR_RETURN(std::string sql, WriteSchema(patched.catalog));
    BRANT_ASSIGN_OR_RETURN(
        result.sides.to,
        driver.Evaluate(run->database(), {{"the schema, translated", std::move(sql)}}, selection,
                        cancel));
  }
  BRANT_RETURN_IF_ERROR(Settle(run->database(), selection, cancel, result.sides));
  return result;
}

// Enums that are checks in the known dialect, and types in the other one, or have
// other names there: the labels that a column had, and what was not found for them.
void TakeBackLabels(const Catalog& from, const Catalog& to, Patched& patched) {
  const SchemaDriver& driver = DriverFor(to.dialect);
  for (Table& table : patched.catalog.tables) {
    const Table* before = FindTable(from, table.name);
    const Table* after = FindTable(to, table.name);
    if (before == nullptr || after == nullptr) continue;
    for (Column& column : table.columns) {
      if (column.type.kind != TypeKind::kEnum) continue;
      const Column* had = FindColumn(*before, column.name);
      const Column* has = FindColumn(*after, column.name);
      if (had == nullptr || has == nullptr) continue;
      const std::vector<std::string> labels = LabelsOf(*before, *had);
      if (labels.empty() || labels == LabelsOf(*after, *has)) continue;
      SetLabels(driver, labels, column, patched.catalog);
      std::erase_if(patched.missing, [&](const Patched::Missing& missing) {
        if (missing.kind == "enum type") return Describe(missing.object) == had->type.enum_name;
        return missing.object == table.name && missing.kind == "check" &&
               absl::c_any_of(before->checks, [&](const CheckConstraint& check) {
                 return check.name == missing.name && !LabelsOf(check, column.name).empty();
               });
      });
    }
  }
}

absl::StatusOr<OtherSides> Guess(const Sides& known, const DesiredSchema& desired, Dialect dialect,
                                 const std::vector<bool>& applied) {
  BRANT_ASSIGN_OR_RETURN(TranslatedSides translated, TranslateSides(known, DriverFor(dialect)));
  OtherSides result;
  BRANT_ASSIGN_OR_RETURN(const CatalogDiff back,
                         Diff(translated.to.catalog, translated.from.catalog));
  Translation wanted = desired.has_models() ? desired.ModelsFor(dialect) : translated.to;
  result.notes = std::move(wanted.notes);
  result.sides.to = std::move(wanted.catalog);
  result.sides.from.dialect = dialect;
  // No guess: before the first revision there is nothing.
  if (!HasAny(applied)) return result;
  Patched patched = Patch(back, result.sides.to);
  TakeBackLabels(translated.from.catalog, translated.to.catalog, patched);
  AddMissing(patched, known.from, result);
  for (Rename rename : known.renames) {
    rename.table = TranslateName(rename.table, dialect);
    result.sides.renames.push_back(std::move(rename));
  }
  BRANT_ASSIGN_OR_RETURN(result.sides.from,
                         ApplyRenames(patched.catalog, Reverse(result.sides.renames)));
  result.reviews.push_back(absl::StrCat(
      "guessed from what differs on ", DialectName(known.from.dialect),
      ", which does not tell apart all that ", DialectName(dialect), " does; with a database of ",
      DialectName(dialect), " in scratch-url, the revisions are replayed and compared there"));
  return result;
}

}  // namespace

absl::StatusOr<OtherSides> ReadOtherDialect(const Sides& known, const DesiredSchema& desired,
                                            Dialect dialect, Database* server, const Bundle& bundle,
                                            const std::vector<bool>& applied,
                                            const Selection& selection, CancelToken& cancel) {
  if (server == nullptr) return Guess(known, desired, dialect, applied);
  return Replay(known, desired, *server, bundle, applied, selection, cancel);
}

}  // namespace brant
