// The rules at work, a function for each group of them and a file for each
// function. Each adds to the report what it finds in a section.

#ifndef BRANT_AGENT_SCHEMA_LINT_CHECKS_H_
#define BRANT_AGENT_SCHEMA_LINT_CHECKS_H_

#include "agent/schema/lint/history.h"
#include "agent/schema/lint/report.h"
#include "agent/schema/lint/section.h"

namespace brant {

// BR1xx, of PostgreSQL.
void CheckIndexes(const LintSection& section, LintReport& report);
// BR2xx, of PostgreSQL, and BR307: both are about a column's type.
void CheckRewrites(const LintSection& section, const LintHistory& history, LintReport& report);
// BR3xx, of all.
void CheckDataLoss(const LintSection& section, LintReport& report);
// BR4xx, of PostgreSQL.
void CheckConstraints(const LintSection& section, const LintHistory& history, LintReport& report);
// BR5xx, of all.
void CheckCompatibility(const LintSection& section, LintReport& report);
// BR6xx, of all.
void CheckTransactions(const LintSection& section, LintReport& report);
// BR7xx, of PostgreSQL.
void CheckStyle(const LintSection& section, LintReport& report);
// BR8xx, and what else SQLite can't do.
void CheckSqlite(const LintSection& section, LintReport& report);
// BR9xx.
void CheckMysql(const LintSection& section, LintReport& report);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_LINT_CHECKS_H_
