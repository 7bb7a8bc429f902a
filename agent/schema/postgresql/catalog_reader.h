#ifndef BRANT_AGENT_SCHEMA_POSTGRESQL_CATALOG_READER_H_
#define BRANT_AGENT_SCHEMA_POSTGRESQL_CATALOG_READER_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "agent/database/value.h"
#include "agent/schema/catalog.h"
#include "agent/schema/postgresql/introspect.h"
#include "agent/schema/schema_driver.h"

namespace brant {

// Makes a catalog of the rows of catalog_queries.h, to be given in the order of
// the functions. Rows of relations that are not selected are passed over.
class PostgresqlCatalogReader {
 public:
  PostgresqlCatalogReader(const PostgresqlSchemas& schemas, const Selection& selection)
      : schemas_(schemas), selection_(selection) {}

  void AddEnums(const Rows& rows);
  void AddRelations(const Rows& rows);
  void AddColumns(const Rows& rows);
  void AddSequences(const Rows& rows);
  void AddConstraints(const Rows& rows);
  void AddIndexes(const Rows& rows);
  void AddViewReads(const Rows& rows);
  void AddTriggers(const Rows& rows);
  void AddNeeds(const Rows& rows);

  Catalog Take();

 private:
  ObjectName Name(const std::string& schema, const std::string& name) const;
  Table* FindTable(const std::string& oid);
  Column* FindColumn(const std::string& table, const std::string& number);
  // Where the index of that relation belongs; null: not selected.
  std::vector<Index>* IndexesOf(const std::string& relation);

  const PostgresqlSchemas& schemas_;
  const Selection& selection_;
  Catalog catalog_;
  // By oid.
  std::map<std::string, size_t> tables_;
  std::map<std::string, size_t> views_;
  std::map<std::string, View> excluded_;
  std::map<std::string, EnumType> enums_;
  // By table and number.
  std::map<std::pair<std::string, std::string>, std::string> columns_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_POSTGRESQL_CATALOG_READER_H_
