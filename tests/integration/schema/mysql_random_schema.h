// Random schemas of a small world of names, so that two of them have much in
// common.

#ifndef BRANT_TESTS_INTEGRATION_SCHEMA_MYSQL_RANDOM_SCHEMA_H_
#define BRANT_TESTS_INTEGRATION_SCHEMA_MYSQL_RANDOM_SCHEMA_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "agent/schema/catalog.h"
#include "agent/schema/diff.h"

namespace brant {

class MysqlRandomSchema {
 public:
  // Of what MariaDB takes, or of what MySQL does.
  MysqlRandomSchema(uint64_t seed, bool for_mariadb) : random_(seed), for_mariadb_(for_mariadb) {}

  Catalog Make();
  // Some of the likely ones.
  std::vector<Rename> Renames(const Catalog& from, const Catalog& to);

  // What every column of that name can hold, whatever its type.
  static std::string Value(const std::string& column);

 private:
  bool Chance(double share) { return std::uniform_real_distribution<>(0, 1)(random_) < share; }
  std::string Pick(const std::vector<std::string>& choices);

  Table MakeTable(const std::string& name);
  Column MakeColumn(const std::string& name, const std::vector<std::string>& types);
  void AddNumbers(Table& table);
  void AddOthers(Table& table);
  void AddChecks(Table& table);
  void AddIndexes(Table& table);
  void AddOptions(Table& table);
  void AddForeignKeys(Table& table, const std::vector<Table>& tables);
  void AddViews(Catalog& catalog);

  // An expression as a default: MySQL wants parentheses, and of a text always that.
  std::string Default(const Column& column, const std::string& value) const;

  std::mt19937_64 random_;
  const bool for_mariadb_;
};

}  // namespace brant

#endif  // BRANT_TESTS_INTEGRATION_SCHEMA_MYSQL_RANDOM_SCHEMA_H_
