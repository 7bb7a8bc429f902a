#include "agent/migrate/offline.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/base/error.h"
#include "agent/migrate/state_tables.h"

namespace brant {
namespace {

std::string TableName(const OfflineOptions& options) {
  std::string table = QuoteIdentifier(options.dialect, options.version_table);
  if (options.version_table_schema.empty()) return table;
  return absl::StrCat(QuoteIdentifier(options.dialect, options.version_table_schema), ".", table);
}

absl::string_view BeginText(Dialect dialect) {
  return dialect == Dialect::kMysql ? "START TRANSACTION;\n\n" : "BEGIN;\n\n";
}

// One that the statement does not contain.
std::string FreeDelimiter(absl::string_view statement) {
  std::string delimiter = "//";
  while (absl::StrContains(statement, delimiter)) delimiter += "/";
  return delimiter;
}

void AppendStatement(Dialect dialect, absl::string_view statement, std::string& script) {
  // The mariadb client cuts at every semicolon unless told otherwise.
  if (dialect == Dialect::kMysql && absl::StrContains(statement, ';')) {
    const std::string delimiter = FreeDelimiter(statement);
    absl::StrAppend(&script, "DELIMITER ", delimiter, "\n", statement, "\n", delimiter,
                    "\nDELIMITER ;\n\n");
    return;
  }
  absl::StrAppend(&script, statement, ";\n\n");
}

// Revision ids and nothing else: no quoting is needed.
void AppendRowChange(const OfflineOptions& options, const std::vector<std::string>& removed,
                     const std::vector<std::string>& added, std::string& script) {
  for (const std::string& row : removed) {
    absl::StrAppend(&script, "DELETE FROM ", TableName(options), " WHERE version_num = '", row,
                    "';\n\n");
  }
  for (const std::string& row : added) {
    absl::StrAppend(&script, "INSERT INTO ", TableName(options), " (version_num) VALUES ('", row,
                    "');\n\n");
  }
}

std::string StepTitle(const Step& step) {
  const std::string parents = absl::StrJoin(step.revision->parents, ", ");
  const std::string title =
      step.direction == Direction::kUpgrade
          ? absl::StrCat("-- Running upgrade ", parents, " -> ", step.revision->id)
          : absl::StrCat("-- Running downgrade ", step.revision->id, " -> ", parents);
  const absl::string_view message = step.revision->Title();
  return absl::StrCat(absl::StripTrailingAsciiWhitespace(title), message.empty() ? "" : ", ",
                      message, "\n\n");
}

std::string RenderStep(const OfflineOptions& options, const Step& step, bool own_transaction) {
  std::string script = StepTitle(step);
  if (own_transaction) absl::StrAppend(&script, BeginText(options.dialect));
  for (const Statement& statement : step.statements) {
    AppendStatement(options.dialect, statement.text, script);
  }
  AppendRowChange(options, step.rows_removed, step.rows_added, script);
  if (own_transaction) script += "COMMIT;\n\n";
  return script;
}

// The client stops at the first error, as mariadb does unasked: what follows
// builds on what failed. And a script is UTF-8, whatever the client takes for
// granted.
absl::string_view Prologue(Dialect dialect) {
  switch (dialect) {
    case Dialect::kPostgresql:
      return "\\set ON_ERROR_STOP on\n\nSET client_encoding = 'UTF8';\n\n";
    case Dialect::kMysql:
      return "SET NAMES utf8mb4;\n\n";
    case Dialect::kSqlite:
      return ".bail on\n\n";
  }
  return "";
}

std::string CreateVersionTable(const OfflineOptions& options) {
  return absl::StrCat("CREATE TABLE IF NOT EXISTS ", TableName(options),
                      " (version_num VARCHAR(32) NOT NULL, PRIMARY KEY (version_num));\n\n");
}

}  // namespace

absl::StatusOr<std::vector<std::string>> RenderOffline(std::shared_ptr<const Bundle> bundle,
                                                       Goal goal, const OfflineOptions& options) {
  std::vector<std::string> rows;
  if (!goal.targets.empty() &&
      (goal.kind != v1::RUN_KIND_STAMP || absl::StrContains(goal.targets[0], ':'))) {
    BRANT_ASSIGN_OR_RETURN(OfflineRange range, ParseOfflineRange(bundle->graph,
                                                                 goal.kind == v1::RUN_KIND_DOWNGRADE
                                                                     ? Direction::kDowngrade
                                                                     : Direction::kUpgrade,
                                                                 goal.targets[0]));
    rows = std::move(range.from_rows);
    goal.targets[0] = std::move(range.target);
  }
  BRANT_ASSIGN_OR_RETURN(Plan plan, MakePlan(std::move(bundle), options.dialect, rows, goal));

  const bool single = goal.transaction_mode == v1::TRANSACTION_MODE_SINGLE;
  std::vector<std::string> pieces = {std::string(Prologue(options.dialect))};
  if (single) pieces.emplace_back(BeginText(options.dialect));
  if (rows.empty()) pieces.push_back(CreateVersionTable(options));
  if (goal.kind == v1::RUN_KIND_STAMP) {
    std::string script = "-- Stamping the version table\n\n";
    if (goal.purge) absl::StrAppend(&script, "DELETE FROM ", TableName(options), ";\n\n");
    AppendRowChange(options, plan.stamp.removed, plan.stamp.added, script);
    pieces.push_back(std::move(script));
  }
  for (const Step& step : plan.steps) {
    pieces.push_back(RenderStep(options, step, step.transactional && !single));
  }
  if (single) pieces.emplace_back("COMMIT;\n\n");
  return pieces;
}

}  // namespace brant
