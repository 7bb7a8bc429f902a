// What a run would do, decided before anything is written.

#ifndef BRANT_AGENT_MIGRATE_PLAN_H_
#define BRANT_AGENT_MIGRATE_PLAN_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "agent/database/statement.h"
#include "agent/database/value.h"
#include "agent/revisions/bundle.h"
#include "agent/revisions/walk.h"
#include "brant/v1/run.pb.h"

namespace brant {

// One revision in one direction. Points into the plan's bundle.
struct Step {
  const Revision* revision = nullptr;
  Direction direction = Direction::kUpgrade;
  const Section* section = nullptr;
  std::vector<Statement> statements;
  // The line of the file on which each of them begins.
  std::vector<int> lines;
  // One transaction holds the statements and the version rows. False for
  // transaction:off, for a section that begins or ends transactions itself, and
  // on MySQL for all but pure data changes, since its DDL commits.
  bool transactional = true;
  // The section says BEGIN, COMMIT or their like.
  bool controls_transactions = false;
  std::vector<std::string> rows_removed;
  std::vector<std::string> rows_added;
};

// The line of the revision's file on which a statement of the step begins.
// Logarithmic: sections of a hundred thousand statements exist.
int LineOf(const Step& step, const Statement& statement);

// How many settings (StatementKind::kSetting) a section begins with. They run
// before the step's transaction, in which they would fail or do nothing.
size_t CountLeadingSettings(const Step& step);

// What a repair changes in the journal (agent/migrate/repair.h).
struct RepairPlan {
  std::vector<BoundStatement> statements;
  // For people, a line each.
  std::vector<std::string> notes;

  bool empty() const { return statements.empty(); }
};

struct Plan {
  std::shared_ptr<const Bundle> bundle;
  v1::RunKind kind = v1::RUN_KIND_UPGRADE;
  // The version rows that it starts from, sorted.
  std::vector<std::string> from_rows;
  std::vector<Step> steps;
  // Stamp only; then there are no steps.
  RowChange stamp;
  // Repair only.
  RepairPlan repair;
  // What people are told before anything runs, a line each.
  std::vector<std::string> notices;

  bool empty() const {
    return steps.empty() && stamp.removed.empty() && stamp.added.empty() && repair.empty();
  }
};

// How a person settles a statement that is in doubt.
struct Settlement {
  std::string revision;
  bool took_effect = false;

  friend bool operator==(const Settlement&, const Settlement&) = default;
};

// What is asked of a plan.
struct Goal {
  v1::RunKind kind = v1::RUN_KIND_UPGRADE;
  // One for an upgrade or a downgrade, one or more for a stamp.
  std::vector<std::string> targets;
  // Stamp only: forget every row first.
  bool purge = false;
  v1::TransactionMode transaction_mode = v1::TRANSACTION_MODE_PER_STEP;
  // Run although files were edited after they were applied.
  bool allow_edited_files = false;
  // Repair only: this, or else accept edited files: those of the revisions in
  // `targets`, or all.
  std::optional<Settlement> settlement;

  friend bool operator==(const Goal&, const Goal&) = default;
};

// Whether two requests for the goal want the same. A relative target (`+1`, `-1`,
// `ae10+2`) means another one wherever the database is: two requests for it are
// two steps.
bool CanBeShared(const Goal& goal);

// One step by itself, its section cut into statements. Errors as of MakePlan.
absl::StatusOr<Step> MakeStep(const Bundle& bundle, Dialect dialect, Move move,
                              v1::TransactionMode mode);

// Walks the graph and cuts every section into its statements. Errors are those
// of the walk, and, with file and line: IRREVERSIBLE, NO_SECTION,
// UNSUPPORTED_STATEMENT.
absl::StatusOr<Plan> MakePlan(std::shared_ptr<const Bundle> bundle, Dialect dialect,
                              absl::Span<const std::string> rows, const Goal& goal);

// `rows` without `removed`, with `added`, sorted.
std::vector<std::string> ApplyRowChange(absl::Span<const std::string> rows,
                                        absl::Span<const std::string> removed,
                                        absl::Span<const std::string> added);

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_PLAN_H_
