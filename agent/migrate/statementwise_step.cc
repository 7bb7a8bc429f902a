#include "agent/migrate/statementwise_step.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "agent/base/error.h"
#include "agent/base/sha256.h"
#include "agent/migrate/statement_error.h"
#include "agent/migrate/step_executor.h"

namespace brant {
namespace {

std::string ExtendDigest(absl::string_view digest, const Statement& statement) {
  Sha256 extended;
  extended.Add(digest);
  extended.Add(statement.text);
  return extended.FinishHex();
}

// A procedure that gave way may have committed a part of its work before, so it
// is not tried again.
absl::Status NotToBeRepeated(const absl::Status& status) {
  Error failed(v1::ERROR_REASON_STATEMENT_FAILED, status.message());
  for (const auto& [key, value] : ErrorInfoOf(status).metadata()) failed.With(key, value);
  return failed;
}

// Statements that may leave something behind where they fail.
bool MayLeaveSomething(const Statement& statement) {
  return statement.kind == StatementKind::kAutonomous ||
         statement.kind == StatementKind::kMaintenance;
}

// What became of the step's statements, and what to do next.
std::string EffectSoFar(const StepRecord& record, const absl::Status& error) {
  if (record.statements_started > record.statements_done) {
    return absl::StrCat("what statement ", record.statements_started,
                        " committed before the failure is not known; ", record.statements_done,
                        " statements before it took effect and stay; ",
                        HowToSettle(record.revision));
  }
  if (record.statements_done == 0) {
    return absl::StrCat("no statement of the section took effect",
                        HowToMend(error, record.direction));
  }
  if (record.statements_done == record.statements_total) {
    return absl::StrCat("all ", record.statements_total,
                        " statements took effect and stay; the next run records that");
  }
  return absl::StrCat("statements 1 to ", record.statements_done, " of ", record.statements_total,
                      " took effect and stay; the next run goes on with statement ",
                      record.statements_done + 1, HowToMend(error, record.direction));
}

}  // namespace

std::string StatementsDigest(const Step& step, int count) {
  std::string digest;
  for (int i = 0; i < count; ++i) digest = ExtendDigest(digest, step.statements[i]);
  return digest;
}

absl::Status RestoreSession(Session& session, Dialect dialect, const Step& step, int done) {
  for (int i = 0; i < done; ++i) {
    if (!IsOfSession(dialect, step.statements[i])) continue;
    absl::StatusOr<Execution> execution = session.Execute(step.statements[i].text);
    if (!execution.ok()) return StatementError(execution.status(), step, step.statements[i]);
  }
  return absl::OkStatus();
}

absl::Status RunStatementwise(const RunScope& scope, int position, const Step& step, int skip) {
  scope.observer.OnStepStarted(position, step, skip);
  return TryUntilNotInTheWay(scope, position, [&]() -> absl::Status {
    StatementwiseStep attempt(scope, position, step, skip);
    absl::Status status = attempt.Run();
    if (!GaveWay(status) || !scope.session.IsAlive()) return status;
    skip = attempt.statements_done();
    const Dialect dialect = scope.journal.tables().dialect();
    absl::Status resumable = CheckResumable(dialect, step.statements, skip);
    return resumable.ok() ? status : NotToBeRepeated(status);
  });
}

StatementwiseStep::StatementwiseStep(const RunScope& scope, int position, const Step& step,
                                     int skip)
    : scope_(scope), step_(step), skip_(skip), start_(absl::Now()) {
  record_.run_id = scope.run.id();
  record_.position = position;
  record_.revision = step.revision->id;
  record_.direction = step.direction;
  record_.state = "running";
  record_.statements_total = static_cast<int>(step.statements.size());
  record_.statements_started = skip;
  record_.statements_done = skip;
  record_.done_digest = StatementsDigest(step, skip);
  recorded_ = skip;
}

absl::Status StatementwiseStep::Run() {
  BRANT_RETURN_IF_ERROR(RecordBeginning());
  if (skip_ > 0) {
    absl::Status status =
        RestoreSession(scope_.session, scope_.journal.tables().dialect(), step_, skip_);
    if (!status.ok()) return RecordFailure(false, std::move(status));
    for (int i = 0; i < skip_; ++i) NoteSession(step_.statements[i]);
  }
  for (int i = skip_; i < record_.statements_total; ++i) {
    const bool was_open = scope_.session.InTransaction();
    absl::Status status = ExecuteAt(i);
    if (!status.ok()) return RecordFailure(was_open, std::move(status));
  }
  const v1::Run before = scope_.run;
  const bool was_open = scope_.session.InTransaction();
  absl::Status status = RecordEnd();
  if (!status.ok()) {
    scope_.run = before;
    record_.state = "running";
    return RecordFailure(was_open, AtStep(std::move(status), step_));
  }
  scope_.observer.OnStepFinished(record_.position, scope_.run, absl::Now() - start_);
  return absl::OkStatus();
}

absl::Status StatementwiseStep::RecordBeginning() {
  return TryUntilNotInTheWay(scope_, record_.position, [this]() -> absl::Status {
    BRANT_RETURN_IF_ERROR(BeginGuarded(scope_));
    absl::Status status = scope_.session.BatchAndCommit(
        {scope_.journal.StoreScript(*step_.revision),
         scope_.journal.InsertStep(record_, step_.revision->checksum, start_)});
    if (!status.ok()) RollBack(scope_);
    return status;
  });
}

bool StatementwiseStep::CountsWithWhatFollows(const Statement& statement) const {
  const Dialect dialect = scope_.journal.tables().dialect();
  const bool in_transaction = scope_.session.InTransaction();
  // Only MySQL commits by itself within a transaction.
  const bool undone_together =
      statement.kind == StatementKind::kTransactional ||
      (statement.kind == StatementKind::kProcedure && dialect != Dialect::kMysql);
  switch (statement.kind == StatementKind::kTransactionControl
              ? ReadTransactionControl(dialect, statement.text)
              : TransactionControl::kOther) {
    case TransactionControl::kEnds:
    case TransactionControl::kLocksTables:
      return tables_locked_;
    case TransactionControl::kUnlocksTables:
    case TransactionControl::kAutocommitOff:
      return true;
    case TransactionControl::kBegins:
    case TransactionControl::kAutocommitOn:
      // On MySQL they commit a transaction that is open.
      return !in_transaction;
    case TransactionControl::kOther:
      break;
  }
  if (tables_locked_ || statement.kind == StatementKind::kSession ||
      statement.kind == StatementKind::kSetting) {
    return true;
  }
  // Recording each would take quadratic time on PostgreSQL: all versions of the
  // row stay until the end of the transaction.
  if (in_transaction) {
    return undone_together || statement.kind == StatementKind::kTransactionControl;
  }
  return autocommit_off_ && statement.kind == StatementKind::kTransactional;
}

void StatementwiseStep::NoteSession(const Statement& statement) {
  if (statement.kind != StatementKind::kTransactionControl) return;
  switch (ReadTransactionControl(scope_.journal.tables().dialect(), statement.text)) {
    case TransactionControl::kLocksTables:
      tables_locked_ = true;
      break;
    case TransactionControl::kBegins:
    case TransactionControl::kUnlocksTables:
      tables_locked_ = false;
      break;
    case TransactionControl::kAutocommitOff:
      autocommit_off_ = true;
      break;
    case TransactionControl::kAutocommitOn:
      autocommit_off_ = false;
      break;
    default:
      break;
  }
}

absl::Status StatementwiseStep::RecordBefore(const Statement& statement) {
  const bool begins = autocommit_off_ ||
                      (statement.kind == StatementKind::kTransactionControl &&
                       ReadTransactionControl(scope_.journal.tables().dialect(), statement.text) ==
                           TransactionControl::kBegins);
  const bool behind = recorded_ < record_.statements_done;
  if (!begins || !behind || tables_locked_ || scope_.session.InTransaction()) {
    return absl::OkStatus();
  }
  return RecordCounts();
}

absl::Status StatementwiseStep::ExecuteAt(int index) {
  const Statement& statement = step_.statements[index];
  BRANT_ASSIGN_OR_RETURN(kind_, scope_.session.KindOf(statement));
  if (kind_ == StatementKind::kProcedure) procedure_ = index + 1;
  if (CountsWithWhatFollows(statement)) {
    const bool unlocks = tables_locked_;
    BRANT_RETURN_IF_ERROR(RecordBefore(statement));
    record_.statements_started = index + 1;
    BRANT_RETURN_IF_ERROR(ExecuteStatement(scope_, record_.position, index + 1, step_));
    CountDone(index);
    NoteSession(statement);
    // The counts catch up.
    return unlocks && !tables_locked_ && !scope_.session.InTransaction() ? RecordCounts()
                                                                         : absl::OkStatus();
  }
  if (statement.kind == StatementKind::kTransactional && !scope_.session.InTransaction()) {
    return TryUntilNotInTheWay(scope_, record_.position, [&] { return ExecuteWithOutcome(index); });
  }
  BRANT_RETURN_IF_ERROR(ExecuteWithIntent(index));
  NoteSession(statement);
  return absl::OkStatus();
}

absl::Status StatementwiseStep::ExecuteWithOutcome(int index) {
  const StepRecord before = record_;
  SettleSignOfLife(scope_);
  BRANT_RETURN_IF_ERROR(scope_.session.Begin());
  absl::Status status = [&]() -> absl::Status {
    BRANT_RETURN_IF_ERROR(ExecuteStatement(scope_, record_.position, index + 1, step_));
    CountDone(index);
    BRANT_RETURN_IF_ERROR(GuardWithin(scope_));
    return scope_.session.BatchAndCommit({scope_.journal.UpdateStep(record_, std::nullopt)});
  }();
  if (status.ok()) {
    recorded_ = record_.statements_done;
    return status;
  }
  record_ = before;
  if (scope_.session.IsAlive()) RollBack(scope_);
  return status;
}

absl::Status StatementwiseStep::ExecuteWithIntent(int index) {
  const Statement& statement = step_.statements[index];
  record_.statements_started = index + 1;
  if (absl::Status status = RecordIntent(statement); !status.ok()) {
    // It was not sent.
    record_.statements_started = record_.statements_done;
    return status;
  }
  const bool in_transaction = scope_.session.InTransaction();
  const auto attempt = [&] {
    absl::Status status = ExecuteStatement(scope_, record_.position, index + 1, step_);
    const bool partly = kind_ == StatementKind::kProcedure && !in_transaction;
    return partly && GaveWay(status) ? NotToBeRepeated(status) : status;
  };
  // What happened before in the section's own transaction would be lost with it.
  BRANT_RETURN_IF_ERROR(in_transaction ? attempt()
                                       : TryUntilNotInTheWay(scope_, record_.position, attempt));
  CountDone(index);
  // Nothing else would tell whether it was done.
  const bool only_journal_tells =
      kind_ == StatementKind::kProcedure ||
      (kind_ == StatementKind::kAutonomous && !record_.fingerprint.has_value());
  record_.fingerprint.reset();
  if (only_journal_tells && !scope_.session.InTransaction()) {
    BRANT_RETURN_IF_ERROR(RecordCounts());
  }
  return absl::OkStatus();
}

void StatementwiseStep::CountDone(int index) {
  record_.statements_started = index + 1;
  record_.statements_done = index + 1;
  record_.done_digest = ExtendDigest(record_.done_digest, step_.statements[index]);
}

absl::Status StatementwiseStep::RecordIntent(const Statement& statement) {
  if (MayLeaveSomething(statement) && !scope_.session.InTransaction()) {
    BRANT_ASSIGN_OR_RETURN(const std::string removed,
                           scope_.session.RemoveLeftovers(statement.text));
    if (!removed.empty()) scope_.observer.OnNotice(removed);
  }
  record_.fingerprint.reset();
  if (kind_ == StatementKind::kAutonomous) {
    BRANT_ASSIGN_OR_RETURN(record_.fingerprint, scope_.session.Fingerprint(statement.text));
  }
  return RecordCounts();
}

absl::Status StatementwiseStep::RecordCounts() {
  if (scope_.session.InTransaction()) {
    // The section may have given itself another role.
    BRANT_RETURN_IF_ERROR(GuardWithin(scope_));
    BRANT_RETURN_IF_ERROR(scope_.session.Batch({scope_.journal.UpdateStep(record_, std::nullopt)}));
    recorded_ = record_.statements_done;
    return absl::OkStatus();
  }
  SettleSignOfLife(scope_);
  return TryUntilNotInTheWay(scope_, record_.position, [this]() -> absl::Status {
    BRANT_RETURN_IF_ERROR(scope_.session.Begin());
    absl::Status status = GuardWithin(scope_);
    if (status.ok()) {
      status = scope_.session.BatchAndCommit({scope_.journal.UpdateStep(record_, std::nullopt)});
    }
    if (status.ok()) {
      recorded_ = record_.statements_done;
    } else {
      RollBack(scope_);
    }
    return status;
  });
}

absl::Status StatementwiseStep::RecordEnd() {
  // What the section left uncommitted (AUTOCOMMIT=0) takes effect with it.
  if (scope_.session.InTransaction()) {
    BRANT_RETURN_IF_ERROR(GuardWithin(scope_));
  } else {
    BRANT_RETURN_IF_ERROR(scope_.session.Reset());
    BRANT_RETURN_IF_ERROR(BeginGuarded(scope_));
  }
  record_.state = "done";
  AdvanceRun(scope_.run, step_);
  std::vector<BoundStatement> batch =
      scope_.journal.ChangeRows(step_.rows_removed, step_.rows_added);
  batch.push_back(scope_.journal.UpdateStep(record_, absl::Now()));
  batch.push_back(scope_.journal.UpdateRun(scope_.run));
  return scope_.session.BatchAndCommit(batch);
}

absl::Status StatementwiseStep::RecordFailure(bool was_open, absl::Status error) {
  CancelToken::Shield shield(scope_.cancel);
  // Not only a rollback: LOCK TABLES or autocommit = 0 would keep the outcome
  // from being recorded.
  if (!scope_.session.IsAlive() || !scope_.session.Reset().ok()) return error;
  // What the section's own transaction did, and recorded in it, is gone again:
  // rolled back here, or by the database (a deadlock, INSERT OR ROLLBACK).
  if (was_open) {
    absl::StatusOr<StatementCounts> counts =
        scope_.journal.ReadStatementCounts(scope_.session, record_.run_id, record_.position);
    if (!counts.ok()) return error;
    // An intent that is still there was committed, by the statement itself, which
    // need not be the one that failed.
    record_.statements_started = counts->started;
    record_.statements_done = counts->done;
    record_.done_digest = StatementsDigest(step_, counts->done);
  }
  // The database said that the statement failed, so it had no effect; but for a
  // procedure that may have committed a part of its work.
  const bool in_doubt = record_.statements_started > record_.statements_done &&
                        record_.statements_started == procedure_;
  record_.state = "failed";
  if (!in_doubt) record_.statements_started = record_.statements_done;
  scope_.session.Batch({scope_.journal.UpdateStep(record_, absl::Now())}).IgnoreError();

  const std::string effect = EffectSoFar(record_, error);
  return WithEffect(std::move(error), effect);
}

}  // namespace brant
