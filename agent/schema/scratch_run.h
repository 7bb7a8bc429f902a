#ifndef BRANT_AGENT_SCHEMA_SCRATCH_RUN_H_
#define BRANT_AGENT_SCHEMA_SCRATCH_RUN_H_

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/database/database.h"
#include "agent/migrate/cancel.h"
#include "agent/migrate/plan.h"
#include "agent/revisions/bundle.h"
#include "agent/schema/schema_driver.h"
#include "agent/schema/scratch_database.h"

namespace brant {

// A scratch database in which the sections of revisions are executed, without
// lock, journal and version rows.
class ScratchRun {
 public:
  // `server` and `cancel` must outlive it.
  static absl::StatusOr<std::unique_ptr<ScratchRun>> Begin(Database& server, CancelToken& cancel);
  ~ScratchRun();

  // In one transaction where the section allows it, and statement by statement
  // elsewhere; the session is as new afterwards. Errors, with the statement's place:
  // the database's; UNSUPPORTED_STATEMENT for what reaches beyond the scratch
  // database; NO_SECTION; the reason of the cancellation.
  absl::Status Execute(const Bundle& bundle, RevisionIndex revision, Direction direction);

  // What the scratch database holds.
  absl::StatusOr<Catalog> Introspect(const Selection& selection);
  // PostgreSQL: the schemas that are not the system's, by name.
  absl::StatusOr<std::vector<std::string>> ListSchemas();

  Database& database() { return scratch_->database(); }

 private:
  ScratchRun(std::set<std::string> others, CancelToken& cancel)
      : other_databases_(std::move(others)), cancel_(cancel) {}

  absl::Status ExecuteSection(const Step& step);
  absl::Status ExecuteStatement(const Step& step, const Statement& statement);
  // The reason of the cancellation, if that is why.
  absl::Status Explained(absl::Status status) const;

  // MySQL: a migration that names one would change it.
  const std::set<std::string> other_databases_;
  CancelToken& cancel_;
  std::unique_ptr<ScratchDatabase> scratch_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<CancelToken::Attachment> attachment_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_SCRATCH_RUN_H_
