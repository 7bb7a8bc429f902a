#ifndef BRANT_AGENT_SCHEMA_MODELS_REFERENCES_H_
#define BRANT_AGENT_SCHEMA_MODELS_REFERENCES_H_

#include <string>
#include <vector>

#include "agent/schema/models/model_table.h"
#include "agent/schema/models/problems.h"

namespace brant {

// The tables of all models, found by name.
class ModelTables {
 public:
  explicit ModelTables(std::vector<ModelTable>& tables) : tables_(tables) {}

  // The table that `name` (`table` or `schema.table`) means in a table of `schema`:
  // without a schema the one beside it goes first. Null if there is none.
  ModelTable* Find(const std::string& schema, const std::string& name) const;

 private:
  std::vector<ModelTable>& tables_;
};

// The columns of a table's primary key, as far as they have names.
std::vector<std::string> PrimaryKeyColumns(const ModelTable& table);

// Gives the columns that refer to another one (`references`) their names and types,
// and adds their foreign keys, yet without names.
void ResolveReferences(std::vector<ModelTable>& tables, Problems& problems);

// `CASCADE` and so on.
std::string ActionText(ReferentialAction action);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_MODELS_REFERENCES_H_
