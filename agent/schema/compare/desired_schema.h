// What a project wants its schema to be.

#ifndef BRANT_AGENT_SCHEMA_COMPARE_DESIRED_SCHEMA_H_
#define BRANT_AGENT_SCHEMA_COMPARE_DESIRED_SCHEMA_H_

#include <map>
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
  // `dialects` are those in which it will be asked for. Errors: those of ReadModels.
  static absl::StatusOr<DesiredSchema> Read(const v1::DesiredSchema& desired,
                                            const std::vector<Dialect>& dialects);

  bool has_models() const { return models_.has_value(); }

  // The renames that the models speak of and `database` has still to go through.
  std::vector<Rename> PendingIn(const Catalog& database) const;

  // The models in terms of one of the dialects, not yet as its server writes
  // expressions.
  const Translation& ModelsFor(Dialect dialect) const { return translated_.at(dialect); }

  // As the server of `database` has it, whose dialect is one of them, and for SQL is
  // that of the SQL. Errors: those of SchemaDriver::Evaluate, and of CheckSchemas;
  // INVALID_FILE where the SQL is wrong.
  absl::StatusOr<Catalog> Evaluate(Database& database, const Selection& selection,
                                   CancelToken& cancel) const;

 private:
  std::vector<SchemaDriver::Script> sql_;
  std::optional<Models> models_;
  // The models in each of the dialects.
  std::map<Dialect, Translation> translated_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_COMPARE_DESIRED_SCHEMA_H_
