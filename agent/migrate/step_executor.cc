#include "agent/migrate/step_executor.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/base/timestamp.h"
#include "agent/migrate/statement_error.h"

namespace brant {
namespace {

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

// Begins the batch that records the outcome of transactional steps.
absl::Status RegainSession(const RunScope& scope, absl::Span<const Step> steps,
                           std::vector<BoundStatement>& batch) {
  batch = scope.journal.RegainSession();
  // PostgreSQL reads a whole batch in the encoding that holds when it comes.
  if (batch.empty() || !std::any_of(steps.begin(), steps.end(), MentionsEncoding)) {
    return absl::OkStatus();
  }
  return scope.session.Batch(std::exchange(batch, {}));
}

// The journal's statements for a step that takes effect in the transaction.
void AppendOutcome(const RunScope& scope, int position, const Step& step, absl::Time start,
                   std::vector<BoundStatement>& batch) {
  const Journal& journal = scope.journal;
  for (BoundStatement& change : journal.ChangeRows(step.rows_removed, step.rows_added)) {
    batch.push_back(std::move(change));
  }
  batch.push_back(journal.StoreScript(*step.revision));
  StepRecord record;
  record.run_id = scope.run.id();
  record.position = position;
  record.revision = step.revision->id;
  record.direction = step.direction;
  record.state = "done";
  record.statements_total = static_cast<int>(step.statements.size());
  record.statements_started = record.statements_total;
  record.statements_done = record.statements_total;
  batch.push_back(journal.InsertStep(record, step.revision->checksum, start));
}

absl::Status ExecuteStatements(const RunScope& scope, int position, const Step& step, size_t begin,
                               size_t end) {
  for (size_t i = begin; i < end; ++i) {
    BRANT_RETURN_IF_ERROR(ExecuteStatement(scope, position, static_cast<int>(i) + 1, step));
  }
  return absl::OkStatus();
}

// What became of a transaction that failed. Where the session is lost, or
// something besides Brant wrote, the error says it already.
absl::Status WithRollback(absl::Status error, absl::string_view what, Direction direction) {
  if (IsStopped(error)) return WithEffect(std::move(error), absl::StrCat(what, " was rolled back"));
  const std::string advice = HowToMend(error, direction);
  if (advice.empty()) return error;
  return WithEffect(std::move(error), absl::StrCat(what, " was rolled back", advice));
}

// The part of RunTransactional that is tried again where it gave way.
absl::Status TryTransactional(const RunScope& scope, int position, const Step& step) {
  const absl::Time start = absl::Now();
  const size_t settings = CountLeadingSettings(step);
  BRANT_RETURN_IF_ERROR(ExecuteStatements(scope, position, step, 0, settings));
  BRANT_RETURN_IF_ERROR(BeginGuarded(scope));
  const v1::Run before = scope.run;
  absl::Status status = [&]() -> absl::Status {
    BRANT_RETURN_IF_ERROR(
        ExecuteStatements(scope, position, step, settings, step.statements.size()));
    std::vector<BoundStatement> batch;
    BRANT_RETURN_IF_ERROR(RegainSession(scope, {&step, 1}, batch));
    AppendOutcome(scope, position, step, start, batch);
    AdvanceRun(scope.run, step);
    batch.push_back(scope.journal.UpdateRun(scope.run));
    return scope.session.BatchAndCommit(batch);
  }();
  if (status.ok()) return status;
  scope.run = before;
  RollBack(scope);
  // What it set counts for the next try no more.
  if (GaveWay(status)) scope.session.Reset().IgnoreError();
  return AtStep(std::move(status), step);
}

absl::Status TryInOneTransaction(const RunScope& scope, const std::vector<Step>& steps) {
  BRANT_RETURN_IF_ERROR(BeginGuarded(scope));
  const v1::Run before = scope.run;
  std::vector<std::pair<v1::Run, absl::Duration>> finished;
  absl::Status status = [&]() -> absl::Status {
    std::vector<BoundStatement> outcomes;
    for (size_t i = 0; i < steps.size(); ++i) {
      const int position = static_cast<int>(i) + 1;
      const absl::Time start = absl::Now();
      scope.observer.OnStepStarted(position, steps[i], 0);
      BRANT_RETURN_IF_ERROR(
          ExecuteStatements(scope, position, steps[i], 0, steps[i].statements.size()));
      AppendOutcome(scope, position, steps[i], start, outcomes);
      AdvanceRun(scope.run, steps[i]);
      finished.emplace_back(scope.run, absl::Now() - start);
    }
    outcomes.push_back(scope.journal.UpdateRun(scope.run));
    std::vector<BoundStatement> batch;
    BRANT_RETURN_IF_ERROR(RegainSession(scope, steps, batch));
    batch.insert(batch.end(), std::make_move_iterator(outcomes.begin()),
                 std::make_move_iterator(outcomes.end()));
    return scope.session.BatchAndCommit(batch);
  }();
  if (!status.ok()) {
    scope.run = before;
    RollBack(scope);
    if (GaveWay(status)) scope.session.Reset().IgnoreError();
    return status;
  }
  for (size_t i = 0; i < finished.size(); ++i) {
    scope.observer.OnStepFinished(static_cast<int>(i) + 1, finished[i].first, finished[i].second);
  }
  return absl::OkStatus();
}

}  // namespace

void AdvanceRun(v1::Run& run, const Step& step) {
  SetVersionRows(run, ApplyRowChange(VersionRows(run), step.rows_removed, step.rows_added));
  run.set_steps_done(run.steps_done() + 1);
}

absl::Status ExecuteStatement(const RunScope& scope, int position, int number, const Step& step) {
  const Statement& statement = step.statements[number - 1];
  BRANT_RETURN_IF_ERROR(scope.cancel.reason());
  scope.observer.OnStatementStarted(position, number, step, statement);
  scope.monitor.StatementBegan(scope.session.ServerId(), position, number);
  const absl::Time start = absl::Now();
  absl::StatusOr<Execution> execution = scope.session.Execute(statement.text);
  scope.monitor.StatementEnded();
  if (!execution.ok()) {
    // A cancelled statement fails with an error of the database's; why it was
    // cancelled says more.
    if (absl::Status reason = scope.cancel.reason(); !reason.ok()) return reason;
    return StatementError(execution.status(), step, statement);
  }
  scope.observer.OnStatementFinished(position, number, execution->rows_affected,
                                     absl::Now() - start);
  return absl::OkStatus();
}

absl::Status RunTransactional(const RunScope& scope, int position, const Step& step) {
  const absl::Time start = absl::Now();
  scope.observer.OnStepStarted(position, step, 0);
  absl::Status status =
      TryUntilNotInTheWay(scope, position, [&] { return TryTransactional(scope, position, step); });
  if (!status.ok()) {
    return WithRollback(std::move(status), absl::StrCat("revision ", step.revision->id),
                        step.direction);
  }
  scope.observer.OnStepFinished(position, scope.run, absl::Now() - start);
  return absl::OkStatus();
}

absl::Status RunInOneTransaction(const RunScope& scope, const std::vector<Step>& steps) {
  absl::Status status =
      TryUntilNotInTheWay(scope, 0, [&] { return TryInOneTransaction(scope, steps); });
  return status.ok() ? status
                     : WithRollback(std::move(status), "the whole run", steps[0].direction);
}

absl::Status RunStamp(const RunScope& scope, const RowChange& change) {
  return TryUntilNotInTheWay(scope, 0, [&]() -> absl::Status {
    BRANT_RETURN_IF_ERROR(BeginGuarded(scope));
    std::vector<std::string> rows =
        ApplyRowChange(VersionRows(scope.run), change.removed, change.added);
    // The rows and the run's end are one: a stamp that succeeded settles a step
    // that was left unfinished.
    v1::Run succeeded = scope.run;
    SetVersionRows(succeeded, rows);
    succeeded.set_state(v1::RUN_STATE_SUCCEEDED);
    *succeeded.mutable_end_time() = ToTimestamp(absl::Now());
    std::vector<BoundStatement> batch = scope.journal.ChangeRows(change.removed, change.added);
    batch.push_back(scope.journal.UpdateRun(succeeded));
    absl::Status status = scope.session.BatchAndCommit(batch);
    if (status.ok()) {
      SetVersionRows(scope.run, rows);
    } else {
      RollBack(scope);
    }
    return status;
  });
}

}  // namespace brant
