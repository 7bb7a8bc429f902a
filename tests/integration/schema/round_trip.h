// The promise of autogenerate, as a check: from one schema to another and back.

#ifndef BRANT_TESTS_INTEGRATION_SCHEMA_ROUND_TRIP_H_
#define BRANT_TESTS_INTEGRATION_SCHEMA_ROUND_TRIP_H_

#include <string>

#include "agent/database/database.h"
#include "agent/schema/catalog.h"
#include "agent/schema/ddl.h"
#include "agent/schema/schema_driver.h"

namespace brant {

// Executes a script as a migration's section is executed: settings that it begins
// with before its transaction.
absl::Status Apply(Session& session, Dialect dialect, const DdlScript& script);

// What differs between two catalogs, as SQL; empty: nothing.
std::string Difference(const SchemaDriver& driver, const Catalog& from, const Catalog& to);

// What is said of the statements, a line for each of which something is.
std::string Losses(const DdlScript& script);
std::string Reviews(const DdlScript& script);

// How many pairs a property test tries: BRANT_SCHEMA_PAIRS, or `fallback`.
int PairCount(int fallback);
// Where its random numbers begin: BRANT_SCHEMA_SEED, or 1.
uint64_t FirstSeed();

}  // namespace brant

#endif  // BRANT_TESTS_INTEGRATION_SCHEMA_ROUND_TRIP_H_
