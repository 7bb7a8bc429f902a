#include "agent/schema/mysql/evaluate.h"

#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/schema/mysql/identifiers.h"
#include "agent/schema/mysql/introspect.h"
#include "agent/schema/mysql/refusal.h"
#include "agent/schema/mysql/server.h"
#include "agent/schema/scratch.h"
#include "agent/schema/scratch_name.h"

namespace brant::mysql {
namespace {

constexpr absl::string_view kPermissionHint =
    "a desired schema is evaluated in a database that is made for it: GRANT ALL ON "
    "`brant\\_scratch\\_%`.* to this user, or compare from another server's URL";

SessionOptions Options() {
  SessionOptions options;
  options.name = "brant schema";
  return options;
}

// Held by the session, so that it ends with it, however that may be.
absl::StatusOr<bool> TryServerLock(Session& session, const std::string& name) {
  BRANT_ASSIGN_OR_RETURN(Rows rows, session.Query("SELECT GET_LOCK(?, 0)", {name}));
  return !rows.empty() && rows[0][0] == "1";
}

absl::Status ReleaseServerLock(Session& session, const std::string& name) {
  return session.Query("DO RELEASE_LOCK(?)", {name}).status();
}

absl::Status Drop(Session& session, const std::string& name) {
  return session.Query(absl::StrCat("DROP DATABASE IF EXISTS ", QuoteIdentifier(name))).status();
}

// All that the user can see, in lower case.
absl::StatusOr<std::set<std::string>> Databases(Session& session) {
  BRANT_ASSIGN_OR_RETURN(Rows rows,
                         session.Query("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA"));
  std::set<std::string> names;
  for (const auto& row : rows) names.insert(absl::AsciiStrToLower(row[0].value_or("")));
  return names;
}

// A scratch database whose lock can be had has lost its owner.
absl::Status DropLeftovers(Session& session, const std::set<std::string>& databases) {
  for (const std::string& name : databases) {
    if (!IsScratchName(name)) continue;
    BRANT_ASSIGN_OR_RETURN(bool abandoned, TryServerLock(session, name));
    if (!abandoned) continue;
    absl::Status dropped = Drop(session, name);
    BRANT_RETURN_IF_ERROR(ReleaseServerLock(session, name));
    // Another user's is not ours to drop.
    const bool not_ours = ReasonOf(dropped) == v1::ERROR_REASON_DATABASE_PERMISSION_DENIED;
    if (!dropped.ok() && !not_ours) return dropped;
  }
  return absl::OkStatus();
}

absl::Status Create(Session& session, const std::string& name, const Server& server) {
  BRANT_ASSIGN_OR_RETURN(bool locked, TryServerLock(session, name));
  if (!locked) {
    return Error(v1::ERROR_REASON_DATABASE_ERROR,
                 absl::StrCat("the server could not lock the scratch database '", name, "'"))
        .Hint("run the command again");
  }
  absl::Status made =
      session
          .Query(absl::StrCat("CREATE DATABASE ", QuoteIdentifier(name), " CHARACTER SET ",
                              server.character_set, " COLLATE ", server.collation))
          .status();
  if (ReasonOf(made) == v1::ERROR_REASON_DATABASE_PERMISSION_DENIED) {
    Error error(v1::ERROR_REASON_DATABASE_PERMISSION_DENIED,
                "the database's user may not make a scratch database");
    error.Database(ErrorDetail(made, "database_code"), ErrorDetail(made, "database_message"))
        .Hint(kPermissionHint);
    return error;
  }
  return made;
}

absl::Status Enter(Session& session, const std::string& name) {
  return session.Query(absl::StrCat("USE ", QuoteIdentifier(name))).status();
}

absl::StatusOr<Catalog> EvaluateIn(Session& session, const std::string& name,
                                   const std::set<std::string>& databases,
                                   const std::vector<SchemaDriver::Script>& scripts,
                                   const Selection& selection, CancelToken& cancel) {
  const CancelToken::Attachment attachment(cancel, session);
  BRANT_RETURN_IF_ERROR(Enter(session, name));
  BRANT_ASSIGN_OR_RETURN(const std::vector<ScratchStatement> statements,
                         ReadScripts(Dialect::kMysql, scripts, [&databases](absl::string_view sql) {
                           return ReasonToRefuse(sql, databases);
                         }));
  BRANT_RETURN_IF_ERROR(ExecuteStatements(session, statements, cancel));
  // What the scripts have set must not change how the catalogue reads.
  BRANT_RETURN_IF_ERROR(session.Reset());
  BRANT_RETURN_IF_ERROR(Enter(session, name));
  return IntrospectDatabase(session, selection);
}

// By another session, where the first one broke. What is left then goes with the
// next evaluation.
void DropAnyhow(Database& database, Session& session, const std::string& name) {
  if (session.IsAlive() && session.Reset().ok() && Drop(session, name).ok()) {
    ReleaseServerLock(session, name).IgnoreError();
    return;
  }
  auto other = database.Connect(Options());
  if (other.ok()) Drop(**other, name).IgnoreError();
}

}  // namespace

absl::StatusOr<Catalog> EvaluateInScratch(Database& database,
                                          const std::vector<SchemaDriver::Script>& scripts,
                                          const Selection& selection, CancelToken& cancel) {
  BRANT_ASSIGN_OR_RETURN(std::unique_ptr<Session> session, database.Connect(Options()));
  BRANT_ASSIGN_OR_RETURN(Server server, AskServer(*session));
  BRANT_ASSIGN_OR_RETURN(std::set<std::string> databases, Databases(*session));
  BRANT_RETURN_IF_ERROR(DropLeftovers(*session, databases));
  const std::string name = NewScratchName();
  BRANT_RETURN_IF_ERROR(Create(*session, name, server));
  const absl::Cleanup drop = [&] { DropAnyhow(database, *session, name); };
  return EvaluateIn(*session, name, databases, scripts, selection, cancel);
}

}  // namespace brant::mysql
