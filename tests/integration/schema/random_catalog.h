// Random schemas, in PostgreSQL's terms and not in its normal form: as people
// write them, so that a database has to evaluate them first.

#ifndef BRANT_TESTS_INTEGRATION_SCHEMA_RANDOM_CATALOG_H_
#define BRANT_TESTS_INTEGRATION_SCHEMA_RANDOM_CATALOG_H_

#include <random>
#include <string>
#include <vector>

#include "agent/schema/catalog.h"
#include "agent/schema/diff.h"

namespace brant {

class RandomCatalogs {
 public:
  explicit RandomCatalogs(unsigned seed) : random_(seed) {}

  // A schema that can be created.
  Catalog Make();

  // `catalog` after some random changes.
  Catalog Mutate(const Catalog& catalog);

  // Some renames of tables and columns of `catalog` to names that it has not. Some of
  // these need quotes, which the other functions don't know: so rename last.
  std::vector<Rename> MakeRenames(const Catalog& catalog);

  int Number(int least, int most);
  bool Chance(int percent) { return Number(1, 100) <= percent; }

 private:
  template <typename T>
  T Pick(const std::vector<T>& elements) {
    return elements[Number(0, static_cast<int>(elements.size()) - 1)];
  }

  Column MakeColumn(const Catalog& catalog, const std::string& name);
  Column MakeId();
  SequenceOptions MakeSequenceOptions();
  Table MakeTable(const Catalog& catalog, const std::string& name);
  Index MakeIndex(const Table& table, const std::string& name);
  View MakeView(const Catalog& catalog, const std::string& name);
  void AddConstraint(const Catalog& catalog, Table& table);
  void ChangeTable(const Catalog& catalog, Table& table);
  void ChangeColumn(const Catalog& catalog, Column& column);
  void ChangeOther(Catalog& catalog);
  std::string MakeComment();
  std::string NewName(const std::string& name);

  std::mt19937 random_;
};

// Takes out what can't be created, because something that it needs is not there.
void Repair(Catalog& catalog);

// Statements that put some rows into the tables. They hold under every constraint
// that RandomCatalogs makes.
std::vector<std::string> FillTables(const Catalog& catalog);

// Whether what is in the tables by FillTables may be in the way of a change that
// is right by itself, such as a foreign key to a table that is new and empty.
bool RowsMayObject(const Catalog& from, const Catalog& to);

}  // namespace brant

#endif  // BRANT_TESTS_INTEGRATION_SCHEMA_RANDOM_CATALOG_H_
