// TOML, as flat as brant.toml is.

#ifndef BRANT_AGENT_BASE_TOML_H_
#define BRANT_AGENT_BASE_TOML_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace brant {

enum class TomlType { kString, kStringArray, kInteger, kFloat, kBoolean, kOther };

struct TomlEntry {
  // With the tables that it is in: `table.name`.
  std::string key;
  TomlType type = TomlType::kOther;
  // As text; an array's items are joined by commas. Empty for kOther.
  std::string value;
  int line = 0;
  int column = 0;
};

// A file's entries, ordered by their place. Errors: INVALID_REQUEST, with line
// and column where the file is not TOML.
absl::StatusOr<std::vector<TomlEntry>> ReadToml(const std::string& path);

}  // namespace brant

#endif  // BRANT_AGENT_BASE_TOML_H_
