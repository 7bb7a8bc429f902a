// The two schemas of a comparison.

#ifndef BRANT_AGENT_SCHEMA_COMPARE_SIDES_H_
#define BRANT_AGENT_SCHEMA_COMPARE_SIDES_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/database/database.h"
#include "agent/migrate/cancel.h"
#include "agent/schema/catalog.h"
#include "agent/schema/diff.h"
#include "agent/schema/schema_driver.h"

namespace brant {

// Both as one server writes them.
struct Sides {
  Catalog from;
  Catalog to;
  std::vector<Rename> renames;

  // These point into this object.
  absl::StatusOr<CatalogDiff> There() const { return Diff(from, to, renames); }
  absl::StatusOr<CatalogDiff> Back() const;
};

// What may differ in its text alone, the server evaluates on both sides once more: an expression
// that it has read and written back once may come out otherwise the second time, and then stays,
// and what was migrated was read once more than what is desired.
absl::Status Settle(Database& server, const Selection& selection, CancelToken& cancel,
                    Sides& sides);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_COMPARE_SIDES_H_
