#ifndef BRANT_AGENT_SCHEMA_FAKE_DRIVER_H_
#define BRANT_AGENT_SCHEMA_FAKE_DRIVER_H_

#include <string>
#include <vector>

#include "agent/base/error.h"
#include "agent/schema/schema_driver.h"

namespace brant {

// The types and identifiers of a dialect without a server: enough for tests of what
// is done with catalogs.
class FakeSchemaDriver : public SchemaDriver {
 public:
  explicit FakeSchemaDriver(Dialect dialect) : dialect_(dialect) {}

  Dialect dialect() const override { return dialect_; }
  absl::StatusOr<Catalog> Introspect(Session&, const Selection&) const override {
    return Error(v1::ERROR_REASON_INTERNAL, "a fake has no database");
  }
  absl::StatusOr<Catalog> Evaluate(Database&, const std::vector<Script>&, const Selection&,
                                   CancelToken&) const override {
    return Error(v1::ERROR_REASON_INTERNAL, "a fake has no database");
  }
  DdlScript Render(const CatalogDiff&) const override { return {}; }
  DataType ReadType(absl::string_view native) const override;
  std::string WriteType(const DataType& type) const override;
  // Quotes what is no plain lower-case word, and `order`, `group` and `user`.
  std::string Quote(absl::string_view identifier) const override;

 private:
  Dialect dialect_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_FAKE_DRIVER_H_
