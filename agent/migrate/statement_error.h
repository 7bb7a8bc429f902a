// Errors of a migration's statements, with place and advice.

#ifndef BRANT_AGENT_MIGRATE_STATEMENT_ERROR_H_
#define BRANT_AGENT_MIGRATE_STATEMENT_ERROR_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agent/migrate/plan.h"

namespace brant {

// Turns a session's error into STATEMENT_FAILED with revision, file, line,
// column, statement and the database's own code and message. Errors that are
// not the statement's fault (lost connection, cancelled, refused statement)
// keep their reason and get the place.
absl::Status StatementError(const absl::Status& error, const Step& step,
                            const Statement& statement);

// Whether somebody stopped the run: then the error is no file's.
bool IsStopped(const absl::Status& error);

// COMMIT fails too, of deferred constraints for one: then the step is known, and
// no statement. Of a run that was stopped the file is not named.
absl::Status AtStep(absl::Status error, const Step& step);

// The error, whose hint also says what became of what failed.
absl::Status WithEffect(absl::Status error, absl::string_view effect);

// What to do about a statement that failed: "; mend the statement …". Empty if the
// error is another one, such as the run's cancellation.
std::string HowToMend(const absl::Status& error, Direction direction);

// What to do about a statement of which nobody knows whether it took effect.
std::string HowToSettle(absl::string_view revision);

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_STATEMENT_ERROR_H_
