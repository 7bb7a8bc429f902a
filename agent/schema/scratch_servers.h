// Where scratch space can be had, for each dialect.

#ifndef BRANT_AGENT_SCHEMA_SCRATCH_SERVERS_H_
#define BRANT_AGENT_SCHEMA_SCRATCH_SERVERS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/database/database.h"

namespace brant {

// Thread-safe, as its databases are.
class ScratchServers {
 public:
  // SQLite alone.
  ScratchServers();

  // `urls`: those of databases, in one text, with blanks or commas between; one for a
  // dialect. Connects to none. Errors: INVALID_REQUEST.
  static absl::StatusOr<ScratchServers> Open(absl::string_view urls);

  // The database beside which scratch databases of its dialect are made; for SQLite
  // one in memory. Null: none was named.
  Database* For(Dialect dialect) const;

 private:
  std::vector<std::unique_ptr<Database>> databases_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_SCRATCH_SERVERS_H_
