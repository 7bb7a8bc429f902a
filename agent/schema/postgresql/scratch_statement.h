#ifndef BRANT_AGENT_SCHEMA_POSTGRESQL_SCRATCH_STATEMENT_H_
#define BRANT_AGENT_SCHEMA_POSTGRESQL_SCRATCH_STATEMENT_H_

#include <set>
#include <string>

#include "absl/strings/string_view.h"

namespace brant {

// Why a statement can't be run in a scratch space: it can't be in a transaction,
// or its effect is not the schema's alone. Empty: it can.
std::string LeavesPostgresqlScratch(absl::string_view statement);

// The script with blanks in the place of what is done already, or means something
// to psql alone: CREATE SCHEMA of one of `schemas`, the \restrict of pg_dump, and its
// timeouts.
// What is left is where it was.
std::string BlankOutDone(const std::string& script, const std::set<std::string>& schemas);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_POSTGRESQL_SCRATCH_STATEMENT_H_
