#include "agent/migrate/plan.h"

#include <algorithm>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"

namespace brant {
namespace {

absl::Status MissingSection(const Revision& revision, Direction direction, Dialect dialect) {
  const absl::string_view name = DialectName(dialect);
  if (direction == Direction::kUpgrade) {
    return Error(v1::ERROR_REASON_NO_SECTION,
                 absl::StrCat("revision ", revision.id, " has no upgrade section for ", name))
        .Revision(revision.id)
        .At(revision.file)
        .Hint(absl::StrCat("add '-- brant:upgrade ", name,
                           "' to the file; an empty section means that there is nothing to do"));
  }
  return Error(v1::ERROR_REASON_IRREVERSIBLE,
               absl::StrCat("revision ", revision.id,
                            " is irreversible: it has no downgrade section", " for ", name))
      .Revision(revision.id)
      .At(revision.file)
      .Hint(
          "write a '-- brant:downgrade' section; an empty one means that there is nothing to undo");
}

std::vector<int> LinesOf(absl::string_view body, int first_line,
                         const std::vector<Statement>& statements) {
  std::vector<int> lines;
  lines.reserve(statements.size());
  size_t counted = 0;
  int line = first_line;
  for (const Statement& statement : statements) {
    line +=
        static_cast<int>(std::count(body.begin() + counted, body.begin() + statement.offset, '\n'));
    counted = statement.offset;
    lines.push_back(line);
  }
  return lines;
}

bool IsRelative(absl::string_view target) {
  const size_t digits = target.find_last_not_of("0123456789");
  return digits != absl::string_view::npos && digits + 1 < target.size() &&
         (target[digits] == '+' || target[digits] == '-');
}

}  // namespace

bool CanBeShared(const Goal& goal) { return std::ranges::none_of(goal.targets, IsRelative); }

int LineOf(const Step& step, const Statement& statement) {
  const auto found =
      std::lower_bound(step.statements.begin(), step.statements.end(), statement.offset,
                       [](const Statement& a, size_t offset) { return a.offset < offset; });
  return step.lines[found - step.statements.begin()];
}

size_t CountLeadingSettings(const Step& step) {
  const auto first_other = std::find_if(
      step.statements.begin(), step.statements.end(),
      [](const Statement& statement) { return statement.kind != StatementKind::kSetting; });
  return first_other - step.statements.begin();
}

absl::StatusOr<Step> MakeStep(const Bundle& bundle, Dialect dialect, Move move,
                              v1::TransactionMode mode) {
  const Revision& revision = bundle.graph.revision(move.revision);
  Step step;
  step.revision = &revision;
  step.direction = move.direction;
  step.rows_removed = std::move(move.rows_removed);
  step.rows_added = std::move(move.rows_added);
  step.section = revision.FindSection(move.direction, dialect);
  if (step.section == nullptr) return MissingSection(revision, move.direction, dialect);

  auto statements = SplitStatements(dialect, revision.Body(*step.section));
  if (!statements.ok()) {
    absl::Status status = WithDetail(statements.status(), "revision", revision.id);
    size_t position = 0;
    if (!absl::SimpleAtoi(ErrorDetail(status, "position"), &position)) return status;
    const absl::string_view before = revision.Body(*step.section).substr(0, position);
    const int line = step.section->line + std::count(before.begin(), before.end(), '\n');
    return WithDetail(WithDetail(status, "file", revision.file), "line", absl::StrCat(line));
  }
  step.statements = *std::move(statements);
  step.lines = LinesOf(revision.Body(*step.section), step.section->line, step.statements);

  const Statement* control = nullptr;
  bool undone_by_rollback = true;
  for (const Statement& statement : step.statements) {
    if (statement.kind == StatementKind::kTransactionControl && control == nullptr) {
      control = &statement;
    }
    undone_by_rollback = undone_by_rollback && statement.kind != StatementKind::kAutonomous &&
                         statement.kind != StatementKind::kMaintenance &&
                         statement.kind != StatementKind::kProcedure;
  }
  step.controls_transactions = control != nullptr;
  step.transactional = step.section->transactional && control == nullptr &&
                       (dialect != Dialect::kMysql || undone_by_rollback);
  if (mode == v1::TRANSACTION_MODE_SINGLE && !step.transactional) {
    Error error(v1::ERROR_REASON_UNSUPPORTED_STATEMENT,
                control == nullptr ? absl::StrCat("revision ", revision.id, " says transaction:off")
                                   : absl::StrCat("revision ", revision.id,
                                                  " begins or ends transactions itself"));
    error.Revision(revision.id)
        .At(revision.file, control == nullptr ? step.section->line - 1 : LineOf(step, *control))
        .Hint("run without --transaction all");
    return error;
  }
  return step;
}

absl::StatusOr<Plan> MakePlan(std::shared_ptr<const Bundle> bundle, Dialect dialect,
                              absl::Span<const std::string> rows, const Goal& goal) {
  if (goal.targets.empty() || (goal.kind != v1::RUN_KIND_STAMP && goal.targets.size() != 1)) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST, "exactly one target revision is needed")
        .Hint("name one, such as 'head'");
  }
  if (goal.transaction_mode == v1::TRANSACTION_MODE_SINGLE && dialect == Dialect::kMysql) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST,
                 "MySQL and MariaDB can't run a plan in one transaction: their DDL commits")
        .Hint("run without --transaction all");
  }
  Plan plan;
  plan.bundle = std::move(bundle);
  plan.kind = goal.kind;
  plan.from_rows.assign(rows.begin(), rows.end());
  std::sort(plan.from_rows.begin(), plan.from_rows.end());
  const RevisionGraph& graph = plan.bundle->graph;

  if (goal.kind == v1::RUN_KIND_STAMP) {
    BRANT_ASSIGN_OR_RETURN(plan.stamp, WalkStamp(graph, plan.from_rows, goal.targets, goal.purge));
    return plan;
  }
  BRANT_ASSIGN_OR_RETURN(std::vector<Move> moves,
                         goal.kind == v1::RUN_KIND_UPGRADE
                             ? WalkUpgrade(graph, plan.from_rows, goal.targets[0])
                             : WalkDowngrade(graph, plan.from_rows, goal.targets[0]));
  plan.steps.reserve(moves.size());
  for (Move& move : moves) {
    BRANT_ASSIGN_OR_RETURN(Step step,
                           MakeStep(*plan.bundle, dialect, std::move(move), goal.transaction_mode));
    plan.steps.push_back(std::move(step));
  }
  return plan;
}

std::vector<std::string> ApplyRowChange(absl::Span<const std::string> rows,
                                        absl::Span<const std::string> removed,
                                        absl::Span<const std::string> added) {
  std::set<std::string> result(rows.begin(), rows.end());
  for (const std::string& row : removed) result.erase(row);
  result.insert(added.begin(), added.end());
  return {result.begin(), result.end()};
}

}  // namespace brant
