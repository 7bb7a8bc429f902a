// Statements of a migration's section, and where they are cut.

#ifndef BRANT_AGENT_DATABASE_STATEMENT_H_
#define BRANT_AGENT_DATABASE_STATEMENT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/base/dialect.h"

namespace brant {

// What a statement means for transactions.
enum class StatementKind {
  // INSERT, UPDATE, DELETE and their like: undone by a rollback everywhere.
  kData,
  // BEGIN, COMMIT, SAVEPOINT and their like: the section minds its own
  // transactions.
  kTransactionControl,
  // CALL and anonymous blocks with a COMMIT: outside of a transaction they may
  // fail after a part of their work was committed.
  kProcedure,
  // A setting that counts only outside of transactions, and changes no content:
  // PRAGMA foreign_keys, journal_mode and their like.
  kSetting,
  // All else.
  kOther,
};

// A statement: a part of the script that was cut, without its terminator and
// without blanks or comments around it.
struct Statement {
  absl::string_view text;
  // Where it begins in the script, in bytes.
  size_t offset = 0;
  StatementKind kind = StatementKind::kOther;
};

// Cuts a section into statements, by the database's own parser where there is
// one to ask. Statements point into `script`, which must outlive them. A script
// of blanks and comments has none. Thread-safe, and needs no connection.
//
// Errors: UNSUPPORTED_STATEMENT for a psql meta-command, COPY … FROM stdin and
// their like, with the detail "position": a byte offset into the script.
absl::StatusOr<std::vector<Statement>> SplitStatements(Dialect dialect, absl::string_view script);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_STATEMENT_H_
