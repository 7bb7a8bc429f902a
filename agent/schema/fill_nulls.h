// A column that becomes NOT NULL and has a default: rows that have NULL in it get
// the default, on every database.

#ifndef BRANT_AGENT_SCHEMA_FILL_NULLS_H_
#define BRANT_AGENT_SCHEMA_FILL_NULLS_H_

#include <string>

#include "agent/schema/catalog.h"

namespace brant {

bool FillsNulls(const Column& from, const Column& to);

// What to look at where that happens, or where it can't and NULL is in the way;
// empty: nothing. `name`: the column's, for people; `table` is as it will be.
std::string ReviewNulls(const Column& from, const Column& to, const Table& table,
                        const std::string& name);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_FILL_NULLS_H_
