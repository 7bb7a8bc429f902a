// The tables in which a database remembers its migrations: the version table in
// Alembic's shape, and the journal. docs/tables.md describes them.

#ifndef BRANT_AGENT_MIGRATE_STATE_TABLES_H_
#define BRANT_AGENT_MIGRATE_STATE_TABLES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/base/dialect.h"
#include "agent/database/database.h"
#include "agent/database/value.h"

namespace brant {

// The version of the journal's own format. Agents refuse a higher one than they
// know, and upgrade a lower one in place.
inline constexpr int kJournalFormat = 2;

// Names of the state tables in one database, always qualified by a schema:
// migrations may change the search path. Immutable.
class StateTables {
 public:
  // `schema` empty: where unqualified names of `session` lead. Error:
  // INVALID_REQUEST if they lead nowhere.
  static absl::StatusOr<StateTables> Resolve(Dialect dialect, Session& session,
                                             absl::string_view schema,
                                             absl::string_view version_table);

  StateTables(Dialect dialect, std::string schema, std::string version_table)
      : dialect_(dialect), schema_(std::move(schema)), version_table_(std::move(version_table)) {}

  Dialect dialect() const { return dialect_; }
  const std::string& schema() const { return schema_; }
  const std::string& version_table() const { return version_table_; }

  // Quoted and qualified, ready for SQL.
  std::string Version() const { return Qualified(version_table_); }
  std::string Journal() const { return Qualified("brant_journal"); }
  std::string Runs() const { return Qualified("brant_runs"); }
  std::string Steps() const { return Qualified("brant_steps"); }
  std::string Scripts() const { return Qualified("brant_scripts"); }
  std::string Progress() const { return Qualified("brant_progress"); }
  std::string Events() const { return Qualified("brant_events"); }

  // The name of the migration lock.
  std::string LockName() const;
  // The lock of whoever makes or changes the tables, which several version tables
  // may share.
  std::string SchemaLockName() const;

  // CREATE TABLE IF NOT EXISTS for all of them. On PostgreSQL and SQLite they
  // may run in one transaction.
  std::vector<BoundStatement> CreateAll() const;
  // Has no row on tables of format 1, which AddFingerprint turns into those of 2.
  BoundStatement FindFingerprint() const;
  BoundStatement AddFingerprint() const;
  BoundStatement CreateVersion() const;

 private:
  std::string Qualified(absl::string_view table) const;

  Dialect dialect_;
  std::string schema_;
  std::string version_table_;
};

// The names of all state tables, unqualified: those of formats to come begin with
// `brant_` as well, but so may a user's.
std::vector<std::string> StateTableNames(absl::string_view version_table);

// A name as the dialect quotes it.
std::string QuoteIdentifier(Dialect dialect, absl::string_view name);

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_STATE_TABLES_H_
