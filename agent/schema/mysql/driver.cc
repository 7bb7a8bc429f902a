#include "agent/schema/mysql/driver.h"

#include "agent/base/error.h"

namespace brant {

absl::StatusOr<Catalog> MysqlSchemaDriver::Introspect(Session&, const Selection&) const {
  return Error(v1::ERROR_REASON_INTERNAL, "to be written");
}
absl::StatusOr<Catalog> MysqlSchemaDriver::Evaluate(Database&, const std::vector<Script>&,
                                                    const Selection&) const {
  return Error(v1::ERROR_REASON_INTERNAL, "to be written");
}
DdlScript MysqlSchemaDriver::Render(const CatalogDiff&) const { return {}; }
DataType MysqlSchemaDriver::ReadType(absl::string_view native) const { return {}; }
std::string MysqlSchemaDriver::WriteType(const DataType& type) const { return ""; }
std::string MysqlSchemaDriver::Quote(absl::string_view identifier) const { return ""; }

}  // namespace brant
