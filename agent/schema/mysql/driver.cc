#include "agent/schema/mysql/driver.h"

#include "agent/schema/mysql/evaluate.h"
#include "agent/schema/mysql/identifiers.h"
#include "agent/schema/mysql/introspect.h"
#include "agent/schema/mysql/render.h"
#include "agent/schema/mysql/types.h"

namespace brant {

absl::StatusOr<Catalog> MysqlSchemaDriver::Introspect(Session& session,
                                                      const Selection& selection) const {
  return mysql::IntrospectDatabase(session, selection);
}

absl::StatusOr<Catalog> MysqlSchemaDriver::Evaluate(Database& database,
                                                    const std::vector<Script>& scripts,
                                                    const Selection& selection,
                                                    CancelToken& cancel) const {
  return mysql::EvaluateInScratch(database, scripts, selection, cancel);
}

DdlScript MysqlSchemaDriver::Render(const CatalogDiff& diff) const {
  return mysql::RenderDiff(diff);
}

DataType MysqlSchemaDriver::ReadType(absl::string_view native) const {
  return mysql::ReadDataType(native);
}

std::string MysqlSchemaDriver::WriteType(const DataType& type) const {
  return mysql::WriteDataType(type);
}

std::string MysqlSchemaDriver::Quote(absl::string_view identifier) const {
  return mysql::QuoteIdentifier(identifier);
}

}  // namespace brant
