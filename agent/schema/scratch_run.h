#ifndef BRANT_AGENT_SCHEMA_SCRATCH_RUN_H_
#define BRANT_AGENT_SCHEMA_SCRATCH_RUN_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/database/database.h"
#include "agent/migrate/cancel.h"
#include "agent/migrate/plan.h"
#include "agent/schema/schema_driver.h"
#include "agent/schema/scratch_database.h"

namespace brant {

// A scratch database in which the sections of revisions are executed, without
// lock, journal and version rows.
class ScratchRun {
 public:
  // Why a statement is refused; empty: it is not.
  using Refuse = std::function<std::string(absl::string_view statement)>;

  // `server` and `cancel` must outlive it.
  static absl::StatusOr<std::unique_ptr<ScratchRun>> Begin(Database& server, Refuse refuse,
                                                           CancelToken& cancel);
  ~ScratchRun();

  // In one transaction where the section allows it, and statement by statement
  // elsewhere; the session is as new afterwards. Errors have the statement's place.
  absl::Status Execute(const Step& step);

  // What the scratch database holds.
  absl::StatusOr<Catalog> Introspect(const Selection& selection);
  // PostgreSQL: the schemas that are not the system's, by name.
  absl::StatusOr<std::vector<std::string>> ListSchemas();

  Database& database() { return scratch_->database(); }

 private:
  ScratchRun(std::unique_ptr<ScratchDatabase> scratch, Refuse refuse, CancelToken& cancel)
      : scratch_(std::move(scratch)), refuse_(std::move(refuse)), cancel_(cancel) {}

  absl::Status ExecuteSection(const Step& step);
  absl::Status ExecuteStatement(const Step& step, const Statement& statement);
  // The reason of the cancellation, if that is why.
  absl::Status Explained(absl::Status status) const;

  const std::unique_ptr<ScratchDatabase> scratch_;
  const Refuse refuse_;
  CancelToken& cancel_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<CancelToken::Attachment> attachment_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_SCRATCH_RUN_H_
