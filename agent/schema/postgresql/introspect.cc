#include "agent/schema/postgresql/introspect.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "agent/base/error.h"
#include "agent/schema/postgresql/catalog_queries.h"
#include "agent/schema/postgresql/catalog_reader.h"
#include "agent/schema/postgresql/identifier.h"

namespace brant {

absl::StatusOr<PostgresqlSchemas> FindPostgresqlSchemas(Session& session,
                                                        const Selection& selection) {
  BRANT_ASSIGN_OR_RETURN(Rows rows, session.Query("SELECT pg_catalog.current_schema()"));
  if (!rows[0][0].has_value()) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST,
                 "no schema of the search_path exists, so names without a schema lead nowhere")
        .Hint("CREATE SCHEMA it, or set search_path for the role: ALTER ROLE … SET search_path");
  }
  PostgresqlSchemas schemas;
  schemas.default_schema = *rows[0][0];
  schemas.all = selection.schemas;
  if (schemas.all.empty()) schemas.all.push_back(schemas.default_schema);
  absl::c_sort(schemas.all);
  return schemas;
}

absl::StatusOr<Catalog> ReadPostgresqlCatalog(Session& session, const PostgresqlSchemas& schemas,
                                              const Selection& selection,
                                              const std::vector<std::string>& also_visible) {
  std::vector<std::string> path = {schemas.default_schema};
  path.insert(path.end(), also_visible.begin(), also_visible.end());
  // To compile such queries takes longer than to run them.
  BRANT_RETURN_IF_ERROR(session
                            .Query("SELECT pg_catalog.set_config('search_path', ?, true), "
                                   "pg_catalog.set_config('jit', 'off', true)",
                                   {Value(QuoteListPostgresql(path))})
                            .status());
  const std::string list =
      absl::StrJoin(schemas.all, ", ", [](std::string* out, const std::string& schema) {
        absl::StrAppend(out, LiteralPostgresql(schema));
      });
  PostgresqlCatalogReader reader(schemas, selection);
  struct Part {
    absl::string_view query;
    void (PostgresqlCatalogReader::*add)(const Rows&);
  };
  for (const Part& part : {
           Part{kEnumsQuery, &PostgresqlCatalogReader::AddEnums},
           Part{kRelationsQuery, &PostgresqlCatalogReader::AddRelations},
           Part{kColumnsQuery, &PostgresqlCatalogReader::AddColumns},
           Part{kSequencesQuery, &PostgresqlCatalogReader::AddSequences},
           Part{kConstraintsQuery, &PostgresqlCatalogReader::AddConstraints},
           Part{kIndexesQuery, &PostgresqlCatalogReader::AddIndexes},
           Part{kViewReadsQuery, &PostgresqlCatalogReader::AddViewReads},
           Part{kTriggersQuery, &PostgresqlCatalogReader::AddTriggers},
           Part{kNeedsQuery, &PostgresqlCatalogReader::AddNeeds},
       }) {
    BRANT_ASSIGN_OR_RETURN(Rows rows,
                           session.Query(absl::StrReplaceAll(part.query, {{"$S", list}})));
    (reader.*part.add)(rows);
  }
  return reader.Take();
}

}  // namespace brant
