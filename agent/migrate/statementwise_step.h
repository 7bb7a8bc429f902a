// A step that is executed statement by statement, because the database or the
// section does not let it be one transaction.

#ifndef BRANT_AGENT_MIGRATE_STATEMENTWISE_STEP_H_
#define BRANT_AGENT_MIGRATE_STATEMENTWISE_STEP_H_

#include <string>

#include "absl/status/status.h"
#include "agent/migrate/plan.h"
#include "agent/migrate/run_scope.h"

namespace brant {

// Runs again what the first `done` statements of a step made of a session that is
// gone.
absl::Status RestoreSession(Session& session, Dialect dialect, const Step& step, int done);

// Executes a step of which an earlier run, or this one in an earlier session, has
// done `skip` statements. Where it gives way to others in a transaction of the
// section's own, it goes on from what that left.
absl::Status RunStatementwise(const RunScope& scope, int position, const Step& step, int skip);

// One try of that. A statement that a rollback undoes is one transaction with
// its outcome in the journal. Around each other one the journal has an intent
// before, with a fingerprint of the catalogue, and the outcome after. The
// version rows change with the last outcome. docs/runs.md tells how a later run
// goes on from there.
class StatementwiseStep {
 public:
  // All references must outlive it.
  StatementwiseStep(const RunScope& scope, int position, const Step& step, int skip);

  absl::Status Run();

  int statements_done() const { return record_.statements_done; }

 private:
  absl::Status RecordBeginning();
  absl::Status ExecuteAt(int index);
  // The statement counts as done with what is recorded next: it changes the
  // session alone, or takes effect with a transaction that ends later.
  bool CountsWithWhatFollows(const Statement& statement) const;
  // Takes note of what a statement that was executed has made of the session.
  void NoteSession(const Statement& statement);
  // The statement and its outcome are one transaction.
  absl::Status ExecuteWithOutcome(int index);
  // The intent goes before, the outcome follows with the next record.
  absl::Status ExecuteWithIntent(int index);
  void CountDone(int index);
  absl::Status RecordIntent(const Statement& statement);
  // Records the counts, in the section's transaction if one is open.
  absl::Status RecordCounts();
  absl::Status RecordEnd();
  // `was_open`: the section's own transaction was open before the failure.
  absl::Status RecordFailure(bool was_open, absl::Status error);

  const RunScope& scope_;
  const Step& step_;
  const int skip_;
  const absl::Time start_;
  // The counts are in the journal before the statement opens a transaction: what
  // is recorded in it may be rolled back.
  absl::Status RecordBefore(const Statement& statement);

  StepRecord record_;
  // Of the statement that was started last, as the session knows it.
  StatementKind kind_ = StatementKind::kTransactional;
  // The number of the last statement that was started and is a procedure.
  int procedure_ = 0;
  // How many statements the journal has as done.
  int recorded_ = 0;
  // Under LOCK TABLES nothing can be written without giving up the locks.
  bool tables_locked_ = false;
  bool autocommit_off_ = false;
};

// Digest of the texts of a step's first `count` statements: a later run resumes
// after them only if they are still the same.
std::string StatementsDigest(const Step& step, int count);

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_STATEMENTWISE_STEP_H_
