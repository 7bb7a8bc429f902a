// The comparison behind autogenerate, check and diff.

#ifndef BRANT_AGENT_SCHEMA_COMPARISON_H_
#define BRANT_AGENT_SCHEMA_COMPARISON_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/database/database.h"
#include "agent/schema/diff.h"
#include "agent/schema/schema_driver.h"
#include "brant/v1/schema.pb.h"

namespace brant {

struct ComparisonRequest {
  Selection selection;
  v1::DesiredSchema desired;
  // Confirmed ones, as ReadRename takes them.
  std::vector<v1::SchemaRename> renames;
  // Whose statements are wanted; empty: the database's.
  std::vector<Dialect> dialects;
};

struct Comparison {
  std::vector<v1::SchemaChange> changes;
  std::vector<Rename> suggested_renames;
  std::vector<v1::SchemaSection> sections;
  std::vector<std::string> data_losses;
};

// Reads the database, has it evaluate the desired schema, and compares. Text that
// differs is evaluated once more on both sides before it counts as a difference.
absl::StatusOr<Comparison> CompareWithDesired(Database& database, const ComparisonRequest& request);

// What differs between two catalogs that were read from the database, by the same
// measure.
absl::StatusOr<std::vector<v1::SchemaChange>> ListDifferences(Database& database,
                                                              const Selection& selection,
                                                              Catalog from, Catalog to);

// The catalog, and if asked for the statements that make it from nothing.
absl::StatusOr<Catalog> ReadCatalog(Database& database, const Selection& selection);
absl::StatusOr<std::string> SchemaAsSql(const Catalog& catalog, Dialect dialect);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_COMPARISON_H_
