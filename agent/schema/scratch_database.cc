#include "agent/schema/scratch_database.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/base/log.h"
#include "agent/base/sha256.h"
#include "agent/database/open.h"
#include "agent/schema/quote.h"
#include "agent/schema/scratch_name.h"

namespace brant {
namespace {

constexpr absl::string_view kElsewhere =
    "name another server's database in scratch-url (BRANT_SCRATCH_URL), where scratch databases "
    "are made then";

SessionOptions Options() {
  SessionOptions options;
  options.name = "brant scratch";
  return options;
}

absl::StatusOr<std::string> Ask(Session& session, absl::string_view sql) {
  BRANT_ASSIGN_OR_RETURN(const Rows rows, session.Query(sql));
  return rows.empty() ? "" : rows[0][0].value_or("");
}

std::string Quoted(const Database& database, absl::string_view name) {
  return QuoteName(database.dialect(), name);
}

std::string Literal(absl::string_view text) {
  std::string literal = "'";
  for (const char c : text) absl::StrAppend(&literal, c == '\'' ? "'" : "", std::string(1, c));
  return literal + "'";
}

// Held by the session, so that it ends with it, however that may be. PostgreSQL's
// are of one database each. Those of MySQL are of the whole server, under the
// scratch database's own name.
absl::StatusOr<bool> TryLock(Session& session, Dialect dialect, const std::string& name) {
  if (dialect == Dialect::kPostgresql) return session.TryLock(name);
  BRANT_ASSIGN_OR_RETURN(const Rows rows, session.Query("SELECT GET_LOCK(?, 0)", {name}));
  return !rows.empty() && rows[0][0] == "1";
}

absl::Status ReleaseLock(Session& session, Dialect dialect, const std::string& name) {
  if (dialect == Dialect::kPostgresql) return session.ReleaseLock(name);
  return session.Query("DO RELEASE_LOCK(?)", {name}).status();
}

absl::Status Drop(Database& database, Session& session, const std::string& name) {
  return session
      .Execute(absl::StrCat("DROP DATABASE IF EXISTS ", Quoted(database, name),
                            database.dialect() == Dialect::kPostgresql ? " WITH (FORCE)" : ""))
      .status();
}

// What the names of scratch databases beside this one begin with: PostgreSQL's
// locks say nothing of those beside another one.
absl::StatusOr<std::string> PrefixOf(Session& session, Dialect dialect) {
  if (dialect != Dialect::kPostgresql) return std::string(kScratchPrefix);
  BRANT_ASSIGN_OR_RETURN(const std::string name, Ask(session, "SELECT current_database()"));
  return absl::StrCat(kScratchPrefix, Sha256Hex(name).substr(0, 8), "_");
}

// A column's value for a clause of CREATE DATABASE; nothing for NULL.
std::string Clause(absl::string_view keyword, const std::optional<std::string>& value) {
  return value.has_value() ? absl::StrCat(" ", keyword, " ", Literal(*value)) : "";
}

// The catalogue has a column for each kind of locale, of a name that depends on
// the version.
absl::StatusOr<std::string> PostgresqlStatement(Session& session, const std::string& name) {
  BRANT_ASSIGN_OR_RETURN(
      const Rows rows,
      session.Query("SELECT pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate, d.datctype, "
                    "j.row->>'datlocprovider', "
                    "COALESCE(j.row->>'datlocale', j.row->>'daticulocale'), j.row->>'daticurules' "
                    "FROM pg_catalog.pg_database d, "
                    "LATERAL (SELECT pg_catalog.to_jsonb(d) AS row) j "
                    "WHERE d.datname = pg_catalog.current_database()"));
  const auto& row = rows[0];
  std::string statement =
      absl::StrCat("CREATE DATABASE ", name, " TEMPLATE template0", Clause("ENCODING", row[0]),
                   Clause("LC_COLLATE", row[1]), Clause("LC_CTYPE", row[2]));
  if (row[3] == "i") {
    absl::StrAppend(&statement, " LOCALE_PROVIDER icu", Clause("ICU_LOCALE", row[4]),
                    Clause("ICU_RULES", row[5]));
  } else if (row[3] == "b") {
    absl::StrAppend(&statement, " LOCALE_PROVIDER builtin", Clause("BUILTIN_LOCALE", row[4]));
  }
  return statement;
}

absl::StatusOr<std::string> MysqlStatement(Session& session, const std::string& name) {
  BRANT_ASSIGN_OR_RETURN(const Rows rows,
                         session.Query("SELECT @@character_set_database, @@collation_database"));
  return absl::StrCat("CREATE DATABASE ", name, " CHARACTER SET ", rows[0][0].value_or("utf8mb4"),
                      " COLLATE ", rows[0][1].value_or("utf8mb4_general_ci"));
}

absl::Status PermissionDenied(const absl::Status& refused, Dialect dialect) {
  Error error(v1::ERROR_REASON_DATABASE_PERMISSION_DENIED,
              absl::StrCat("the database's user may not make a scratch database: ",
                           ErrorDetail(refused, "database_message")));
  error.Database(ErrorDetail(refused, "database_code"), ErrorDetail(refused, "database_message"))
      .Hint(absl::StrCat(dialect == Dialect::kPostgresql
                             ? "ALTER ROLE … CREATEDB, or "
                             : "GRANT ALL ON `brant\\_scratch\\_%`.* to this user, or ",
                         kElsewhere));
  return error;
}

absl::Status Pooled() {
  return Error(v1::ERROR_REASON_POOLED_CONNECTION,
               "scratch databases can't be made through a pooler such as pgbouncer")
      .Hint(absl::StrCat("use a database URL that leads to PostgreSQL itself, or ", kElsewhere));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ScratchDatabase>> ScratchDatabase::Create(Database& beside) {
  std::unique_ptr<ScratchDatabase> scratch(new ScratchDatabase(beside));
  BRANT_RETURN_IF_ERROR(scratch->Make());
  return scratch;
}

ScratchDatabase::~ScratchDatabase() {
  if (name_.empty()) return;
  absl::Status dropped = Drop(beside_, *keeper_, name_);
  if (!dropped.ok()) {
    auto other = beside_.Connect(Options());
    dropped = other.ok() ? Drop(beside_, **other, name_) : other.status();
  }
  if (!dropped.ok()) {
    LogWarning(absl::StrCat("the scratch database ", name_,
                            " is left for the next one to drop: ", dropped.message()));
  }
}

absl::Status ScratchDatabase::Make() {
  if (beside_.dialect() == Dialect::kSqlite) {
    DatabaseUrl in_memory;
    in_memory.dialect = Dialect::kSqlite;
    BRANT_ASSIGN_OR_RETURN(database_, OpenDatabase(in_memory));
    return absl::OkStatus();
  }
  BRANT_ASSIGN_OR_RETURN(keeper_, beside_.Connect(Options()));
  if (keeper_->IsPooled()) return Pooled();
  BRANT_ASSIGN_OR_RETURN(const std::string prefix, PrefixOf(*keeper_, beside_.dialect()));
  BRANT_RETURN_IF_ERROR(DropLeftovers(prefix));
  const std::string name = NewScratchName(prefix);
  // Before it exists: nobody may take it for a leftover.
  BRANT_ASSIGN_OR_RETURN(const bool locked, TryLock(*keeper_, beside_.dialect(), name));
  if (!locked) {
    return Error(v1::ERROR_REASON_DATABASE_ERROR,
                 absl::StrCat("the server could not lock the scratch database ", name))
        .Hint("run the command again");
  }
  name_ = name;
  BRANT_RETURN_IF_ERROR(CreateOnServer());
  BRANT_ASSIGN_OR_RETURN(database_, beside_.OpenSibling(name_));
  if (beside_.dialect() == Dialect::kPostgresql) return FollowSearchPath();
  return absl::OkStatus();
}

absl::Status ScratchDatabase::DropLeftovers(const std::string& prefix) {
  const Dialect dialect = beside_.dialect();
  BRANT_ASSIGN_OR_RETURN(
      const Rows rows,
      keeper_->Query(dialect == Dialect::kPostgresql
                         ? "SELECT datname FROM pg_catalog.pg_database "
                           "WHERE pg_catalog.left(datname, pg_catalog.length(?)) = ?"
                         : "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA "
                           "WHERE LEFT(SCHEMA_NAME, CHAR_LENGTH(?)) = ?",
                     {prefix, prefix}));
  for (const auto& row : rows) {
    const std::string name = row[0].value_or("");
    if (!IsScratchName(name, prefix)) continue;
    BRANT_ASSIGN_OR_RETURN(const bool abandoned, TryLock(*keeper_, dialect, name));
    if (!abandoned) continue;
    const absl::Status dropped = Drop(beside_, *keeper_, name);
    BRANT_RETURN_IF_ERROR(ReleaseLock(*keeper_, dialect, name));
    // Another user's is not ours to drop, and stands in nobody's way.
    if (!dropped.ok()) {
      LogWarning(absl::StrCat("can't drop the abandoned scratch database ", name, ": ",
                              dropped.message()));
    }
  }
  return absl::OkStatus();
}

absl::Status ScratchDatabase::CreateOnServer() {
  const std::string name = Quoted(beside_, name_);
  BRANT_ASSIGN_OR_RETURN(const std::string statement, beside_.dialect() == Dialect::kPostgresql
                                                          ? PostgresqlStatement(*keeper_, name)
                                                          : MysqlStatement(*keeper_, name));
  const absl::Status made = keeper_->Execute(statement).status();
  if (made.ok()) {
    if (beside_.dialect() != Dialect::kPostgresql) return absl::OkStatus();
    // Nobody wants it back after a crash.
    return keeper_->Execute(absl::StrCat("ALTER DATABASE ", name, " SET synchronous_commit = off"))
        .status();
  }
  name_.clear();
  if (ReasonOf(made) == v1::ERROR_REASON_DATABASE_PERMISSION_DENIED) {
    return PermissionDenied(made, beside_.dialect());
  }
  return WithDetail(made, "hint", kElsewhere);
}

absl::Status ScratchDatabase::FollowSearchPath() {
  BRANT_RETURN_IF_ERROR(
      keeper_
          ->Execute(absl::StrCat("ALTER ROLE CURRENT_USER IN DATABASE ", Quoted(beside_, name_),
                                 " SET search_path FROM CURRENT"))
          .status());
  BRANT_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, database_->Connect(Options()));
  BRANT_ASSIGN_OR_RETURN(const std::string leads_to, Ask(*session, "SELECT current_schema()"));
  if (!leads_to.empty()) return absl::OkStatus();
  // Without its schema, Brant's own tables could not have been made there: so the
  // schema came before the first revision.
  BRANT_ASSIGN_OR_RETURN(const std::string schema, Ask(*keeper_, "SELECT current_schema()"));
  if (schema.empty()) return absl::OkStatus();
  return session->Execute(absl::StrCat("CREATE SCHEMA ", Quoted(beside_, schema))).status();
}

}  // namespace brant
