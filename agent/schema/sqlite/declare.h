#ifndef BRANT_AGENT_SCHEMA_SQLITE_DECLARE_H_
#define BRANT_AGENT_SCHEMA_SQLITE_DECLARE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "agent/schema/catalog.h"

namespace brant {

// `CREATE TABLE name (…)`, with all of its constraints; `name` is not quoted yet.
std::string DeclareSqliteTable(const Table& table, absl::string_view name);

// A column as ADD COLUMN takes it, without constraints of the table.
std::string DeclareSqliteColumn(const Column& column);

// Also with the names that it gives its columns.
std::string DeclareSqliteView(const View& view);
std::string DeclareSqliteIndex(const Index& index, absl::string_view table);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_SQLITE_DECLARE_H_
