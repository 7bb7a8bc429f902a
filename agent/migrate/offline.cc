#include "agent/migrate/offline.h"

#include <algorithm>
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

// Whether a statement may change the session in a way that would keep the
// version rows from being written, or not at the right place.
bool MayChangeSession(Dialect dialect, absl::string_view statement) {
  auto contains = [statement](absl::string_view word) {
    return std::search(statement.begin(), statement.end(), word.begin(), word.end(),
                       [](char c, char letter) { return absl::ascii_tolower(c) == letter; }) !=
           statement.end();
  };
  switch (dialect) {
    case Dialect::kPostgresql:
      return absl::StartsWithIgnoreCase(statement, "set") || contains("set_config");
    case Dialect::kMysql:
      // Conditional comments included.
      return absl::StartsWithIgnoreCase(statement, "set") ||
             absl::StartsWithIgnoreCase(statement, "lock") ||
             (absl::StartsWith(statement, "/*") && contains("set"));
    case Dialect::kSqlite:
      return false;
  }
  return false;
}

// What the agent does between steps.
absl::string_view ResetText(Dialect dialect) {
  switch (dialect) {
    case Dialect::kPostgresql:
      return "RESET SESSION AUTHORIZATION;\nRESET ROLE;\nRESET ALL;\n"
             "SET client_encoding = 'UTF8';\n\n";
    case Dialect::kMysql:
      // Turning autocommit on commits what the section left open.
      return "UNLOCK TABLES;\n"
             "SET autocommit = 1, sql_mode = DEFAULT, foreign_key_checks = DEFAULT, "
             "unique_checks = DEFAULT, time_zone = DEFAULT;\nSET NAMES utf8mb4;\n\n";
    case Dialect::kSqlite:
      return "";
  }
  return "";
}

std::string RenderStep(const OfflineOptions& options, const Step& step, bool own_transaction) {
  std::string script = StepTitle(step);
  const size_t settings = own_transaction ? CountLeadingSettings(step) : 0;
  bool session_changed = false;
  for (size_t i = 0; i < step.statements.size(); ++i) {
    if (i == settings && own_transaction) absl::StrAppend(&script, BeginText(options.dialect));
    const absl::string_view statement = step.statements[i].text;
    AppendStatement(options.dialect, statement, script);
    session_changed = session_changed || MayChangeSession(options.dialect, statement);
  }
  if (own_transaction && settings == step.statements.size()) {
    absl::StrAppend(&script, BeginText(options.dialect));
  }
  if (session_changed) absl::StrAppend(&script, ResetText(options.dialect));
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
