// The comparison behind autogenerate, check and diff.

#ifndef BRANT_AGENT_SCHEMA_COMPARE_COMPARISON_H_
#define BRANT_AGENT_SCHEMA_COMPARE_COMPARISON_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/database/database.h"
#include "agent/migrate/cancel.h"
#include "agent/revisions/bundle.h"
#include "agent/schema/diff.h"
#include "agent/schema/schema_driver.h"
#include "agent/schema/scratch_servers.h"
#include "brant/v1/schema.pb.h"

namespace brant {

// Error: INVALID_REQUEST where `dialects` are named and the database's own is none of
// them.
absl::Status CheckDialects(Dialect own, const std::vector<Dialect>& dialects);

struct ComparisonRequest {
  Selection selection;
  v1::DesiredSchema desired;
  // Confirmed ones, as ReadRename takes them.
  std::vector<v1::SchemaRename> renames;
  // Whose statements are wanted; empty: the database's.
  std::vector<Dialect> dialects;
  // Where other dialects are wanted: the revisions, and a flag for each that the
  // database has it.
  std::shared_ptr<const Bundle> bundle;
  std::vector<bool> applied;
};

struct Comparison {
  std::vector<v1::SchemaChange> changes;
  std::vector<Rename> suggested_renames;
  std::vector<v1::SchemaSection> sections;
  std::vector<std::string> data_losses;
  std::vector<std::string> reviews;
};

// Reads the database, has it evaluate the desired schema, and compares; for each
// other dialect, in scratch space of `servers`. Errors: those of the statements,
// with their places; the reason of `cancel`.
absl::StatusOr<Comparison> CompareWithDesired(Database& database, const ScratchServers& servers,
                                              const ComparisonRequest& request,
                                              CancelToken& cancel);

// What differs between two catalogs that were read from the database, by the same
// measure.
absl::StatusOr<std::vector<v1::SchemaChange>> ListDifferences(Database& database,
                                                              const Selection& selection,
                                                              Catalog from, Catalog to,
                                                              CancelToken& cancel);

// The catalog, and if asked for the statements that make it from nothing.
// `must_exist` as in SessionOptions.
absl::StatusOr<Catalog> ReadCatalog(Database& database, const Selection& selection, bool must_exist,
                                    CancelToken& cancel);
absl::StatusOr<std::string> SchemaAsSql(const Catalog& catalog, Dialect dialect);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_COMPARE_COMPARISON_H_
