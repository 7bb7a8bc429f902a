// What is particular to one kind of database. One object for each dialect,
// without state.

#ifndef BRANT_AGENT_SCHEMA_SCHEMA_DRIVER_H_
#define BRANT_AGENT_SCHEMA_SCHEMA_DRIVER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/database/database.h"
#include "agent/migrate/cancel.h"
#include "agent/schema/catalog.h"
#include "agent/schema/ddl.h"
#include "agent/schema/diff.h"

namespace brant {

// Which part of a database is looked at.
struct Selection {
  // PostgreSQL: the schemas; empty: the one where unqualified names lead.
  std::vector<std::string> schemas;
  // Objects to leave alone: `name` or `schema.name`, with * for any text.
  std::vector<std::string> exclude;
  // Brant's own tables, which are left alone as well.
  std::vector<std::string> own_tables;
};

class SchemaDriver {
 public:
  virtual ~SchemaDriver() = default;

  virtual Dialect dialect() const = 0;

  // Reads the catalogue, in a fixed number of queries. What extensions own, and
  // what the server itself made, is no part of it.
  virtual absl::StatusOr<Catalog> Introspect(Session& session,
                                             const Selection& selection) const = 0;

  // The catalog that `script` makes of nothing, evaluated by the server in a
  // scratch space that is gone afterwards, also after an error. Data and objects
  // outside of it are never touched: statements that would leave it are refused.
  //
  // Errors name file and line: STATEMENT_FAILED, UNSUPPORTED_STATEMENT. CANCELLED, or
  // the reason of `cancel`.
  struct Script {
    // As people know it, for errors.
    std::string file;
    std::string text;
  };
  virtual absl::StatusOr<Catalog> Evaluate(Database& database, const std::vector<Script>& scripts,
                                           const Selection& selection,
                                           CancelToken& cancel) const = 0;

  // The statements for a diff of this dialect's catalogs, in the order of their
  // dependencies, foreign keys that form a cycle included.
  virtual DdlScript Render(const CatalogDiff& diff) const = 0;

  // The type of a column of this dialect.
  virtual DataType ReadType(absl::string_view native) const = 0;
  // How this dialect writes `type`, which another one's ReadType understood. What
  // it has not becomes what holds the same values.
  virtual std::string WriteType(const DataType& type) const = 0;

  // An identifier, quoted where it has to be.
  virtual std::string Quote(absl::string_view identifier) const = 0;
};

const SchemaDriver& DriverFor(Dialect dialect);

// The statements that make `catalog` from nothing, in its dialect.
absl::StatusOr<std::string> WriteSchema(const Catalog& catalog);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_SCHEMA_DRIVER_H_
