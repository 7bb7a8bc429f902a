#ifndef BRANT_AGENT_SCHEMA_MODELS_INDEXES_H_
#define BRANT_AGENT_SCHEMA_MODELS_INDEXES_H_

#include <vector>

#include "agent/schema/models/model_table.h"
#include "agent/schema/models/names.h"
#include "agent/schema/models/problems.h"

namespace brant {

// Adds the indexes that the options of `tables` ask for, all with names.
void AddIndexes(std::vector<ModelTable>& tables, NamesInUse& names, Problems& problems);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_MODELS_INDEXES_H_
