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

// What SHOW CREATE TABLE depends on, which scripts may have set.
constexpr absl::string_view kReadable =
    "SET sql_mode = '', sql_quote_show_create = 1, character_set_results = utf8mb4";

// Whether this server is known well enough: also that the names of tables are as they
// are written, not in lower case.
absl::StatusOr<bool> IsKnown(Session& session, const Server& server) {
  if (!server.is_mariadb || server.version >= kOtherNames) return false;
  BRANT_ASSIGN_OR_RETURN(const Rows rows, session.Query("SELECT @@lower_case_table_names"));
  return !rows.empty() && rows[0][0] == "0";
}

absl::Status Make(Session& session, const EvaluationPlan& plan, const CancelToken& cancel) {
  for (const std::string& statement : plan.statements) {
    BRANT_RETURN_IF_ERROR(cancel.reason());
    BRANT_RETURN_IF_ERROR(session.Execute(statement).status());
  }
  return session.Query(kReadable).status();
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
  if (!AddForeignKeys(plan.foreign_keys, catalog)) return std::nullopt;
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
