#include "agent/schema/sqlite/driver.h"

#include "agent/base/error.h"

namespace brant {

absl::StatusOr<Catalog> SqliteSchemaDriver::Introspect(Session&, const Selection&) const {
  return Error(v1::ERROR_REASON_INTERNAL, "to be written");
}
absl::StatusOr<Catalog> SqliteSchemaDriver::Evaluate(Database&, const std::vector<Script>&,
                                                     const Selection&) const {
  return Error(v1::ERROR_REASON_INTERNAL, "to be written");
}
DdlScript SqliteSchemaDriver::Render(const CatalogDiff&) const { return {}; }
DataType SqliteSchemaDriver::ReadType(absl::string_view native) const { return {}; }
std::string SqliteSchemaDriver::WriteType(const DataType& type) const { return ""; }
std::string SqliteSchemaDriver::Quote(absl::string_view identifier) const { return ""; }

}  // namespace brant
