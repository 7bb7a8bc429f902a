// Whether downgrades undo what upgrades do: revisions run up, down and up again in
// scratch space. Only the schema is looked at, not the rows.

#ifndef BRANT_AGENT_SCHEMA_VERIFY_H_
#define BRANT_AGENT_SCHEMA_VERIFY_H_

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/database/database.h"
#include "agent/migrate/cancel.h"
#include "agent/revisions/bundle.h"
#include "agent/schema/schema_driver.h"
#include "brant/v1/schema.pb.h"

namespace brant {

struct VerifyRequest {
  std::shared_ptr<const Bundle> bundle;
  // A flag for each revision: the real database has it.
  std::vector<bool> applied;
  // The same: it is to be verified.
  std::vector<bool> chosen;
  // PostgreSQL: without schemas, all of the scratch database.
  Selection selection;
};

// What became of one revision.
struct Verification {
  const Revision* revision = nullptr;
  // It has no downgrade section for the dialect, so only its upgrade was tried.
  bool irreversible = false;
  // From the schema before the upgrade to that after the downgrade.
  std::vector<v1::SchemaChange> differences;
  // From the schema after the first upgrade to that after the second.
  std::vector<v1::SchemaChange> second_upgrade_differences;
};

// The revisions of `range` as `history -r` takes it, where `current` stands for what
// is applied of the graph; without a colon, those of an identifier; empty: all that
// are not applied. Errors: those of the identifiers.
absl::StatusOr<std::vector<bool>> ChooseRevisions(const RevisionGraph& graph,
                                                  absl::string_view range,
                                                  const std::vector<bool>& applied);

// Brings a scratch database beside `server` to where the first chosen revision
// begins: with all that the chosen ones need and the real database has. Then tries
// the chosen ones in the order in which they are applied, and calls `on_done` after
// each. A downgrade that does not restore the schema is no error: the next revision
// begins in a new scratch database. Errors: the statement's that failed, with its
// place; UNSUPPORTED_STATEMENT for one that reaches beyond the scratch database;
// NO_SECTION; the reason of `cancel`; those of ScratchDatabase::Create.
absl::Status VerifyRevisions(Database& server, const VerifyRequest& request, CancelToken& cancel,
                             const std::function<void(const Verification&)>& on_done);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_VERIFY_H_
