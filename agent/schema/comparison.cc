#include "agent/schema/comparison.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "agent/base/dialect_proto.h"
#include "agent/base/error.h"
#include "agent/schema/ddl.h"
#include "agent/schema/describe.h"
#include "agent/schema/renames.h"

namespace brant {
namespace {

using Script = SchemaDriver::Script;

std::vector<Script> ToScripts(
    const google::protobuf::RepeatedPtrField<v1::SourceFile>& files) {
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

// Something that both sides have differs, so it may be its text alone.
bool MayDifferInTextOnly(const CatalogDiff& diff) {
  const auto altered = [](const auto& changes) {
    return absl::c_any_of(changes, [](const auto& change) {
      return !change.added() && !change.dropped();
    });
  };
  return altered(diff.views) ||
         absl::c_any_of(diff.altered_tables, [&altered](const TableChange& table) {
           return altered(table.columns) || !table.checks.empty() || !table.exclusions.empty() ||
                  altered(table.indexes);
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
    BRANT_ASSIGN_OR_RETURN(to_, driver_.Evaluate(database_, ToScripts(request_.desired.sql_files()),
                                                 request_.selection));
    return Settle();
  }

  absl::Status Take(Catalog from, Catalog to) {
    from_ = std::move(from);
    to_ = std::move(to);
    return Settle();
  }

  absl::StatusOr<CatalogDiff> There() const { return Diff(from_, to_, renames_); }
  absl::StatusOr<CatalogDiff> Back() const { return Diff(to_, from_, Reverse(renames_)); }

 private:
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
    if (!from.ok()) return absl::OkStatus();
    absl::StatusOr<Catalog> to = Evaluated(to_);
    if (!to.ok()) return absl::OkStatus();
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
};

// Sections of equal text become one.
void AddSection(std::vector<v1::SchemaSection>& sections, v1::Direction direction, Dialect dialect,
                const DdlScript& script) {
  std::string body = ToText(script);
  const auto same = absl::c_find_if(sections, [&](const v1::SchemaSection& section) {
    return section.direction() == direction && section.body() == body &&
           section.transactional() == script.transactional;
  });
  if (same != sections.end()) {
    same->add_dialects(ToProto(dialect));
    return;
  }
  v1::SchemaSection section;
  section.set_direction(direction);
  section.add_dialects(ToProto(dialect));
  section.set_transactional(script.transactional);
  section.set_body(std::move(body));
  sections.push_back(std::move(section));
}

// A section that serves all that were asked for names none.
void ForgetDialectsOfAll(std::vector<v1::SchemaSection>& sections, int dialects) {
  for (v1::SchemaSection& section : sections) {
    if (section.dialects_size() == dialects) section.clear_dialects();
  }
  std::stable_sort(sections.begin(), sections.end(), [](const auto& a, const auto& b) {
    return a.direction() < b.direction();
  });
}

}  // namespace

absl::StatusOr<Comparison> CompareWithDesired(Database& database, const ComparisonRequest& request) {
  const SchemaDriver& driver = DriverFor(database.dialect());
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
  AddSection(result.sections, v1::DIRECTION_UPGRADE, driver.dialect(), upgrade);
  AddSection(result.sections, v1::DIRECTION_DOWNGRADE, driver.dialect(), driver.Render(back));
  ForgetDialectsOfAll(result.sections, 1);
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
  if (dialect != catalog.dialect) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST, "not yet");
  }
  return RenderAll(DriverFor(dialect), catalog);
}

}  // namespace brant
