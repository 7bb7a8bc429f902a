#ifndef BRANT_AGENT_SCHEMA_SELECTION_H_
#define BRANT_AGENT_SCHEMA_SELECTION_H_

#include "agent/schema/catalog.h"
#include "agent/schema/schema_driver.h"

namespace brant {

// Whether an object is to be looked at, as Selection::exclude and own_tables say.
bool IsSelected(const Selection& selection, const ObjectName& name);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_SELECTION_H_
