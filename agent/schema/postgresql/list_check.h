#ifndef BRANT_AGENT_SCHEMA_POSTGRESQL_LIST_CHECK_H_
#define BRANT_AGENT_SCHEMA_POSTGRESQL_LIST_CHECK_H_

#include "agent/schema/catalog.h"

namespace brant {

// Both say `column IN (list)`, and the list of `to` has all that the one of `from`
// has: rows for which `from` holds do not violate `to`. False where this can't be
// told by the text.
bool OnlyGainsValues(const CheckConstraint& from, const CheckConstraint& to);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_POSTGRESQL_LIST_CHECK_H_
