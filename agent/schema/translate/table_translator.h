#ifndef BRANT_AGENT_SCHEMA_TRANSLATE_TABLE_TRANSLATOR_H_
#define BRANT_AGENT_SCHEMA_TRANSLATE_TABLE_TRANSLATOR_H_

#include <string>
#include <vector>

#include "agent/schema/catalog.h"
#include "agent/schema/models/names.h"
#include "agent/schema/schema_driver.h"
#include "agent/schema/translate/translate.h"

namespace brant {

// Translates one table. Enum types that it needs and that `catalog` has not go into
// the translation's catalog.
class TableTranslator {
 public:
  // All must outlive it. `names`: those in use in the translation.
  TableTranslator(const Table& table, const SchemaDriver& from, const SchemaDriver& to,
                  NamesInUse& names, Translation& translation);

  Table Translate();

 private:
  // Columns: column_translator.cc.
  Column TranslateColumn(const Column& column);
  DataType TranslateType(const Column& column);
  void TranslateDefault(const Column& column, Column& result);
  void TranslateGenerated(const Column& column, Column& result);
  void TranslateIdentity(const Column& column, Column& result);
  DataType EnumOf(const Column& column);

  // Keys and checks: constraint_translator.cc.
  void TranslateKeys();
  void TranslateChecks();
  void TranslateForeignKeys();
  void AddEnumCheck(const Column& column);

  // Indexes: index_translator.cc.
  void TranslateIndexes();
  // False: there is no such index in the dialect.
  bool TranslateIndex(const Index& index, Index& result);
  bool TranslatePart(const Index& index, const IndexPart& part, Index& result);

  // An expression about the table's columns.
  std::string Expression(const std::string& sql, const std::string& part);
  bool IsInKey(const std::string& column) const;
  bool IsWholeKey(const std::string& column) const;
  bool To(Dialect dialect) const { return to_.dialect() == dialect; }
  bool From(Dialect dialect) const { return from_.dialect() == dialect; }
  void Note(const std::string& part, const std::string& text);
  // `name`, or the conventional name where there is none or it is in use.
  std::string NameFor(const std::string& name, const std::vector<std::string>& columns,
                      absl::string_view label);

  const Table& table_;
  const SchemaDriver& from_;
  const SchemaDriver& to_;
  NamesInUse& names_;
  Translation& translation_;
  std::vector<std::string> columns_;
  Table result_;
};

// The catalogue's name of a dialect for people.
absl::string_view DisplayName(Dialect dialect);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_TRANSLATE_TABLE_TRANSLATOR_H_
