// Statements of a migration's section, and where they are cut.

#ifndef BRANT_AGENT_DATABASE_STATEMENT_H_
#define BRANT_AGENT_DATABASE_STATEMENT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "agent/base/dialect.h"

namespace brant {

// What a statement means for transactions, and for what is left of it after a
// crash.
enum class StatementKind {
  // Undone by a rollback: INSERT, UPDATE, DELETE and their like, and on
  // PostgreSQL and SQLite nearly all DDL.
  kTransactional,
  // BEGIN, COMMIT, SAVEPOINT and their like: the section minds its own
  // transactions.
  kTransactionControl,
  // CALL and anonymous blocks with a COMMIT: outside of a transaction they may
  // fail after a part of their work was committed.
  kProcedure,
  // Changes the session alone: SET, USE, PREPARE. Lost with the session, so it
  // is run again where a step is resumed.
  kSession,
  // As kSession, and counts only outside of transactions: SQLite's PRAGMA
  // foreign_keys, journal_mode and their like.
  kSetting,
  // Changes no content, may be run again at any time, and can't be in a
  // transaction or commits: VACUUM, ANALYZE, REINDEX, OPTIMIZE TABLE.
  kMaintenance,
  // Commits by itself or can't be in a transaction, all of it or nothing: DDL on
  // MySQL, CREATE INDEX CONCURRENTLY, CREATE DATABASE.
  kAutonomous,
};

// A statement: a part of the script that was cut, without its terminator and
// without blanks or comments around it.
struct Statement {
  absl::string_view text;
  // Where it begins in the script, in bytes.
  size_t offset = 0;
  StatementKind kind = StatementKind::kTransactional;
};

// Cuts a section into statements, by the database's own parser where there is
// one to ask. Statements point into `script`, which must outlive them. A script
// of blanks and comments has none. Thread-safe, and needs no connection.
//
// Errors: UNSUPPORTED_STATEMENT for a psql meta-command, COPY … FROM stdin and
// their like, with the detail "position": a byte offset into the script.
absl::StatusOr<std::vector<Statement>> SplitStatements(Dialect dialect, absl::string_view script);

// What a kTransactionControl statement does.
enum class TransactionControl {
  kBegins,
  kEnds,
  // MySQL only. Turning autocommit on commits a transaction that is open.
  kAutocommitOff,
  kAutocommitOn,
  kLocksTables,
  kUnlocksTables,
  // SAVEPOINT, XA and all else.
  kOther,
};
TransactionControl ReadTransactionControl(Dialect dialect, absl::string_view statement);

// A statement whose effect is lost with the session: it is run again where a
// step goes on in a new one.
bool IsOfSession(Dialect dialect, const Statement& statement);

// Whether a section whose first `done` statements took effect in a session that
// is gone can go on in a new one, once those of the session (IsOfSession) among
// them were run again. Error: STEP_INCOMPLETE if a later statement needs
// what only the old session had, such as a temporary table, or a user variable
// that was computed; it names both statements.
absl::Status CheckResumable(Dialect dialect, absl::Span<const Statement> statements, int done);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_STATEMENT_H_
