#include "agent/migrate/state_tables.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agent/base/error.h"

namespace brant {
namespace {

// Longer texts than TEXT holds are possible in the journal, and names of
// migrations are compared byte by byte.
absl::string_view TableOptions(Dialect dialect) {
  return dialect == Dialect::kMysql
             ? " ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
             : "";
}

// A time that the server itself compares with its clock.
absl::string_view TimeType(Dialect dialect) {
  switch (dialect) {
    case Dialect::kPostgresql:
      return "TIMESTAMP WITH TIME ZONE";
    case Dialect::kMysql:
      return "DATETIME(6)";
    case Dialect::kSqlite:
      return "REAL";
  }
  return "";
}

absl::string_view TextType(Dialect dialect) {
  return dialect == Dialect::kMysql ? "LONGTEXT" : "TEXT";
}

}  // namespace

std::string QuoteIdentifier(Dialect dialect, absl::string_view name) {
  if (dialect == Dialect::kMysql) {
    return absl::StrCat("`", absl::StrReplaceAll(name, {{"`", "``"}}), "`");
  }
  return absl::StrCat("\"", absl::StrReplaceAll(name, {{"\"", "\"\""}}), "\"");
}

absl::StatusOr<StateTables> StateTables::Resolve(Dialect dialect, Session& session,
                                                 absl::string_view schema,
                                                 absl::string_view version_table) {
  if (!schema.empty()) {
    return StateTables(dialect, std::string(schema), std::string(version_table));
  }
  if (dialect == Dialect::kSqlite) return StateTables(dialect, "main", std::string(version_table));
  BRANT_ASSIGN_OR_RETURN(Rows rows,
                         session.Query(dialect == Dialect::kPostgresql ? "SELECT current_schema()"
                                                                       : "SELECT DATABASE()"));
  if (rows.empty() || rows[0].empty() || !rows[0][0].has_value()) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST,
                 dialect == Dialect::kPostgresql
                     ? "no schema of the search_path exists in the database"
                     : "the database URL names no database")
        .Hint(dialect == Dialect::kPostgresql
                  ? "create the schema, or name one with --version-table-schema"
                  : "append the database's name to the URL: mysql://user@host/name");
  }
  return StateTables(dialect, *rows[0][0], std::string(version_table));
}

std::string StateTables::Qualified(absl::string_view table) const {
  return absl::StrCat(QuoteIdentifier(dialect_, schema_), ".", QuoteIdentifier(dialect_, table));
}

std::string StateTables::LockName() const {
  return absl::StrCat("brant:", schema_, ".", version_table_);
}

std::string StateTables::SchemaLockName() const { return absl::StrCat("brant:", schema_); }

BoundStatement StateTables::CreateVersion() const {
  return {absl::StrCat("CREATE TABLE IF NOT EXISTS ", Version(),
                       " (version_num VARCHAR(32) NOT NULL, PRIMARY KEY (version_num))",
                       TableOptions(dialect_)),
          {}};
}

std::vector<BoundStatement> StateTables::CreateAll() const {
  const absl::string_view text = TextType(dialect_);
  const absl::string_view options = TableOptions(dialect_);
  return {
      CreateVersion(),
      {absl::StrCat("CREATE TABLE IF NOT EXISTS ", Journal(),
                    " (version_table VARCHAR(128) NOT NULL PRIMARY KEY,"
                    " format INTEGER NOT NULL,"
                    " epoch BIGINT NOT NULL)",
                    options),
       {}},
      {absl::StrCat("CREATE TABLE IF NOT EXISTS ", Runs(),
                    " (id VARCHAR(64) NOT NULL PRIMARY KEY,"
                    " version_table VARCHAR(128) NOT NULL,"
                    " epoch BIGINT NOT NULL,"
                    " request_id VARCHAR(64) NOT NULL,"
                    " kind VARCHAR(16) NOT NULL,"
                    " target ",
                    text,
                    " NOT NULL,"
                    " bundle_digest VARCHAR(64) NOT NULL,"
                    " actor VARCHAR(256) NOT NULL,"
                    " agent VARCHAR(256) NOT NULL,"
                    " state VARCHAR(16) NOT NULL,"
                    " steps_total INTEGER NOT NULL,"
                    " steps_done INTEGER NOT NULL,"
                    " from_revisions ",
                    text, " NOT NULL, to_revisions ", text,
                    " NOT NULL,"
                    " create_time VARCHAR(40) NOT NULL,"
                    " start_time VARCHAR(40) NOT NULL,"
                    " end_time VARCHAR(40),"
                    " error ",
                    text, ", UNIQUE (version_table, epoch))", options),
       {}},
      {absl::StrCat("CREATE TABLE IF NOT EXISTS ", Steps(),
                    " (run_id VARCHAR(64) NOT NULL,"
                    " position INTEGER NOT NULL,"
                    " revision VARCHAR(32) NOT NULL,"
                    " direction VARCHAR(16) NOT NULL,"
                    " checksum VARCHAR(64) NOT NULL,"
                    " state VARCHAR(16) NOT NULL,"
                    " statements_total INTEGER NOT NULL,"
                    " statements_started INTEGER NOT NULL,"
                    " statements_done INTEGER NOT NULL,"
                    " done_digest VARCHAR(64) NOT NULL,"
                    " fingerprint VARCHAR(64),"
                    " start_time VARCHAR(40) NOT NULL,"
                    " end_time VARCHAR(40),"
                    " PRIMARY KEY (run_id, position))",
                    options),
       {}},
      {absl::StrCat("CREATE TABLE IF NOT EXISTS ", Progress(),
                    " (run_id VARCHAR(64) NOT NULL PRIMARY KEY,"
                    " session_id VARCHAR(64) NOT NULL,"
                    " heartbeat ",
                    TimeType(dialect_),
                    ","
                    " cancel_request INTEGER NOT NULL)",
                    options),
       {}},
      {absl::StrCat("CREATE TABLE IF NOT EXISTS ", Events(),
                    " (run_id VARCHAR(64) NOT NULL,"
                    " first_sequence BIGINT NOT NULL,"
                    " last_sequence BIGINT NOT NULL,"
                    " events ",
                    text, " NOT NULL, PRIMARY KEY (run_id, first_sequence))", options),
       {}},
      // The last one: TablesExist looks for it.
      {absl::StrCat("CREATE TABLE IF NOT EXISTS ", Scripts(),
                    " (checksum VARCHAR(64) NOT NULL PRIMARY KEY,"
                    " revision VARCHAR(32) NOT NULL,"
                    " parents ",
                    text, " NOT NULL, dependencies ", text,
                    " NOT NULL,"
                    " file VARCHAR(255) NOT NULL,"
                    " script ",
                    text,
                    " NOT NULL,"
                    " store_time VARCHAR(40) NOT NULL)",
                    options),
       {}},
  };
}

BoundStatement StateTables::FindFingerprint() const {
  if (dialect_ == Dialect::kSqlite) {
    return {"SELECT 1 FROM pragma_table_info('brant_steps', ?) WHERE name = 'fingerprint'",
            {schema_}};
  }
  return {
      "SELECT 1 FROM information_schema.columns WHERE table_schema = ? AND table_name = "
      "'brant_steps' AND column_name = 'fingerprint'",
      {schema_}};
}

BoundStatement StateTables::AddFingerprint() const {
  return {absl::StrCat("ALTER TABLE ", Steps(), " ADD COLUMN fingerprint VARCHAR(64)"), {}};
}

std::vector<std::string> StateTableNames(absl::string_view version_table) {
  return {std::string(version_table), "brant_journal", "brant_runs", "brant_steps", "brant_scripts",
          "brant_progress",           "brant_events"};
}

}  // namespace brant
