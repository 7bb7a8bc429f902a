#include "agent/schema/postgresql/driver.h"

#include "agent/base/error.h"

namespace brant {

absl::StatusOr<Catalog> PostgresqlSchemaDriver::Introspect(Session&, const Selection&) const {
  return Error(v1::ERROR_REASON_INTERNAL, "to be written");
}
absl::StatusOr<Catalog> PostgresqlSchemaDriver::Evaluate(Database&, const std::vector<Script>&,
                                                         const Selection&) const {
  return Error(v1::ERROR_REASON_INTERNAL, "to be written");
}
DdlScript PostgresqlSchemaDriver::Render(const CatalogDiff&) const { return {}; }
DataType PostgresqlSchemaDriver::ReadType(absl::string_view native) const { return {}; }
std::string PostgresqlSchemaDriver::WriteType(const DataType& type) const { return ""; }
std::string PostgresqlSchemaDriver::Quote(absl::string_view identifier) const { return ""; }

}  // namespace brant
