#include "agent/migrate/resume.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/migrate/statement_error.h"
#include "agent/migrate/statementwise_step.h"

namespace brant {
namespace {

constexpr absl::string_view kByHand =
    "finish or undo the step by hand, then 'brant stamp' the revision that the database is at";

absl::Status InDoubt(const StepRecord& unfinished, const Plan& plan) {
  Error error(v1::ERROR_REASON_STATEMENT_IN_DOUBT,
              absl::StrCat("whether statement ", unfinished.statements_started, " of the ",
                           DirectionName(unfinished.direction), " of revision ",
                           unfinished.revision, " took effect in run ", unfinished.run_id,
                           " is not known, so it is not run again"));
  error.Revision(unfinished.revision).Hint(HowToSettle(unfinished.revision));
  const size_t index = unfinished.statements_started - 1;
  if (!plan.steps.empty() && plan.steps[0].revision->id == unfinished.revision &&
      plan.steps[0].direction == unfinished.direction && index < plan.steps[0].statements.size()) {
    const Step& step = plan.steps[0];
    error.At(step.revision->file, step.lines[index]).Statement(step.statements[index].text);
  }
  return error;
}

enum class Fate { kTookEffect, kHadNoEffect, kUnknown };

// The intent of what ends a transaction of the section's own is part of that, so
// what can be read of it was committed. What ran under LOCK TABLES left none.
Fate FateOfTransactionControl(Dialect dialect, absl::string_view text) {
  switch (ReadTransactionControl(dialect, text)) {
    case TransactionControl::kBegins:
    case TransactionControl::kAutocommitOff:
    case TransactionControl::kUnlocksTables:
      return Fate::kHadNoEffect;
    case TransactionControl::kEnds:
    case TransactionControl::kAutocommitOn:
      return Fate::kTookEffect;
    case TransactionControl::kLocksTables:
    case TransactionControl::kOther:
      break;
  }
  return Fate::kUnknown;
}

// Of the step's statement after the first `done`. What that left behind stays until
// the run has shown itself: it does not change the fingerprint, and goes before the
// statement runs again.
absl::StatusOr<Fate> DecideFate(Session& session, Dialect dialect, const Step& step, int done,
                                const std::optional<std::string>& before) {
  const Statement& statement = step.statements[done];
  switch (statement.kind) {
    case StatementKind::kSession:
    case StatementKind::kSetting:
    case StatementKind::kMaintenance:
      // Running it again does no harm.
      return Fate::kHadNoEffect;
    case StatementKind::kTransactionControl:
      return FateOfTransactionControl(dialect, statement.text);
    case StatementKind::kTransactional:
    case StatementKind::kProcedure:
      return Fate::kUnknown;
    case StatementKind::kAutonomous:
      break;
  }
  // What the statement names may depend on the session.
  BRANT_RETURN_IF_ERROR(AtStep(CheckResumable(dialect, step.statements, done), step));
  BRANT_RETURN_IF_ERROR(RestoreSession(session, dialect, step, done));
  BRANT_ASSIGN_OR_RETURN(const std::optional<std::string> now, session.Fingerprint(statement.text));
  BRANT_RETURN_IF_ERROR(session.Reset());
  if (!before.has_value() || !now.has_value()) return Fate::kUnknown;
  return *before == *now ? Fate::kHadNoEffect : Fate::kTookEffect;
}

// The outcome of a statement is recorded with the next intent. So if it took
// effect, the run may have been further, in a statement that left no trace.
std::string DescribeFate(const StepRecord& unfinished, const Step& step, bool took_effect) {
  const std::string statement =
      absl::StrCat("statement ", unfinished.statements_started, " of ", unfinished.statements_total,
                   " of ", step.revision->file);
  if (!took_effect) {
    return absl::StrCat("run ", unfinished.run_id, " was interrupted at ", statement,
                        ", which is run again");
  }
  return absl::StrCat("run ", unfinished.run_id, " was interrupted after ", statement,
                      " took effect; this run goes on after it");
}

}  // namespace

absl::StatusOr<Standing> ReadStanding(Database& database, Session& session, const Journal& journal,
                                      absl::string_view request_id) {
  const StateTables& tables = journal.tables();
  Standing standing;
  BRANT_ASSIGN_OR_RETURN(bool has_journal, journal.TablesExist(database, session));
  BRANT_ASSIGN_OR_RETURN(bool has_versions,
                         database.TableExists(session, tables.schema(), tables.version_table()));
  if (has_journal && has_versions) {
    BRANT_ASSIGN_OR_RETURN(std::optional<DatabaseState> state,
                           journal.ReadState(session, /*lock=*/false));
    if (state.has_value()) {
      standing.prepared = state->format == kJournalFormat;
      standing.state = *std::move(state);
    }
  }
  if (has_journal) {
    BRANT_ASSIGN_OR_RETURN(standing.unfinished, journal.ReadUnfinishedStep(session));
    if (standing.prepared && standing.unfinished.has_value()) {
      BRANT_ASSIGN_OR_RETURN(standing.unfinished->fingerprint,
                             journal.ReadFingerprint(session, *standing.unfinished));
    }
    BRANT_ASSIGN_OR_RETURN(standing.earlier, journal.ReadRunOfRequest(session, request_id));
  }
  // The first run; there may be a version table of Alembic's.
  if (has_versions && standing.state.format == 0) {
    BRANT_ASSIGN_OR_RETURN(standing.state.rows, journal.ReadRows(session));
  }
  return standing;
}

absl::Status CheckSameRequest(const v1::Run& earlier, const v1::Run& run) {
  if (earlier.kind() == run.kind() && earlier.target() == run.target() &&
      earlier.bundle_digest() == run.bundle_digest()) {
    return absl::OkStatus();
  }
  return Error(v1::ERROR_REASON_INVALID_REQUEST,
               absl::StrCat("request ", run.request_id(),
                            " was made before, for another goal: ", RunKindName(earlier.kind()),
                            " ", earlier.target(), " in run ", earlier.id()))
      .Hint("use a new request id for each request");
}

absl::StatusOr<Plan> ResumePlan(std::shared_ptr<const Bundle> bundle, Dialect dialect,
                                const Goal& goal, const Standing& standing, const v1::Run& run) {
  const std::vector<std::string>& rows = standing.state.rows;
  const std::optional<v1::Run>& earlier = standing.earlier;
  if (!earlier.has_value() || earlier->kind() == v1::RUN_KIND_STAMP) {
    return MakePlan(std::move(bundle), dialect, rows, goal);
  }
  const std::vector<std::string> from(earlier->from_revisions().begin(),
                                      earlier->from_revisions().end());
  BRANT_ASSIGN_OR_RETURN(Plan plan, MakePlan(std::move(bundle), dialect, from, goal));
  std::vector<std::string> reached = from;
  size_t done = 0;
  while (reached != rows && done < plan.steps.size()) {
    reached = ApplyRowChange(reached, plan.steps[done].rows_removed, plan.steps[done].rows_added);
    ++done;
  }
  if (reached != rows) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST,
                 absl::StrCat("request ", run.request_id(), " was made before, and the database",
                              " has left its way since"))
        .Hint("look at 'brant status', and use a new request id for what is to be done now");
  }
  plan.steps.erase(plan.steps.begin(), plan.steps.begin() + done);
  plan.from_rows = rows;
  return plan;
}

absl::StatusOr<int> StatementsToSkip(Session& session, Dialect dialect, const Plan& plan,
                                     v1::TransactionMode mode,
                                     const std::optional<StepRecord>& unfinished,
                                     RunObserver& observer) {
  if (!unfinished.has_value() || plan.kind == v1::RUN_KIND_STAMP ||
      plan.kind == v1::RUN_KIND_REPAIR) {
    return 0;
  }
  const bool in_doubt = unfinished->statements_started > unfinished->statements_done;
  Error error(v1::ERROR_REASON_STEP_INCOMPLETE,
              absl::StrCat("statements 1 to ", unfinished->statements_done, " of ",
                           unfinished->statements_total, " of the ",
                           DirectionName(unfinished->direction), " of revision ",
                           unfinished->revision, " took effect in run ", unfinished->run_id));
  error.Revision(unfinished->revision);
  if (plan.steps.empty() || plan.steps[0].revision->id != unfinished->revision ||
      plan.steps[0].direction != unfinished->direction) {
    return error.Hint(absl::StrCat("first run the ", DirectionName(unfinished->direction),
                                   " of that revision to its end, or ", kByHand));
  }
  const Step& step = plan.steps[0];
  const int known = in_doubt ? unfinished->statements_started : unfinished->statements_done;
  if (static_cast<int>(step.statements.size()) < known ||
      StatementsDigest(step, unfinished->statements_done) != unfinished->done_digest) {
    return error.At(step.revision->file, step.section->line)
        .Hint(absl::StrCat("these statements were edited since: restore them, or ", kByHand));
  }
  int done = unfinished->statements_done;
  if (in_doubt) {
    BRANT_ASSIGN_OR_RETURN(const Fate fate,
                           DecideFate(session, dialect, step, known - 1, unfinished->fingerprint));
    if (fate == Fate::kUnknown) return InDoubt(*unfinished, plan);
    if (fate == Fate::kTookEffect) done = known;
    observer.OnNotice(DescribeFate(*unfinished, step, fate == Fate::kTookEffect));
  }
  if (done > 0 && mode == v1::TRANSACTION_MODE_SINGLE) {
    return error.At(step.revision->file, step.section->line)
        .Hint("what took effect can't be part of one transaction: run without --transaction all");
  }
  BRANT_RETURN_IF_ERROR(AtStep(CheckResumable(dialect, step.statements, done), step));
  return done;
}

}  // namespace brant
