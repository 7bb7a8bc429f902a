#ifndef BRANT_AGENT_SCHEMA_MODELS_NAMES_H_
#define BRANT_AGENT_SCHEMA_MODELS_NAMES_H_

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace brant {

// `UserProfile` as `user_profile`, `HTTPServer` as `http_server`.
std::string SnakeCase(absl::string_view name);

// `first_second_label`, with the longer of the two names shortened until it is no
// longer than 63 bytes: what PostgreSQL calls a constraint or index that nobody
// named. Without `second`: `first_label`.
std::string ConventionalName(absl::string_view first, absl::string_view second,
                             absl::string_view label);

// The names of tables, indexes and constraints of a schema, which some database or
// other wants to be distinct.
class NamesInUse {
 public:
  // False if it is in use.
  bool Add(const std::string& schema, const std::string& name);

  // The conventional name, with a number behind the label as long as it is in use.
  std::string Choose(const std::string& schema, absl::string_view table, absl::string_view columns,
                     absl::string_view label);

 private:
  std::set<std::pair<std::string, std::string>> names_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_MODELS_NAMES_H_
