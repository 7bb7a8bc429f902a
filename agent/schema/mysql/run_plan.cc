#include "agent/schema/mysql/run_plan.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/schema/mysql/foreign_keys.h"
#include "agent/schema/mysql/identifiers.h"
#include "agent/schema/mysql/introspect.h"
#include "agent/schema/mysql/server.h"
#include "agent/schema/mysql/table_text.h"
#include "agent/schema/selection.h"

namespace brant::mysql {
namespace {

// From here on, foreign keys without a name get other ones.
constexpr int kOtherNames = 120000;

// What SHOW CREATE TABLE depends on, which scripts may have set. The time zone, in which
// it says the defaults of timestamps, is that of the session before.
constexpr absl::string_view kReadable =
    "SET sql_mode = '', sql_quote_show_create = 1, character_set_results = utf8mb4, time_zone = ?";

// Whether this server is known well enough: names of tables are as they are written, not
// in lower case; statements and what the server says of them are read as they are without
// these modes; temporary tables are like others.
constexpr absl::string_view kIsKnown =
    "SELECT @@lower_case_table_names = 0 "
    "AND @@sql_mode NOT REGEXP 'ANSI_QUOTES|NO_BACKSLASH_ESCAPES|PAD_CHAR_TO_FULL_LENGTH' "
    "AND @@default_storage_engine = 'InnoDB' AND @@innodb_default_row_format = 'dynamic'";

absl::StatusOr<bool> IsKnown(Session& session, const Server& server) {
  if (!server.is_mariadb || server.version >= kOtherNames) return false;
  BRANT_ASSIGN_OR_RETURN(const Rows rows, session.Query(kIsKnown));
  return !rows.empty() && rows[0][0] == "1";
}

absl::Status Make(Session& session, const EvaluationPlan& plan, const CancelToken& cancel) {
  BRANT_ASSIGN_OR_RETURN(const Rows zone, session.Query("SELECT @@time_zone"));
  for (const std::string& statement : plan.statements) {
    BRANT_RETURN_IF_ERROR(cancel.reason());
    BRANT_RETURN_IF_ERROR(session.Execute(statement).status());
  }
  return session.Query(kReadable, {zone.at(0).at(0).value_or("SYSTEM")}).status();
}

absl::StatusOr<std::optional<Table>> ReadTable(Session& session, const Server& server,
                                               const std::string& name) {
  BRANT_ASSIGN_OR_RETURN(const Rows rows,
                         session.Query(absl::StrCat("SHOW CREATE TABLE ", QuoteIdentifier(name))));
  return ReadTableText(server, rows.at(0).at(1).value_or(""));
}

// The temporary tables, and what else there is.
absl::StatusOr<std::optional<Catalog>> Read(Session& session, const Server& server,
                                            const EvaluationPlan& plan, const Selection& selection,
                                            const CancelToken& cancel) {
  std::vector<Table> tables;
  for (const std::string& name : plan.temporary_tables) {
    BRANT_RETURN_IF_ERROR(cancel.reason());
    BRANT_ASSIGN_OR_RETURN(std::optional<Table> table, ReadTable(session, server, name));
    if (!table.has_value()) return std::nullopt;
    tables.push_back(*std::move(table));
  }
  // This drops the temporary tables.
  BRANT_RETURN_IF_ERROR(session.Reset());
  Catalog catalog{Dialect::kMysql, server.is_mariadb};
  if (plan.has_others) {
    BRANT_ASSIGN_OR_RETURN(catalog, IntrospectDatabase(session, selection));
  }
  for (Table& table : tables) catalog.tables.push_back(std::move(table));
  if (!AddForeignKeys(plan.foreign_keys, plan.late_indexes, catalog)) return std::nullopt;
  SortByName(catalog);
  std::erase_if(catalog.tables,
                [&selection](const Table& table) { return !IsSelected(selection, table.name); });
  return catalog;
}

absl::StatusOr<std::optional<Catalog>> Run(Session& session, const EvaluationPlan& plan,
                                           const Selection& selection, const CancelToken& cancel) {
  BRANT_ASSIGN_OR_RETURN(const Server server, AskServer(session));
  BRANT_ASSIGN_OR_RETURN(const bool is_known, IsKnown(session, server));
  if (!is_known) return std::nullopt;
  BRANT_RETURN_IF_ERROR(Make(session, plan, cancel));
  return Read(session, server, plan, selection, cancel);
}

}  // namespace

absl::StatusOr<std::optional<Catalog>> RunPlan(Session& session, const EvaluationPlan& plan,
                                               const Selection& selection,
                                               const CancelToken& cancel) {
  absl::StatusOr<std::optional<Catalog>> catalog = Run(session, plan, selection, cancel);
  BRANT_RETURN_IF_ERROR(cancel.reason());
  if (!catalog.ok()) return std::nullopt;
  return catalog;
}

}  // namespace brant::mysql
