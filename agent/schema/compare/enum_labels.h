// The labels that a column may hold, however a dialect says it.

#ifndef BRANT_AGENT_SCHEMA_COMPARE_ENUM_LABELS_H_
#define BRANT_AGENT_SCHEMA_COMPARE_ENUM_LABELS_H_

#include <string>
#include <vector>

#include "agent/schema/catalog.h"
#include "agent/schema/schema_driver.h"

namespace brant {

// Those of a check `column IN ('A', 'B')`; empty: it is another one.
std::vector<std::string> LabelsOf(const CheckConstraint& check, const std::string& column);

// Those of the column's enum type, or of such a check; empty: any value.
std::vector<std::string> LabelsOf(const Table& table, const Column& column);

// Gives the column, which is of an enum type, other labels.
void SetLabels(const SchemaDriver& driver, const std::vector<std::string>& labels, Column& column,
               Catalog& catalog);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_COMPARE_ENUM_LABELS_H_
