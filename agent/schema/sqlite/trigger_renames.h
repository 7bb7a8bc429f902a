#ifndef BRANT_AGENT_SCHEMA_SQLITE_TRIGGER_RENAMES_H_
#define BRANT_AGENT_SCHEMA_SQLITE_TRIGGER_RENAMES_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/schema/diff.h"

namespace brant {

// What ALTER TABLE … RENAME does to the text of triggers, for those that are
// written again after it.
class SqliteTriggerRenames {
 public:
  // `catalog`: as it is after the renames.
  SqliteTriggerRenames(const std::vector<Rename>& renames, const Catalog& catalog);

  // `definition` with the new names. `owner`: the new name of what the trigger is
  // of.
  std::string Apply(absl::string_view definition, const std::string& owner) const;

  // What a table was called before; the name itself if it had no other.
  std::string Before(const std::string& table) const;

 private:
  // Old names are in lower case.
  using Names = std::map<std::string, std::string>;

  Names tables_;
  // By the old name of their table.
  std::map<std::string, Names> columns_;
  // From new to old, as written.
  Names before_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_SQLITE_TRIGGER_RENAMES_H_
