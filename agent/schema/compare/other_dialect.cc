#include "agent/schema/compare/other_dialect.h"

#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/migrate/statement_error.h"
#include "agent/schema/compare/enum_labels.h"
#include "agent/schema/compare/names_there.h"
#include "agent/schema/compare/patch.h"
#include "agent/schema/renames.h"
#include "agent/schema/scratch_run.h"

namespace brant {
namespace {

std::string Line(const PatchRemark& remark, Dialect known, Dialect there) {
  const std::string subject = absl::StrCat(remark.what, " ", Describe(remark.object),
                                           remark.name.empty() ? "" : ".", remark.name, ": ");
  switch (remark.kind) {
    case PatchRemark::Kind::kMissing:
      return absl::StrCat(subject, "differs on ", DialectName(known), ", and is not there on ",
                          DialectName(there), ": what it is here has to be changed by hand");
    case PatchRemark::Kind::kGoesAlong:
      return absl::StrCat(subject, "was made for ", DialectName(there),
                          " alone, and goes with what it is made of");
    case PatchRemark::Kind::kReplaced:
      break;
  }
  return absl::StrCat(subject, "was made otherwise for ", DialectName(there),
                      ", which is replaced by what it is on ", DialectName(known));
}

void AddRemarks(const Patched& patched, Dialect known, OtherSides& result) {
  for (const PatchRemark& remark : patched.remarks) {
    result.reviews.push_back(Line(remark, known, patched.catalog.dialect));
  }
}

// The known dialect's two sides in terms of the other one, with the renames done.
// What does not differ there does not differ here, since both are translated alike.
struct TranslatedSides {
  Catalog from;
  Translation to;
};

absl::StatusOr<TranslatedSides> TranslateSides(const Sides& known, const NamesThere& names,
                                               const SchemaDriver& other) {
  const SchemaDriver& driver = DriverFor(known.from.dialect);
  BRANT_ASSIGN_OR_RETURN(const CatalogDiff diff, known.There());
  TranslatedSides result;
  result.from = names.Of(Translate(*diff.from, driver, other).catalog);
  result.to = Translate(known.to, driver, other);
  result.to.catalog = names.Of(std::move(result.to.catalog));
  return result;
}

// There is something to rename.
bool IsThere(const Rename& rename, const Catalog& catalog) {
  const Table* table = FindTable(catalog, rename.table);
  return table != nullptr &&
         (rename.column.empty() || FindColumn(*table, rename.column) != nullptr);
}

// Those of the known dialect, as far as there is something to rename, and what the
// models say besides.
std::vector<Rename> RenamesThere(const Sides& known, const DesiredSchema& desired,
                                 const NamesThere& names, OtherSides& result) {
  const Catalog& from = result.sides.from;
  std::vector<Rename> renames = desired.PendingIn(from);
  for (const Rename& rename : known.renames) {
    const std::optional<Rename> there = names.Of(rename);
    if (!there.has_value() || !IsThere(*there, from)) {
      result.reviews.push_back(absl::StrCat("the rename of ", Describe(rename.table),
                                            rename.column.empty() ? "" : ".", rename.column, " to ",
                                            rename.to, " is none on ", DialectName(from.dialect),
                                            ", which has nothing of that name"));
    } else if (!absl::c_linear_search(renames, *there)) {
      renames.push_back(*there);
    }
  }
  return renames;
}

// Such an error is worth finding now; it would come in production.
absl::Status Upgrade(ScratchRun& run, const Bundle& bundle, const std::vector<bool>& applied) {
  const absl::string_view dialect = DialectName(run.database().dialect());
  for (RevisionIndex index : bundle.graph.ApplyOrder(applied)) {
    absl::Status status = run.Execute(bundle, index, Direction::kUpgrade);
    switch (ReasonOf(status)) {
      case v1::ERROR_REASON_UNSPECIFIED:
        continue;
      case v1::ERROR_REASON_STATEMENT_FAILED:
      case v1::ERROR_REASON_NO_SECTION:
        return WithEffect(std::move(status),
                          absl::StrCat("mend it, or take ", dialect, " out of 'dialects'"));
      case v1::ERROR_REASON_UNSUPPORTED_STATEMENT:
        return WithEffect(std::move(status),
                          absl::StrCat("without a database of ", dialect,
                                       " in scratch-url nothing is replayed, and its sections "
                                       "are guessed"));
      default:
        return status;
    }
  }
  return absl::OkStatus();
}

bool HasAny(const std::vector<bool>& flags) { return absl::c_linear_search(flags, true); }

// Before the first revision a database of any dialect is empty.
void BeginFromNothing(const Sides& known, OtherSides& result) {
  const bool has_something = !known.from.tables.empty() || !known.from.views.empty();
  if (!has_something) return;
  result.reviews.push_back(
      absl::StrCat("all is made here, since no revision is applied; what the database of ",
                   DialectName(known.from.dialect), " had before is taken as it is there alone"));
}

// What is desired in the known dialect, with what was made by hand for this one.
absl::StatusOr<Catalog> PatchedCatalog(const Sides& known, const NamesThere& names,
                                       const std::vector<bool>& applied, OtherSides& result) {
  const SchemaDriver& driver = DriverFor(result.sides.from.dialect);
  BRANT_ASSIGN_OR_RETURN(TranslatedSides translated, TranslateSides(known, names, driver));
  result.notes = std::move(translated.to.notes);
  if (!HasAny(applied)) return std::move(translated.to.catalog);
  BRANT_ASSIGN_OR_RETURN(const CatalogDiff diff, Diff(translated.from, translated.to.catalog));
  BRANT_ASSIGN_OR_RETURN(Catalog renamed, ApplyRenames(result.sides.from, result.sides.renames));
  Patched patched = Patch(diff, std::move(renamed));
  AddRemarks(patched, known.from.dialect, result);
  return std::move(patched.catalog);
}

absl::StatusOr<OtherSides> Replay(const Sides& known, const DesiredSchema& desired,
                                  Database& server, const Bundle& bundle,
                                  const std::vector<bool>& applied, const Selection& selection,
                                  CancelToken& cancel) {
  const SchemaDriver& driver = DriverFor(server.dialect());
  absl::StatusOr<std::unique_ptr<ScratchRun>> run = ScratchRun::Begin(server, cancel);
  if (!run.ok()) {
    return WithEffect(run.status(),
                      absl::StrCat("it is the server of scratch-url, which ",
                                   DialectName(driver.dialect()), " in 'dialects' needs"));
  }
  BRANT_RETURN_IF_ERROR(Upgrade(**run, bundle, applied));
  OtherSides result;
  if (!HasAny(applied)) BeginFromNothing(known, result);
  BRANT_ASSIGN_OR_RETURN(result.sides.from, (*run)->Introspect(selection));
  NamesThere names(driver.dialect());
  names.Learn(result.sides.from);
  if (desired.has_models()) names.Learn(desired.ModelsFor(driver.dialect()).catalog);
  names.Learn(known.renames);
  result.sides.renames = RenamesThere(known, desired, names, result);
  absl::StatusOr<Catalog> to;
  if (desired.has_models()) {
    result.notes = desired.ModelsFor(driver.dialect()).notes;
    to = desired.Evaluate((*run)->database(), selection, cancel);
  } else {
    BRANT_ASSIGN_OR_RETURN(const Catalog patched, PatchedCatalog(known, names, applied, result));
    BRANT_ASSIGN_OR_RETURN(std::string sql, WriteSchema(patched));
    to = driver.Evaluate((*run)->database(), {{"the translated schema", std::move(sql)}}, selection,
                         cancel);
  }
  if (!to.ok()) {
    return WithEffect(to.status(), absl::StrCat("it was for ", DialectName(driver.dialect()),
                                                ", one of 'dialects'"));
  }
  result.sides.to = *std::move(to);
  BRANT_RETURN_IF_ERROR(Settle((*run)->database(), selection, cancel, result.sides));
  return result;
}

// Enums that are checks in the known dialect, and types in the other one, or have
// other names there: the labels that a column had. What was missing only because of
// that is no matter for a remark.
void TakeBackLabels(const TranslatedSides& sides, Patched& patched) {
  const SchemaDriver& driver = DriverFor(patched.catalog.dialect);
  for (Table& table : patched.catalog.tables) {
    const Table* before = FindTable(sides.from, table.name);
    const Table* after = FindTable(sides.to.catalog, table.name);
    if (before == nullptr || after == nullptr) continue;
    for (Column& column : table.columns) {
      if (column.type.kind != TypeKind::kEnum) continue;
      const Column* had = FindColumn(*before, column.name);
      const Column* has = FindColumn(*after, column.name);
      if (had == nullptr || has == nullptr) continue;
      const std::vector<std::string> labels = LabelsOf(*before, *had);
      if (labels.empty() || labels == LabelsOf(*after, *has)) continue;
      SetLabels(driver, labels, column, patched.catalog);
    }
  }
  std::erase_if(patched.remarks, [&](const PatchRemark& remark) {
    if (remark.what == "enum type") return true;
    const Table* table = FindTable(patched.catalog, remark.object);
    const Table* after = FindTable(sides.to.catalog, remark.object);
    if (table == nullptr || after == nullptr || remark.what != "check constraint") return false;
    return absl::c_any_of(after->checks, [&](const CheckConstraint& check) {
      return check.name == remark.name &&
             absl::c_any_of(table->columns, [&check](const Column& column) {
               return column.type.kind == TypeKind::kEnum && !LabelsOf(check, column.name).empty();
             });
    });
  });
}

// Types that no column is of any more come with the columns that are added.
void DropUnusedEnums(Catalog& catalog) {
  std::erase_if(catalog.enums, [&catalog](const EnumType& type) {
    return absl::c_none_of(catalog.tables, [&type](const Table& table) {
      return absl::c_any_of(table.columns, [&type](const Column& column) {
        return column.type.enum_name == Describe(type.name);
      });
    });
  });
}

// The columns whose types differ, by table.
std::map<ObjectName, std::vector<Change<Column>>> RetypedColumns(const CatalogDiff& diff) {
  std::map<ObjectName, std::vector<Change<Column>>> retyped;
  for (const TableChange& change : diff.altered_tables) {
    for (const Change<Column>& column : change.columns) {
      const bool differs = !column.added() && !column.dropped() &&
                           column.from->type.native != column.to->type.native;
      if (differs) retyped[change.to->name].push_back(column);
    }
  }
  return retyped;
}

// What the known dialect tells apart, and its translation does not.
absl::Status MarkTypesThatAreLost(const Sides& known, const NamesThere& names, OtherSides& result) {
  BRANT_ASSIGN_OR_RETURN(const CatalogDiff known_diff, known.There());
  BRANT_ASSIGN_OR_RETURN(const CatalogDiff diff, result.sides.There());
  const auto here = RetypedColumns(diff);
  for (const auto& [table, columns] : RetypedColumns(known_diff)) {
    const auto found = here.find(names.Of(table));
    for (const Change<Column>& column : columns) {
      const bool is_here =
          found != here.end() && absl::c_any_of(found->second, [&](const Change<Column>& other) {
            return other.to->name == column.to->name;
          });
      if (is_here) continue;
      result.reviews.push_back(absl::StrCat(
          "column ", Describe(names.Of(table)), ".", column.to->name, ": its type differs on ",
          DialectName(known.from.dialect), " (", column.from->type.native, ", ",
          column.to->type.native, "), and not here: change it by hand if it is another one"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<OtherSides> Guess(const Sides& known, const DesiredSchema& desired, Dialect dialect,
                                 const std::vector<bool>& applied) {
  const SchemaDriver& driver = DriverFor(dialect);
  NamesThere names(dialect);
  if (desired.has_models()) names.Learn(desired.ModelsFor(dialect).catalog);
  names.Learn(known.renames);
  BRANT_ASSIGN_OR_RETURN(const TranslatedSides translated, TranslateSides(known, names, driver));
  Translation wanted = desired.has_models() ? desired.ModelsFor(dialect) : translated.to;
  OtherSides result;
  result.notes = std::move(wanted.notes);
  result.sides.to = std::move(wanted.catalog);
  result.sides.from.dialect = dialect;
  if (!HasAny(applied)) {
    BeginFromNothing(known, result);
    return result;
  }
  result.enum_names_are_guessed = !desired.has_models();
  BRANT_ASSIGN_OR_RETURN(const CatalogDiff back, Diff(translated.to.catalog, translated.from));
  Patched patched = Patch(back, result.sides.to);
  TakeBackLabels(translated, patched);
  DropUnusedEnums(patched.catalog);
  AddRemarks(patched, known.from.dialect, result);
  for (const Rename& rename : known.renames) {
    const std::optional<Rename> there = names.Of(rename);
    if (there.has_value()) result.sides.renames.push_back(*there);
  }
  const std::vector<Rename> reverse = Reverse(result.sides.renames);
  for (size_t i = reverse.size(); i-- > 0;) {
    if (IsThere(reverse[i], patched.catalog)) continue;
    result.sides.renames.erase(result.sides.renames.begin() + static_cast<ptrdiff_t>(i));
  }
  BRANT_ASSIGN_OR_RETURN(result.sides.from,
                         ApplyRenames(patched.catalog, Reverse(result.sides.renames)));
  BRANT_RETURN_IF_ERROR(MarkTypesThatAreLost(known, names, result));
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
