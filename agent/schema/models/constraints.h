#ifndef BRANT_AGENT_SCHEMA_MODELS_CONSTRAINTS_H_
#define BRANT_AGENT_SCHEMA_MODELS_CONSTRAINTS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/schema/models/model_table.h"
#include "agent/schema/models/names.h"
#include "agent/schema/models/problems.h"
#include "agent/schema/schema_driver.h"

namespace brant {

// Adds the keys, checks and foreign keys that the options of `tables` ask for; the
// foreign keys of single columns are there already, without names. All get names:
// those given first, so that no conventional one takes them away.
void AddConstraints(std::vector<ModelTable>& tables, const SchemaDriver& postgresql,
                    NamesInUse& names, Problems& problems);

// Reports the columns that `table` has not. False if there are any.
bool HasColumns(const ModelTable& table, const std::vector<std::string>& columns,
                absl::string_view of_what, Problems& problems);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_MODELS_CONSTRAINTS_H_
