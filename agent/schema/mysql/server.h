#ifndef BRANT_AGENT_SCHEMA_MYSQL_SERVER_H_
#define BRANT_AGENT_SCHEMA_MYSQL_SERVER_H_

#include <string>

#include "absl/status/statusor.h"
#include "agent/database/database.h"

namespace brant::mysql {

// What the catalogue's form depends on, and where the session is.
struct Server {
  bool is_mariadb = false;
  // 101106 for 10.11.6, 80036 for 8.0.36.
  int version = 0;
  // Of the session, and what its tables get by default.
  std::string database;
  std::string character_set;
  std::string collation;
};

// Error: INVALID_REQUEST if the session is in no database.
absl::StatusOr<Server> AskServer(Session& session);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_SCHEMA_MYSQL_SERVER_H_
