#include "agent/schema/compare/desired_schema.h"

#include <string>
#include <utility>

#include "agent/base/error.h"
#include "agent/schema/compare/names_there.h"

namespace brant {
namespace {

using Script = SchemaDriver::Script;

std::vector<Script> ToScripts(const google::protobuf::RepeatedPtrField<v1::SourceFile>& files) {
  std::vector<Script> scripts;
  for (const v1::SourceFile& file : files) scripts.push_back({file.name(), file.content()});
  return scripts;
}

// SQL that is wrong here is wrong input, as wrong models are, and no migration that
// failed.
absl::Status OfInput(const absl::Status& error) {
  const v1::ErrorReason reason = ReasonOf(error);
  const bool wrong = reason == v1::ERROR_REASON_STATEMENT_FAILED ||
                     reason == v1::ERROR_REASON_UNSUPPORTED_STATEMENT;
  return wrong ? WithReason(error, v1::ERROR_REASON_INVALID_FILE) : error;
}

}  // namespace

absl::StatusOr<DesiredSchema> DesiredSchema::Read(const v1::DesiredSchema& desired,
                                                  const std::vector<Dialect>& dialects) {
  DesiredSchema result;
  result.sql_ = ToScripts(desired.sql_files());
  if (desired.model_files().empty()) return result;
  const SchemaDriver& postgresql = DriverFor(Dialect::kPostgresql);
  BRANT_ASSIGN_OR_RETURN(result.models_, ReadModels(ToScripts(desired.model_files()), postgresql));
  for (Dialect dialect : dialects) {
    result.translated_[dialect] =
        Translate(result.models_->catalog, postgresql, DriverFor(dialect));
  }
  return result;
}

std::vector<Rename> DesiredSchema::PendingIn(const Catalog& database) const {
  if (!has_models()) return {};
  const NamesThere names(database.dialect);
  std::vector<Rename> renames;
  for (const Rename& rename : models_->renames) {
    if (const auto there = names.Of(rename); there.has_value()) renames.push_back(*there);
  }
  return PendingRenames(renames, database);
}

absl::StatusOr<Catalog> DesiredSchema::Evaluate(Database& database, const Selection& selection,
                                                CancelToken& cancel) const {
  const SchemaDriver& driver = DriverFor(database.dialect());
  if (!has_models()) {
    absl::StatusOr<Catalog> catalog = driver.Evaluate(database, sql_, selection, cancel);
    return catalog.ok() ? std::move(catalog) : OfInput(catalog.status());
  }
  BRANT_ASSIGN_OR_RETURN(std::string sql, WriteSchema(ModelsFor(driver.dialect()).catalog));
  absl::StatusOr<Catalog> catalog =
      driver.Evaluate(database, {{"the models as SQL", sql}}, selection, cancel);
  if (!catalog.ok()) return OfInput(models_->places.Explain(catalog.status(), sql));
  if (driver.dialect() == Dialect::kPostgresql) {
    BRANT_RETURN_IF_ERROR(CheckSchemas(*models_, selection, *catalog));
  }
  return catalog;
}

}  // namespace brant
