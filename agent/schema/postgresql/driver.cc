#include "agent/schema/postgresql/driver.h"

#include "agent/base/error.h"
#include "agent/schema/postgresql/evaluate.h"
#include "agent/schema/postgresql/identifier.h"
#include "agent/schema/postgresql/introspect.h"
#include "agent/schema/postgresql/render.h"
#include "agent/schema/postgresql/types.h"

namespace brant {
namespace {

absl::StatusOr<Catalog> Read(Session& session, const Selection& selection) {
  BRANT_ASSIGN_OR_RETURN(PostgresqlSchemas schemas, FindPostgresqlSchemas(session, selection));
  return ReadPostgresqlCatalog(session, schemas, selection, /*also_visible=*/{});
}

// In the caller's transaction, whose search_path must stay.
absl::StatusOr<Catalog> ReadWithin(Session& session, const Selection& selection) {
  BRANT_ASSIGN_OR_RETURN(Rows path,
                         session.Query("SELECT pg_catalog.current_setting('search_path')"));
  absl::StatusOr<Catalog> catalog = Read(session, selection);
  if (!catalog.ok()) return catalog;
  BRANT_RETURN_IF_ERROR(session
                            .Query("SELECT pg_catalog.set_config('search_path', ?, true)",
                                   {Value(path[0][0].value_or(""))})
                            .status());
  return catalog;
}

}  // namespace

absl::StatusOr<Catalog> PostgresqlSchemaDriver::Introspect(Session& session,
                                                           const Selection& selection) const {
  if (session.InTransaction()) return ReadWithin(session, selection);
  BRANT_RETURN_IF_ERROR(session.Begin());
  absl::StatusOr<Catalog> catalog = Read(session, selection);
  const absl::Status ended = session.Rollback();
  if (!catalog.ok()) return catalog;
  BRANT_RETURN_IF_ERROR(ended);
  return catalog;
}

absl::StatusOr<Catalog> PostgresqlSchemaDriver::Evaluate(Database& database,
                                                         const std::vector<Script>& scripts,
                                                         const Selection& selection,
                                                         CancelToken& cancel) const {
  return EvaluatePostgresql(database, scripts, selection, cancel);
}

DdlScript PostgresqlSchemaDriver::Render(const CatalogDiff& diff) const {
  return RenderPostgresql(diff);
}

DataType PostgresqlSchemaDriver::ReadType(absl::string_view native) const {
  return ReadPostgresqlType(native);
}

std::string PostgresqlSchemaDriver::WriteType(const DataType& type) const {
  return WritePostgresqlType(type);
}

std::string PostgresqlSchemaDriver::Quote(absl::string_view identifier) const {
  return QuotePostgresql(identifier);
}

}  // namespace brant
