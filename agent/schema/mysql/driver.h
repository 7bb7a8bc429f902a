#ifndef BRANT_AGENT_SCHEMA_MYSQL_DRIVER_H_
#define BRANT_AGENT_SCHEMA_MYSQL_DRIVER_H_

#include <string>
#include <vector>

#include "agent/schema/schema_driver.h"

namespace brant {

class MysqlSchemaDriver final : public SchemaDriver {
 public:
  Dialect dialect() const override { return Dialect::kMysql; }
  absl::StatusOr<Catalog> Introspect(Session& session, const Selection& selection) const override;
  absl::StatusOr<Catalog> Evaluate(Database& database, const std::vector<Script>& scripts,
                                   const Selection& selection, CancelToken& cancel) const override;
  DdlScript Render(const CatalogDiff& diff) const override;
  DataType ReadType(absl::string_view native) const override;
  std::string WriteType(const DataType& type) const override;
  std::string Quote(absl::string_view identifier) const override;
};

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_MYSQL_DRIVER_H_
