// Protobuf messages as a schema; docs/models.md is the reference.

#ifndef BRANT_AGENT_SCHEMA_MODELS_MODELS_H_
#define BRANT_AGENT_SCHEMA_MODELS_MODELS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/schema/catalog.h"
#include "agent/schema/diff.h"
#include "agent/schema/models/model_places.h"
#include "agent/schema/schema_driver.h"

namespace brant {

struct Models {
  // In PostgreSQL's terms, but not yet as its server writes expressions.
  Catalog catalog;
  // What `renamed_from` says, whether it was done already or not. `table` is the
  // name that the table had before.
  std::vector<Rename> renames;
  // For errors of the database that evaluates them.
  ModelPlaces places;
};

// The tables that the messages of `files` with (brant.table) are. Each file's name
// is its path as imports name it. Error: INVALID_FILE with the place of the first
// mistake, and how many more there are.
absl::StatusOr<Models> ReadModels(const std::vector<SchemaDriver::Script>& files,
                                  const SchemaDriver& postgresql);

// `evaluated` is what PostgreSQL made of the models, as far as it is selected. Error:
// INVALID_REQUEST, with the place of a table whose schema is none of those that are.
absl::Status CheckSchemas(const Models& models, const Selection& selection,
                          const Catalog& evaluated);

// Of `renames`, those that `database` has still to go through: it has the old name
// and not the new one. They are as Diff wants them.
std::vector<Rename> PendingRenames(const std::vector<Rename>& renames, const Catalog& database);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_MODELS_MODELS_H_
