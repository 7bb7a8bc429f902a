#include "agent/database/postgresql/index_definition.h"

#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"

namespace brant {
namespace {

constexpr absl::string_view kTable =
    "SELECT pg_catalog.quote_ident(c.relname), "
    "pg_catalog.format('%I.%I', n.nspname, c.relname), c.oid FROM pg_catalog.pg_class c "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.oid = pg_catalog.to_regclass(?)";

// All that makes an index, but for its name.
std::string Definition(absl::string_view index) {
  return absl::StrCat(
      "(SELECT pg_catalog.concat_ws(' ', d.indisunique, d.indnkeyatts, d.indclass, d.indoption, "
      "d.indcollation, pg_catalog.to_jsonb(d) ->> 'indnullsnotdistinct', r.relam, "
      "pg_catalog.array_to_string(r.reloptions, ','), "
      "(SELECT pg_catalog.string_agg(pg_catalog.pg_get_indexdef(d.indexrelid, k, false), ',' "
      "ORDER BY k) FROM pg_catalog.generate_series(1, d.indnatts) k), "
      "'where ' || pg_catalog.pg_get_expr(d.indpred, d.indrelid)) "
      "FROM pg_catalog.pg_index d JOIN pg_catalog.pg_class r ON r.oid = d.indexrelid WHERE ",
      index, ")");
}

// The statement's own fault, and not that somebody was in the way or stopped it.
bool IsRefused(const Session& session, const absl::Status& status) {
  return session.IsAlive() && ReasonOf(status) != v1::ERROR_REASON_LOCK_NOT_AVAILABLE &&
         ReasonOf(status) != v1::ERROR_REASON_DEADLOCK &&
         ReasonOf(status) != v1::ERROR_REASON_CANCELLED;
}

}  // namespace

// The database itself says which definition the statement has, by making the
// index on an empty table of the same name and columns, which is gone again
// afterwards.
absl::StatusOr<std::optional<Rows>> FindIndexesLike(Session& session,
                                                    const ObjectStatement& statement,
                                                    absl::string_view query) {
  if (!statement.table.has_value()) return std::nullopt;
  BRANT_ASSIGN_OR_RETURN(Rows tables, session.Query(kTable, {Value(statement.table->Quoted())}));
  if (tables.empty()) return std::nullopt;
  StatementReader after_name(statement.definition);
  after_name.ReadName();
  const std::string& name = *tables[0][0];

  BRANT_RETURN_IF_ERROR(session.Begin());
  absl::Cleanup roll_back = [&session] { session.Rollback().IgnoreError(); };
  for (const std::string& step :
       {absl::StrCat("CREATE TEMPORARY TABLE ", name, " (LIKE ", *tables[0][1], ")"),
        absl::StrCat("CREATE ", statement.unique ? "UNIQUE " : "", "INDEX ON pg_temp.", name, " ",
                     after_name.rest())}) {
    absl::Status status = session.Execute(step).status();
    if (status.ok()) continue;
    if (IsRefused(session, status)) return std::nullopt;
    return status;
  }
  BRANT_ASSIGN_OR_RETURN(
      Rows rows, session.Query(absl::StrCat(query, " i.indrelid = ? AND ",
                                            Definition("d.indexrelid = i.indexrelid"), " = ",
                                            Definition("d.indrelid = pg_catalog.to_regclass(?)")),
                               {Value(*tables[0][2]), Value(absl::StrCat("pg_temp.", name))}));
  return std::optional<Rows>(std::move(rows));
}

}  // namespace brant
