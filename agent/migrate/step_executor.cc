#include "agent/migrate/step_executor.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/base/error.h"
#include "agent/base/sha256.h"
#include "agent/base/timestamp.h"
#include "agent/migrate/statement_error.h"

namespace brant {
namespace {

std::vector<std::string> VersionRows(const v1::Run& run) {
  return {run.to_revisions().begin(), run.to_revisions().end()};
}

void SetVersionRows(v1::Run& run, const std::vector<std::string>& rows) {
  run.mutable_to_revisions()->Assign(rows.begin(), rows.end());
}

// Under the section's own LOCK TABLES, MySQL refuses to touch other tables. The
// counts catch up after UNLOCK TABLES.
bool IsTableNotLocked(const absl::Status& status) {
  return absl::StartsWith(ErrorDetail(status, "database_code"), "1100 ");
}

std::string ExtendDigest(absl::string_view digest, const Statement& statement) {
  Sha256 extended;
  extended.Add(digest);
  extended.Add(statement.text);
  return extended.FinishHex();
}

// COMMIT fails too, of deferred constraints for one: then the step is known, and
// no statement.
absl::Status AtStep(absl::Status error, const Step& step) {
  if (!ErrorDetail(error, "revision").empty()) return error;
  error = WithDetail(std::move(error), "revision", step.revision->id);
  return WithDetail(std::move(error), "file", step.revision->file);
}

// A setting is a short statement; nobody has to search megabytes of data for one.
bool MentionsEncoding(const Step& step) {
  constexpr size_t kLongest = 1000;
  return std::any_of(
      step.statements.begin(), step.statements.end(), [](const Statement& statement) {
        if (statement.text.size() > kLongest) return false;
        const std::string text = absl::AsciiStrToLower(statement.text);
        return absl::StrContains(text, "client_encoding") || absl::StartsWith(text, "set names");
      });
}

std::string EffectSoFar(const StepRecord& record) {
  if (record.statements_started > record.statements_done) {
    return absl::StrCat("what statement ", record.statements_started,
                        " committed before it failed is not known; ", record.statements_done,
                        " statements before it took effect and stay");
  }
  if (record.statements_done == 0) return "no statement of the section took effect";
  if (record.statements_done == record.statements_total) {
    return absl::StrCat("all ", record.statements_total,
                        " statements took effect and stay; the next run records that");
  }
  return absl::StrCat("statements 1 to ", record.statements_done, " of ", record.statements_total,
                      " took effect and stay; the next run goes on with statement ",
                      record.statements_done + 1);
}

}  // namespace

std::string StatementsDigest(const Step& step, int count) {
  std::string digest;
  for (int i = 0; i < count; ++i) digest = ExtendDigest(digest, step.statements[i]);
  return digest;
}

absl::Status StepExecutor::Guard() {
  BRANT_ASSIGN_OR_RETURN(std::optional<DatabaseState> state,
                         journal_.ReadState(session_, /*lock=*/true));
  if (!state.has_value()) {
    return Error(v1::ERROR_REASON_CONCURRENT_CHANGE,
                 absl::StrCat("the row of ", journal_.tables().version_table(), " in ",
                              journal_.tables().Journal(), " was deleted during the run"))
        .Hint("run the command again; it is made anew");
  }
  if (state->epoch != run_.epoch()) {
    return Error(v1::ERROR_REASON_CONCURRENT_CHANGE,
                 absl::StrCat("run ", run_.id(), " of epoch ", run_.epoch(),
                              " was overtaken by a run of epoch ", state->epoch))
        .Hint("nothing of this step took effect; run the command again");
  }
  if (state->rows != VersionRows(run_)) {
    return Error(v1::ERROR_REASON_CONCURRENT_CHANGE,
                 absl::StrCat("the version rows changed during the run: expected [",
                              absl::StrJoin(VersionRows(run_), ", "), "], found [",
                              absl::StrJoin(state->rows, ", "), "]"))
        .Hint("somebody else migrates this database without Brant's lock; run the command again");
  }
  return absl::OkStatus();
}

absl::Status StepExecutor::ExecuteStatement(int position, int number, const Step& step,
                                            const Statement& statement) {
  BRANT_RETURN_IF_ERROR(cancel_.reason());
  observer_.OnStatementStarted(position, number, step, statement);
  const absl::Time start = absl::Now();
  absl::StatusOr<Execution> execution = session_.Execute(statement.text);
  if (!execution.ok()) {
    // A cancelled statement fails with an error of the database's; why it was
    // cancelled says more.
    if (absl::Status reason = cancel_.reason(); !reason.ok()) return reason;
    return StatementError(execution.status(), step, statement);
  }
  observer_.OnStatementFinished(position, number, execution->rows_affected, absl::Now() - start);
  return absl::OkStatus();
}

absl::Status StepExecutor::ExecuteStatements(int position, const Step& step, size_t begin,
                                             size_t end) {
  for (size_t i = begin; i < end; ++i) {
    BRANT_RETURN_IF_ERROR(
        ExecuteStatement(position, static_cast<int>(i) + 1, step, step.statements[i]));
  }
  return absl::OkStatus();
}

void StepExecutor::AdvanceRun(const Step& step) {
  SetVersionRows(run_, ApplyRowChange(VersionRows(run_), step.rows_removed, step.rows_added));
  run_.set_steps_done(run_.steps_done() + 1);
}

void StepExecutor::AppendOutcome(int position, const Step& step, absl::Time start,
                                 std::vector<BoundStatement>& batch) const {
  for (BoundStatement& change : journal_.ChangeRows(step.rows_removed, step.rows_added)) {
    batch.push_back(std::move(change));
  }
  batch.push_back(journal_.StoreScript(*step.revision, start));
  StepRecord record;
  record.run_id = run_.id();
  record.position = position;
  record.revision = step.revision->id;
  record.direction = step.direction;
  record.state = "done";
  record.statements_total = static_cast<int>(step.statements.size());
  record.statements_started = record.statements_total;
  record.statements_done = record.statements_total;
  batch.push_back(journal_.InsertStep(record, step.revision->checksum, start));
}

absl::Status StepExecutor::RegainSession(absl::Span<const Step> steps,
                                         std::vector<BoundStatement>& batch) {
  batch = journal_.RegainSession();
  // PostgreSQL reads a whole batch in the encoding that holds when it comes.
  if (batch.empty() || !std::any_of(steps.begin(), steps.end(), MentionsEncoding)) {
    return absl::OkStatus();
  }
  return session_.Batch(std::exchange(batch, {}));
}

absl::Status StepExecutor::RunTransactional(int position, const Step& step) {
  const absl::Time start = absl::Now();
  observer_.OnStepStarted(position, step, 0);
  const size_t settings = CountLeadingSettings(step);
  BRANT_RETURN_IF_ERROR(ExecuteStatements(position, step, 0, settings));
  BRANT_RETURN_IF_ERROR(session_.Begin());
  const v1::Run before = run_;
  absl::Status status = [&]() -> absl::Status {
    BRANT_RETURN_IF_ERROR(Guard());
    BRANT_RETURN_IF_ERROR(ExecuteStatements(position, step, settings, step.statements.size()));
    std::vector<BoundStatement> batch;
    BRANT_RETURN_IF_ERROR(RegainSession({&step, 1}, batch));
    AppendOutcome(position, step, start, batch);
    AdvanceRun(step);
    batch.push_back(journal_.UpdateRun(run_));
    return session_.BatchAndCommit(batch);
  }();
  if (!status.ok()) {
    run_ = before;
    RollBack();
    return AtStep(std::move(status), step);
  }
  observer_.OnStepFinished(position, run_, absl::Now() - start);
  return absl::OkStatus();
}

absl::Status StepExecutor::RunInOneTransaction(const std::vector<Step>& steps) {
  BRANT_RETURN_IF_ERROR(session_.Begin());
  const v1::Run before = run_;
  std::vector<std::pair<v1::Run, absl::Duration>> finished;
  absl::Status status = [&]() -> absl::Status {
    BRANT_RETURN_IF_ERROR(Guard());
    std::vector<BoundStatement> outcomes;
    for (size_t i = 0; i < steps.size(); ++i) {
      const int position = static_cast<int>(i) + 1;
      const absl::Time step_start = absl::Now();
      observer_.OnStepStarted(position, steps[i], 0);
      BRANT_RETURN_IF_ERROR(ExecuteStatements(position, steps[i], 0, steps[i].statements.size()));
      AppendOutcome(position, steps[i], step_start, outcomes);
      AdvanceRun(steps[i]);
      finished.emplace_back(run_, absl::Now() - step_start);
    }
    outcomes.push_back(journal_.UpdateRun(run_));
    std::vector<BoundStatement> batch;
    BRANT_RETURN_IF_ERROR(RegainSession(steps, batch));
    batch.insert(batch.end(), std::make_move_iterator(outcomes.begin()),
                 std::make_move_iterator(outcomes.end()));
    return session_.BatchAndCommit(batch);
  }();
  if (!status.ok()) {
    run_ = before;
    RollBack();
    return status;
  }
  for (size_t i = 0; i < finished.size(); ++i) {
    observer_.OnStepFinished(static_cast<int>(i) + 1, finished[i].first, finished[i].second);
  }
  return absl::OkStatus();
}

absl::Status StepExecutor::RunStamp(const RowChange& change) {
  BRANT_RETURN_IF_ERROR(session_.Begin());
  absl::Status status = [&]() -> absl::Status {
    BRANT_RETURN_IF_ERROR(Guard());
    SetVersionRows(run_, ApplyRowChange(VersionRows(run_), change.removed, change.added));
    std::vector<BoundStatement> batch = journal_.ChangeRows(change.removed, change.added);
    // The rows and the run's end are one: a stamp that succeeded settles a step
    // that was left unfinished.
    v1::Run succeeded = run_;
    succeeded.set_state(v1::RUN_STATE_SUCCEEDED);
    *succeeded.mutable_end_time() = ToTimestamp(absl::Now());
    batch.push_back(journal_.UpdateRun(succeeded));
    return session_.BatchAndCommit(batch);
  }();
  if (!status.ok()) {
    SetVersionRows(run_, {run_.from_revisions().begin(), run_.from_revisions().end()});
    RollBack();
  }
  return status;
}

absl::Status StepExecutor::RecordCounts(const StepRecord& record) {
  std::vector<BoundStatement> batch;
  if (!session_.InTransaction()) batch = journal_.RegainSession();
  batch.push_back(journal_.UpdateStep(record, std::nullopt));
  return session_.Batch(batch);
}

absl::Status StepExecutor::ExecuteJournalled(const Step& step, int index, StepRecord& record,
                                             bool& recorded) {
  const Statement& statement = step.statements[index];
  // A data change and its outcome can be one transaction, unless the section
  // minds transactions itself.
  const bool with_outcome = statement.kind == StatementKind::kTransactional &&
                            step.section->transactional && !step.controls_transactions &&
                            !session_.InTransaction();
  if (!with_outcome) {
    record.statements_started = index + 1;
    recorded = false;
  }
  // A data change within the section's own transaction takes effect with what
  // ends that, which records it too. Recording each would take quadratic time on
  // PostgreSQL: all versions of the row stay until the end of the transaction.
  const bool ends_later =
      statement.kind == StatementKind::kTransactional && session_.InTransaction();
  if (!recorded && !ends_later) {
    absl::Status status = RecordCounts(record);
    if (!status.ok() && !(step.controls_transactions && IsTableNotLocked(status))) return status;
    recorded = status.ok();
  }
  if (with_outcome) BRANT_RETURN_IF_ERROR(session_.Begin());
  BRANT_RETURN_IF_ERROR(ExecuteStatement(record.position, index + 1, step, statement));
  record.statements_started = index + 1;
  record.statements_done = index + 1;
  record.done_digest = ExtendDigest(record.done_digest, statement);
  recorded = false;
  if (with_outcome) {
    std::vector<BoundStatement> batch = journal_.RegainSession();
    batch.push_back(journal_.UpdateStep(record, std::nullopt));
    BRANT_RETURN_IF_ERROR(session_.BatchAndCommit(batch));
    recorded = true;
  }
  return absl::OkStatus();
}

absl::Status StepExecutor::RunStatementwise(int position, const Step& step, int skip) {
  const absl::Time start = absl::Now();
  const int total = static_cast<int>(step.statements.size());
  observer_.OnStepStarted(position, step, skip);

  StepRecord record;
  record.run_id = run_.id();
  record.position = position;
  record.revision = step.revision->id;
  record.direction = step.direction;
  record.state = "running";
  record.statements_total = total;
  record.statements_started = skip;
  record.statements_done = skip;
  record.done_digest = StatementsDigest(step, skip);
  BRANT_RETURN_IF_ERROR(session_.Begin());
  absl::Status begun = [&]() -> absl::Status {
    BRANT_RETURN_IF_ERROR(Guard());
    return session_.BatchAndCommit({journal_.StoreScript(*step.revision, start),
                                    journal_.InsertStep(record, step.revision->checksum, start)});
  }();
  if (!begun.ok()) {
    RollBack();
    return begun;
  }
  bool recorded = true;
  for (int i = skip; i < total; ++i) {
    const bool was_open = session_.InTransaction();
    absl::Status status = ExecuteJournalled(step, i, record, recorded);
    if (!status.ok()) return RecordFailure(step, record, was_open, std::move(status));
  }

  const v1::Run before = run_;
  const bool was_open = session_.InTransaction();
  absl::Status status = [&]() -> absl::Status {
    // What the section left uncommitted (AUTOCOMMIT=0) takes effect with it.
    if (session_.InTransaction()) {
      BRANT_RETURN_IF_ERROR(session_.Batch(journal_.RegainSession()));
    } else {
      BRANT_RETURN_IF_ERROR(session_.Reset());
      BRANT_RETURN_IF_ERROR(session_.Begin());
    }
    BRANT_RETURN_IF_ERROR(Guard());
    record.state = "done";
    AdvanceRun(step);
    std::vector<BoundStatement> batch = journal_.ChangeRows(step.rows_removed, step.rows_added);
    batch.push_back(journal_.UpdateStep(record, absl::Now()));
    batch.push_back(journal_.UpdateRun(run_));
    return session_.BatchAndCommit(batch);
  }();
  if (!status.ok()) {
    run_ = before;
    record.state = "running";
    return RecordFailure(step, record, was_open, AtStep(std::move(status), step));
  }
  observer_.OnStepFinished(position, run_, absl::Now() - start);
  return absl::OkStatus();
}

void StepExecutor::RollBack() {
  cancel_.Detach();
  session_.Rollback().IgnoreError();
}

absl::Status StepExecutor::RecordFailure(const Step& step, StepRecord record, bool was_open,
                                         absl::Status error) {
  cancel_.Detach();
  // Not only a rollback: LOCK TABLES or autocommit = 0 would keep the outcome
  // from being recorded.
  if (!session_.IsAlive() || !session_.Reset().ok()) return error;
  // What the section's own transaction did, and recorded in it, is gone again:
  // rolled back here, or by the database (a deadlock, INSERT OR ROLLBACK).
  if (was_open) {
    absl::StatusOr<int> done =
        journal_.ReadStatementsDone(session_, record.run_id, record.position);
    if (!done.ok()) return error;
    record.statements_done = *done;
    record.done_digest = StatementsDigest(step, *done);
  }
  // The database said that the statement failed, so it had no effect; but for a
  // procedure that may have committed a part of its work.
  const bool in_doubt =
      !was_open && record.statements_started > record.statements_done &&
      step.statements[record.statements_started - 1].kind == StatementKind::kProcedure;
  record.state = "failed";
  if (!in_doubt) record.statements_started = record.statements_done;
  session_.Batch({journal_.UpdateStep(record, absl::Now())}).IgnoreError();

  const std::string effect = EffectSoFar(record);
  const std::string hint = ErrorDetail(error, "hint");
  return WithDetail(std::move(error), "hint",
                    hint.empty() ? effect : absl::StrCat(hint, "; ", effect));
}

}  // namespace brant
