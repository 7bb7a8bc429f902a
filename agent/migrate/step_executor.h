// Executes the steps of a run under the migration lock.

#ifndef BRANT_AGENT_MIGRATE_STEP_EXECUTOR_H_
#define BRANT_AGENT_MIGRATE_STEP_EXECUTOR_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "agent/database/database.h"
#include "agent/migrate/cancel.h"
#include "agent/migrate/journal.h"
#include "agent/migrate/observer.h"
#include "agent/migrate/plan.h"
#include "brant/v1/run.pb.h"

namespace brant {

// Used for one run, by one thread. All references must outlive it.
class StepExecutor {
 public:
  StepExecutor(Session& session, const Journal& journal, v1::Run& run, RunObserver& observer,
               CancelToken& cancel)
      : session_(session), journal_(journal), run_(run), observer_(observer), cancel_(cancel) {}

  // A step in one transaction: statements, version rows and journal commit
  // together, or nothing does.
  absl::Status RunTransactional(int position, const Step& step);

  // A step statement by statement: intent and outcome of each are recorded, and
  // the version rows change with the last outcome. `skip` statements were done
  // by an earlier run.
  absl::Status RunStatementwise(int position, const Step& step, int skip);

  // The whole plan in one transaction.
  absl::Status RunInOneTransaction(const std::vector<Step>& steps);

  // Replaces version rows without running a migration.
  absl::Status RunStamp(const RowChange& change);

 private:
  // Compares epoch and version rows with what this run expects.
  absl::Status Guard();
  absl::Status ExecuteStatement(int position, int number, const Step& step,
                                const Statement& statement);
  absl::Status ExecuteStatements(int position, const Step& step, size_t begin, size_t end);
  // Begins the batch that records the outcome of transactional steps.
  absl::Status RegainSession(absl::Span<const Step> steps, std::vector<BoundStatement>& batch);
  // The journal's statements for a step that takes effect in the transaction.
  void AppendOutcome(int position, const Step& step, absl::Time start,
                     std::vector<BoundStatement>& batch) const;
  void AdvanceRun(const Step& step);
  // Records the counts, in the section's transaction if one is open.
  absl::Status RecordCounts(const StepRecord& record);
  absl::Status ExecuteJournalled(const Step& step, int index, StepRecord& record, bool& recorded);
  // Undoes a transaction that failed.
  void RollBack();
  // `was_open`: the section's own transaction was open before the failure.
  absl::Status RecordFailure(const Step& step, StepRecord record, bool was_open,
                             absl::Status error);

  Session& session_;
  const Journal& journal_;
  v1::Run& run_;
  RunObserver& observer_;
  CancelToken& cancel_;
};

// Digest of the texts of a step's first `count` statements: a later run resumes
// after them only if they are still the same.
std::string StatementsDigest(const Step& step, int count);

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_STEP_EXECUTOR_H_
