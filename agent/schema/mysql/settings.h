// SET statements of a desired schema.

#ifndef BRANT_AGENT_SCHEMA_MYSQL_SETTINGS_H_
#define BRANT_AGENT_SCHEMA_MYSQL_SETTINGS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace brant::mysql {

// In lower case, without quotes and blanks.
struct Setting {
  // Empty: a variable of the user, `@saved`.
  std::string name;
  std::string value;
};

// Nothing if the statement sets what may change what a table becomes, or how the
// statements are read: only what scripts and dumps commonly set is known not to.
std::optional<std::vector<Setting>> ReadSettings(absl::string_view statement);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_SCHEMA_MYSQL_SETTINGS_H_
