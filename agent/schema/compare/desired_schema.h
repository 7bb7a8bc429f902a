// What a project wants its schema to be.

#ifndef BRANT_AGENT_SCHEMA_COMPARE_DESIRED_SCHEMA_H_
#define BRANT_AGENT_SCHEMA_COMPARE_DESIRED_SCHEMA_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/database/database.h"
#include "agent/migrate/cancel.h"
#include "agent/schema/catalog.h"
#include "agent/schema/diff.h"
#include "agent/schema/models/models.h"
#include "agent/schema/schema_driver.h"
#include "agent/schema/translate/translate.h"
#include "brant/v1/schema.pb.h"

namespace brant {

// SQL of one dialect, or models, which are of all.
class DesiredSchema {
 public:
  // Errors: those of ReadModels.
  static absl::StatusOr<DesiredSchema> Read(const v1::DesiredSchema& desired);

  bool has_models() const { return models_.has_value(); }

  // The renames that the models speak of and `database` has still to go through.
  std::vector<Rename> PendingIn(const Catalog& database) const;

  // The models in terms of a dialect, not yet as its server writes expressions.
  Translation ModelsFor(Dialect dialect) const;

  // As the server of `database` has it, which for SQL is of its dialect. Errors:
  // those of SchemaDriver::Evaluate, and of CheckSchemas; INVALID_FILE where the SQL
  // is wrong.
  absl::StatusOr<Catalog> Evaluate(Database& database, const Selection& selection,
                                   CancelToken& cancel) const;

 private:
  std::vector<SchemaDriver::Script> sql_;
  std::optional<Models> models_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_COMPARE_DESIRED_SCHEMA_H_
