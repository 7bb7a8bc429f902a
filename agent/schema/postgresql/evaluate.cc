#include "agent/schema/postgresql/evaluate.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/base/error.h"
#include "agent/database/statement.h"
#include "agent/schema/postgresql/identifier.h"
#include "agent/schema/postgresql/introspect.h"
#include "agent/schema/postgresql/other_schemas.h"
#include "agent/schema/postgresql/scratch_session.h"
#include "agent/schema/postgresql/scratch_statement.h"
#include "agent/schema/scratch.h"

namespace brant {
namespace {

constexpr absl::Duration kScratchLockTimeout = absl::Seconds(5);
constexpr absl::string_view kSetAside = "brant_set_aside_";

absl::Status Run(Session& session, const std::string& sql) { return session.Execute(sql).status(); }

absl::Status MayNotSetAside(const absl::Status& status, const std::string& schema) {
  if (ReasonOf(status) != v1::ERROR_REASON_DATABASE_PERMISSION_DENIED) return status;
  return Error(v1::ERROR_REASON_DATABASE_PERMISSION_DENIED,
               absl::StrCat("the desired schema can't be evaluated: the role may not set the "
                            "schema '",
                            schema, "' aside: ", status.message()))
      .Database(ErrorDetail(status, "database_code"), ErrorDetail(status, "database_message"))
      .Hint(absl::StrCat("within a transaction that is rolled back, an empty schema takes its "
                         "place; use a role that owns it (ALTER SCHEMA ",
                         QuotePostgresql(schema),
                         " OWNER TO …) and may create schemas (GRANT CREATE ON DATABASE …)"));
}

// What an extension made must be found under the name of the schema where it is.
// One with tables or views stays: moving it would lock them.
absl::Status MoveExtensions(Session& session, const std::string& from, const std::string& to) {
  BRANT_ASSIGN_OR_RETURN(
      Rows rows,
      session.Query("SELECT e.extname FROM pg_catalog.pg_extension e "
                    "JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace "
                    "WHERE n.nspname = ? AND e.extrelocatable AND NOT EXISTS ("
                    "SELECT 1 FROM pg_catalog.pg_depend d "
                    "WHERE d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass "
                    "AND d.refobjid = e.oid AND d.deptype = 'e' "
                    "AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass) ORDER BY 1",
                    {Value(from)}));
  for (const auto& row : rows) {
    BRANT_RETURN_IF_ERROR(Run(session, "SAVEPOINT brant_extension"));
    absl::Status moved =
        Run(session, absl::StrCat("ALTER EXTENSION ", QuotePostgresql(row[0].value_or("")),
                                  " SET SCHEMA ", QuotePostgresql(to)));
    if (!session.IsAlive()) return moved;
    // It may be another role's: then it is found where it is.
    BRANT_RETURN_IF_ERROR(Run(session, moved.ok() ? "RELEASE SAVEPOINT brant_extension"
                                                  : "ROLLBACK TO SAVEPOINT brant_extension"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::set<std::string>> SchemasOfDatabase(Session& session) {
  BRANT_ASSIGN_OR_RETURN(
      Rows rows, session.Query("SELECT nspname FROM pg_catalog.pg_namespace "
                               "WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"));
  std::set<std::string> schemas;
  for (const auto& row : rows) schemas.insert(row[0].value_or(""));
  return schemas;
}

// Those that are compared, and those in which the scripts make something as well.
absl::StatusOr<std::set<std::string>> SchemasToReplace(
    const std::vector<SchemaDriver::Script>& scripts, const PostgresqlSchemas& schemas,
    const std::set<std::string>& there) {
  std::set<std::string> replaced(schemas.all.begin(), schemas.all.end());
  for (const SchemaDriver::Script& script : scripts) {
    const std::string text = BlankOutDone(script.text, /*schemas=*/{});
    const auto statements = SplitStatements(Dialect::kPostgresql, text);
    // Whoever runs the script sees the error again.
    if (!statements.ok()) continue;
    for (const Statement& statement : *statements) {
      std::optional<std::string> made = SchemaMadeInPostgresql(statement.text);
      if (made == "") made = schemas.default_schema;
      if (made.has_value() && there.contains(*made)) replaced.insert(*made);
    }
  }
  return replaced;
}

// Puts empty schemas in the place of those that exist, and names the latter.
absl::StatusOr<std::vector<std::string>> SetAside(Session& session,
                                                  const std::set<std::string>& schemas,
                                                  const std::set<std::string>& there) {
  std::vector<std::string> set_aside;
  for (const std::string& schema : schemas) {
    const std::string quoted = QuotePostgresql(schema);
    const std::string aside = absl::StrCat(kSetAside, set_aside.size() + 1);
    const bool exists = there.contains(schema);
    if (exists) {
      absl::Status renamed =
          Run(session, absl::StrCat("ALTER SCHEMA ", quoted, " RENAME TO ", aside));
      if (!renamed.ok()) return MayNotSetAside(renamed, schema);
    }
    const absl::Status made = Run(session, absl::StrCat("CREATE SCHEMA ", quoted));
    if (!made.ok()) return MayNotSetAside(made, schema);
    if (!exists) continue;
    set_aside.push_back(aside);
    BRANT_RETURN_IF_ERROR(MoveExtensions(session, aside, schema));
  }
  return set_aside;
}

absl::StatusOr<std::vector<std::string>> SearchPath(Session& session) {
  BRANT_ASSIGN_OR_RETURN(
      Rows rows, session.Query("SELECT pg_catalog.unnest(pg_catalog.current_schemas(false))"));
  std::vector<std::string> path;
  for (const auto& row : rows) path.push_back(row[0].value_or(""));
  return path;
}

// Where unqualified names may lead: not to real tables. What was taken out.
absl::StatusOr<std::vector<std::string>> NarrowSearchPath(Session& session,
                                                          const std::vector<std::string>& path,
                                                          const std::set<std::string>& replaced) {
  std::vector<std::string> kept;
  std::vector<std::string> taken_out;
  for (const std::string& schema : path) {
    (replaced.contains(schema) ? kept : taken_out).push_back(schema);
  }
  BRANT_RETURN_IF_ERROR(session
                            .Query("SELECT pg_catalog.set_config('search_path', ?, true)",
                                   {Value(QuoteListPostgresql(kept))})
                            .status());
  return taken_out;
}

// A table, view or enum that was set aside, and that the catalog speaks of, is one
// that the scripts lack.
absl::Status CheckComplete(const Catalog& catalog) {
  const auto lacks = [](absl::string_view user, absl::string_view used) {
    const absl::string_view name = used.substr(used.find('.') + 1);
    return Error(v1::ERROR_REASON_STATEMENT_FAILED,
                 absl::StrCat("the desired schema can't be evaluated: '", user, "' needs '", name,
                              "', which no statement makes"))
        .Hint(
            "the SQL must make the whole schema from nothing; files run in the order of their "
            "names");
  };
  for (const Table& table : catalog.tables) {
    for (const ForeignKey& key : table.foreign_keys) {
      if (absl::StartsWith(key.referenced_table.schema, kSetAside)) {
        return lacks(Describe(table.name), Describe(key.referenced_table));
      }
    }
    for (const Column& column : table.columns) {
      if (absl::StartsWith(column.type.enum_name, kSetAside)) {
        return lacks(absl::StrCat(Describe(table.name), ".", column.name), column.type.enum_name);
      }
    }
  }
  for (const View& view : catalog.views) {
    for (const ObjectName& name : view.reads) {
      if (absl::StartsWith(name.schema, kSetAside)) {
        return lacks(Describe(view.name), Describe(name));
      }
    }
  }
  return absl::OkStatus();
}

// All in one round trip. False: something failed, and nothing has happened; one by
// one, it can be told what, and things that were set aside can be found.
absl::StatusOr<bool> ExecuteAtOnce(Session& session,
                                   const std::vector<ScratchStatement>& statements) {
  // Behind a pooler, each statement is looked at by itself.
  if (session.IsPooled() || statements.empty()) return false;
  std::string all;
  for (const ScratchStatement& one : statements) {
    absl::StrAppend(&all, one.statement.text, "\n;\n");
  }
  BRANT_RETURN_IF_ERROR(Run(session, "SAVEPOINT brant_script"));
  const absl::Status status = Run(session, all);
  if (!session.IsAlive() || ReasonOf(status) == v1::ERROR_REASON_CANCELLED) return status;
  BRANT_RETURN_IF_ERROR(Run(session, status.ok() ? "RELEASE SAVEPOINT brant_script"
                                                 : "ROLLBACK TO SAVEPOINT brant_script"));
  return status.ok();
}

// Two evaluations would be in each other's way when they set schemas aside. The
// second one waits for the first, however long, also for another agent's; for all
// other locks it waits for some seconds.
absl::Status WaitForTurn(Session& session) {
  return session
      .Query(
          "SELECT pg_catalog.set_config('lock_timeout', '0', true), "
          "pg_catalog.pg_advisory_xact_lock("
          "pg_catalog.hashtextextended('brant schema evaluation', 0)), "
          "pg_catalog.set_config('lock_timeout', ?, true)",
          {absl::StrCat(absl::ToInt64Milliseconds(kScratchLockTimeout))})
      .status();
}

absl::StatusOr<Catalog> EvaluateInTransaction(Session& session,
                                              const std::vector<SchemaDriver::Script>& scripts,
                                              const Selection& selection, CancelToken& cancel) {
  const CancelToken::Attachment attachment(cancel, session);
  BRANT_RETURN_IF_ERROR(WaitForTurn(session));
  BRANT_ASSIGN_OR_RETURN(PostgresqlSchemas schemas, FindPostgresqlSchemas(session, selection));
  BRANT_ASSIGN_OR_RETURN(const std::vector<std::string> path, SearchPath(session));
  BRANT_ASSIGN_OR_RETURN(std::set<std::string> others, SchemasOfDatabase(session));
  BRANT_ASSIGN_OR_RETURN(const std::set<std::string> replaced,
                         SchemasToReplace(scripts, schemas, others));
  BRANT_ASSIGN_OR_RETURN(const std::vector<std::string> set_aside,
                         SetAside(session, replaced, others));
  BRANT_ASSIGN_OR_RETURN(const std::vector<std::string> taken_out,
                         NarrowSearchPath(session, path, replaced));
  for (const std::string& schema : replaced) others.erase(schema);
  std::vector<SchemaDriver::Script> prepared = scripts;
  for (SchemaDriver::Script& script : prepared) {
    script.text = BlankOutDone(script.text, replaced);
  }
  BRANT_ASSIGN_OR_RETURN(
      const std::vector<ScratchStatement> statements,
      ReadScripts(Dialect::kPostgresql, prepared, [&](absl::string_view statement) {
        std::string reason = LeavesPostgresqlScratch(statement);
        return reason.empty() ? ReachesPostgresqlSchemas(statement, others, path) : reason;
      }));
  BRANT_ASSIGN_OR_RETURN(const bool done, ExecuteAtOnce(session, statements));
  if (!done) {
    std::vector<std::string> elsewhere = set_aside;
    elsewhere.insert(elsewhere.end(), taken_out.begin(), taken_out.end());
    PostgresqlScratchSession scratch(session, std::move(elsewhere));
    BRANT_RETURN_IF_ERROR(ExecuteStatements(scratch, statements, cancel));
  }
  // SET ROLE in a script may have left less rights than it takes to read all.
  BRANT_RETURN_IF_ERROR(session.Query("RESET ROLE").status());
  BRANT_ASSIGN_OR_RETURN(Catalog catalog,
                         ReadPostgresqlCatalog(session, schemas, selection, set_aside));
  BRANT_RETURN_IF_ERROR(CheckComplete(catalog));
  return catalog;
}

}  // namespace

absl::StatusOr<Catalog> EvaluatePostgresql(Database& database,
                                           const std::vector<SchemaDriver::Script>& scripts,
                                           const Selection& selection, CancelToken& cancel) {
  SessionOptions options;
  options.name = "brant schema";
  BRANT_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, database.Connect(options));
  BRANT_RETURN_IF_ERROR(session->Begin());
  absl::StatusOr<Catalog> catalog = EvaluateInTransaction(*session, scripts, selection, cancel);
  // If it can't be rolled back, the session is lost and its transaction with it.
  session->Rollback().IgnoreError();
  return catalog;
}

}  // namespace brant
