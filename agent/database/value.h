// Values that travel between Brant's own statements and the database.

#ifndef BRANT_AGENT_DATABASE_VALUE_H_
#define BRANT_AGENT_DATABASE_VALUE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace brant {

// NULL, a number or UTF-8 text.
using Value = std::variant<std::monostate, int64_t, std::string>;

// One of Brant's own statements, each `?` to be replaced by the next argument.
struct BoundStatement {
  std::string sql;
  std::vector<Value> args;
};

// A result: rows of columns as text, NULL as nothing.
using Rows = std::vector<std::vector<std::optional<std::string>>>;

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_VALUE_H_
