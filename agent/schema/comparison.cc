#include "agent/schema/comparison.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/base/dialect_proto.h"
#include "agent/base/error.h"
#include "agent/schema/ddl.h"
#include "agent/schema/describe.h"
#include "agent/schema/models/models.h"
#include "agent/schema/other_dialect.h"
#include "agent/schema/renames.h"
#include "agent/schema/translate/translate.h"

namespace brant {
namespace {

using Script = SchemaDriver::Script;

std::vector<Script> ToScripts(const google::protobuf::RepeatedPtrField<v1::SourceFile>& files) {
  std::vector<Script> scripts;
  for (const v1::SourceFile& file : files) scripts.push_back({file.name(), file.content()});
  return scripts;
}

absl::StatusOr<std::string> RenderAll(const SchemaDriver& driver, const Catalog& catalog) {
  Catalog nothing;
  nothing.dialect = catalog.dialect;
  BRANT_ASSIGN_OR_RETURN(const CatalogDiff diff, Diff(nothing, catalog));
  return ToText(driver.Render(diff));
}

// A server may write an expression in more than one way, but not a literal or a
// name.
bool IsPlain(const std::string& expression) { return !absl::StrContains(expression, '('); }

bool MayBeEqual(const std::string& from, const std::string& to) {
  return from != to && !from.empty() && !to.empty() && !(IsPlain(from) && IsPlain(to));
}

bool MayBeEqual(const Change<Column>& change) {
  if (change.added() || change.dropped()) return false;
  return MayBeEqual(change.from->default_value.value_or(""),
                    change.to->default_value.value_or("")) ||
         MayBeEqual(change.from->generated, change.to->generated);
}

bool HasExpression(const Index& index) {
  return !index.predicate.empty() || absl::c_any_of(index.parts, [](const IndexPart& part) {
    return !part.expression.empty();
  });
}

bool MayBeEqual(const Change<Index>& change) {
  return !change.added() && !change.dropped() && HasExpression(*change.from) &&
         HasExpression(*change.to);
}

// Something may differ in its text alone.
bool MayDifferInTextOnly(const CatalogDiff& diff) {
  const auto both = [](const auto& changes) {
    return absl::c_any_of(changes, [](const auto& change) { return change.from != nullptr; }) &&
           absl::c_any_of(changes, [](const auto& change) { return change.to != nullptr; });
  };
  return both(diff.views) || absl::c_any_of(diff.altered_tables, [&both](const TableChange& table) {
           return both(table.checks) || both(table.exclusions) ||
                  absl::c_any_of(table.columns,
                                 [](const auto& change) { return MayBeEqual(change); }) ||
                  absl::c_any_of(table.indexes,
                                 [](const auto& change) { return MayBeEqual(change); });
         });
}

// Both sides of a comparison, in the server's normal form.
class Sides {
 public:
  Sides(Database& database, const SchemaDriver& driver, const ComparisonRequest& request)
      : database_(database), driver_(driver), request_(request) {}

  absl::Status Read() {
    BRANT_ASSIGN_OR_RETURN(from_, ReadCatalog(database_, request_.selection));
    for (const v1::SchemaRename& rename : request_.renames) {
      renames_.push_back(ReadRename(from_, rename));
    }
    std::vector<Script> scripts = ToScripts(request_.desired.sql_files());
    if (!request_.desired.model_files().empty()) {
      BRANT_RETURN_IF_ERROR(ReadModelFiles());
      notes_ = Desired(driver_).notes;
      BRANT_ASSIGN_OR_RETURN(std::string sql, RenderAll(driver_, Desired(driver_).catalog));
      scripts = {{"the models as SQL", std::move(sql)}};
    }
    BRANT_ASSIGN_OR_RETURN(to_, driver_.Evaluate(database_, scripts, request_.selection));
    BRANT_RETURN_IF_ERROR(CheckNotEmpty());
    return Settle();
  }

  absl::Status Take(Catalog from, Catalog to) {
    from_ = std::move(from);
    to_ = std::move(to);
    return Settle();
  }

  absl::StatusOr<CatalogDiff> There() const { return Diff(from_, to_, renames_); }
  absl::StatusOr<CatalogDiff> Back() const { return Diff(to_, from_, Reverse(renames_)); }
  const std::vector<Rename>& renames() const { return renames_; }
  // Of the models' translation to the database's own dialect.
  const std::vector<TranslationNote>& notes() const { return notes_; }

  // What is desired, in terms of any dialect.
  Translation Desired(const SchemaDriver& driver) const {
    if (!models_.has_value()) return Translate(to_, driver_, driver);
    return Translate(*models_, DriverFor(Dialect::kPostgresql), driver);
  }

 private:
  absl::Status ReadModelFiles() {
    BRANT_ASSIGN_OR_RETURN(Models models, ReadModels(ToScripts(request_.desired.model_files()),
                                                     DriverFor(Dialect::kPostgresql)));
    for (Rename& rename : PendingRenames(models.renames, from_)) {
      if (!absl::c_linear_search(renames_, rename)) renames_.push_back(std::move(rename));
    }
    models_ = std::move(models.catalog);
    return absl::OkStatus();
  }

  // A mistyped name or a command that prints nothing must not drop everything.
  absl::Status CheckNotEmpty() const {
    const auto is_empty = [](const Catalog& catalog) {
      return catalog.tables.empty() && catalog.views.empty() && catalog.enums.empty() &&
             catalog.sequences.empty();
    };
    if (!is_empty(to_)) return absl::OkStatus();
    const bool has_models = !request_.desired.model_files().empty();
    if (is_empty(from_) && !has_models) return absl::OkStatus();
    return Error(v1::ERROR_REASON_INVALID_REQUEST,
                 has_models ? "the models have no table: no message has the option (brant.table)"
                            : "the desired schema is empty, and the database is not")
        .Hint("all would be dropped; if that is meant, write the revision by hand");
  }

  absl::Status Settle() {
    BRANT_ASSIGN_OR_RETURN(const CatalogDiff diff, Diff(from_, to_, renames_));
    return MayDifferInTextOnly(diff) ? EvaluateAgain(*diff.from) : absl::OkStatus();
  }

  // An expression that the server has read and written back once may come out
  // otherwise the second time, and then stays. What was migrated was read once
  // more than what is desired.
  absl::Status EvaluateAgain(const Catalog& renamed) {
    absl::StatusOr<Catalog> from = Evaluated(renamed);
    // It may refer to what is not selected. Then the text as it is must do.
    if (ReasonOf(from.status()) == v1::ERROR_REASON_STATEMENT_FAILED) return absl::OkStatus();
    BRANT_RETURN_IF_ERROR(from.status());
    absl::StatusOr<Catalog> to = Evaluated(to_);
    if (ReasonOf(to.status()) == v1::ERROR_REASON_STATEMENT_FAILED) return absl::OkStatus();
    BRANT_RETURN_IF_ERROR(to.status());
    KeepTriggers(renamed, *from);
    BRANT_ASSIGN_OR_RETURN(from_, ApplyRenames(*from, Reverse(renames_)));
    to_ = *std::move(to);
    return absl::OkStatus();
  }

  absl::StatusOr<Catalog> Evaluated(const Catalog& catalog) const {
    BRANT_ASSIGN_OR_RETURN(std::string sql, RenderAll(driver_, catalog));
    return driver_.Evaluate(database_, {{"the schema", std::move(sql)}}, request_.selection);
  }

  static void KeepTriggers(const Catalog& original, Catalog& evaluated) {
    for (Table& table : evaluated.tables) {
      const Table* before = FindTable(original, table.name);
      if (before != nullptr) table.triggers = before->triggers;
    }
  }

  Database& database_;
  const SchemaDriver& driver_;
  const ComparisonRequest& request_;
  std::vector<Rename> renames_;
  Catalog from_;
  Catalog to_;
  std::vector<TranslationNote> notes_;
  // In PostgreSQL's terms.
  std::optional<Catalog> models_;
};

// What a diff writes, in order, each once.
std::set<ObjectName> WrittenObjects(const CatalogDiff& diff) {
  std::set<ObjectName> names;
  for (const Table* table : diff.created_tables) names.insert(table->name);
  for (const TableChange& change : diff.altered_tables) names.insert(change.to->name);
  for (const Change<View>& change : diff.views) {
    if (change.to != nullptr) names.insert(change.to->name);
  }
  return names;
}

// Without what would end a comment's line before its end.
std::string OneLineEach(std::string text) {
  for (char& c : text) {
    if (c != '\n' && absl::ascii_iscntrl(static_cast<unsigned char>(c))) c = ' ';
  }
  return text;
}

// The notes of what is written, as comments.
std::string NotesText(const CatalogDiff& diff, const std::vector<TranslationNote>& notes) {
  const std::set<ObjectName> written = WrittenObjects(diff);
  std::string text;
  for (const TranslationNote& note : notes) {
    if (!written.contains(note.object)) continue;
    absl::StrAppend(&text, "-- REVIEW: ", Describe(note.object), note.part.empty() ? "" : ", ",
                    note.part, ": ", note.text, "\n");
  }
  return OneLineEach(text);
}

// Sections of equal text become one.
class Sections {
 public:
  void Add(v1::Direction direction, Dialect dialect, const DdlScript& script,
           const std::string& notes = "") {
    std::string body = absl::StrCat(notes, ToText(script));
    const auto same = absl::c_find_if(sections_, [&](const v1::SchemaSection& section) {
      return section.direction() == direction && section.body() == body &&
             section.transactional() == script.transactional;
    });
    if (same != sections_.end()) {
      same->add_dialects(ToProto(dialect));
      return;
    }
    v1::SchemaSection section;
    section.set_direction(direction);
    section.add_dialects(ToProto(dialect));
    section.set_transactional(script.transactional);
    section.set_body(std::move(body));
    sections_.push_back(std::move(section));
  }

  // A section that serves all dialects names none.
  std::vector<v1::SchemaSection> Take(size_t dialects) && {
    for (v1::SchemaSection& section : sections_) {
      if (static_cast<size_t>(section.dialects_size()) == dialects) section.clear_dialects();
    }
    std::stable_sort(sections_.begin(), sections_.end(),
                     [](const auto& a, const auto& b) { return a.direction() < b.direction(); });
    return std::move(sections_);
  }

 private:
  std::vector<v1::SchemaSection> sections_;
};

absl::Status AddOtherDialect(const Sides& sides, const CatalogDiff& diff, const SchemaDriver& known,
                             const SchemaDriver& other, Sections& sections) {
  const OtherDialect translated = InOtherDialect(diff, known, sides.Desired(other), other);
  std::vector<Rename> renames;
  for (Rename rename : sides.renames()) {
    rename.table = TranslateName(rename.table, other.dialect());
    renames.push_back(std::move(rename));
  }
  BRANT_ASSIGN_OR_RETURN(const Catalog original, ApplyRenames(translated.from, Reverse(renames)));
  BRANT_ASSIGN_OR_RETURN(const CatalogDiff there, Diff(original, translated.to, renames));
  BRANT_ASSIGN_OR_RETURN(const CatalogDiff back, Diff(translated.to, original, Reverse(renames)));
  sections.Add(v1::DIRECTION_UPGRADE, other.dialect(), other.Render(there),
               NotesText(there, translated.notes));
  sections.Add(v1::DIRECTION_DOWNGRADE, other.dialect(), other.Render(back));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Comparison> CompareWithDesired(Database& database,
                                              const ComparisonRequest& request) {
  const SchemaDriver& driver = DriverFor(database.dialect());
  if (!request.dialects.empty() && !absl::c_linear_search(request.dialects, driver.dialect())) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST,
                 absl::StrCat("the dialects lack that of the database, ",
                              DialectName(driver.dialect())))
        .Hint("add it to 'dialects': what is written is tried on this database first");
  }
  Sides sides(database, driver, request);
  BRANT_RETURN_IF_ERROR(sides.Read());
  BRANT_ASSIGN_OR_RETURN(const CatalogDiff there, sides.There());
  BRANT_ASSIGN_OR_RETURN(const CatalogDiff back, sides.Back());
  Comparison result;
  result.changes = ListChanges(there);
  result.suggested_renames = SuggestRenames(there);
  if (there.empty()) return result;
  const DdlScript upgrade = driver.Render(there);
  for (const DdlStatement& statement : upgrade.statements) {
    if (!statement.data_loss.empty()) result.data_losses.push_back(statement.data_loss);
  }
  std::vector<Dialect> dialects = request.dialects;
  if (dialects.empty()) dialects.push_back(driver.dialect());
  Sections sections;
  for (Dialect dialect : dialects) {
    if (dialect != driver.dialect()) {
      BRANT_RETURN_IF_ERROR(AddOtherDialect(sides, there, driver, DriverFor(dialect), sections));
      continue;
    }
    sections.Add(v1::DIRECTION_UPGRADE, dialect, upgrade, NotesText(there, sides.notes()));
    sections.Add(v1::DIRECTION_DOWNGRADE, dialect, driver.Render(back));
  }
  result.sections = std::move(sections).Take(dialects.size());
  return result;
}

absl::StatusOr<std::vector<v1::SchemaChange>> ListDifferences(Database& database,
                                                              const Selection& selection,
                                                              Catalog from, Catalog to) {
  ComparisonRequest request;
  request.selection = selection;
  Sides sides(database, DriverFor(database.dialect()), request);
  BRANT_RETURN_IF_ERROR(sides.Take(std::move(from), std::move(to)));
  BRANT_ASSIGN_OR_RETURN(const CatalogDiff diff, sides.There());
  return ListChanges(diff);
}

absl::StatusOr<Catalog> ReadCatalog(Database& database, const Selection& selection) {
  SessionOptions options;
  options.read_only = true;
  BRANT_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, database.Connect(options));
  return DriverFor(database.dialect()).Introspect(*session, selection);
}

absl::StatusOr<std::string> SchemaAsSql(const Catalog& catalog, Dialect dialect) {
  const SchemaDriver& driver = DriverFor(dialect);
  return RenderAll(driver, Translate(catalog, DriverFor(catalog.dialect), driver).catalog);
}

}  // namespace brant
