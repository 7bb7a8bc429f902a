// The settings of a session, and how to get them back after a migration.

#ifndef BRANT_AGENT_DATABASE_MYSQL_SESSION_SETTINGS_H_
#define BRANT_AGENT_DATABASE_MYSQL_SESSION_SETTINGS_H_

#include <optional>
#include <set>
#include <string>

#include "agent/database/database.h"
#include "agent/database/mysql/connection.h"
#include "agent/database/mysql/mysql_error.h"

namespace brant::mysql {

// Sets what Brant needs, remembers what scripts are known to change, and learns
// from the server what else they did change.
class SessionSettings {
 public:
  // To be called once, on a new connection; asks for the connection's id too.
  std::optional<Failure> Establish(Connection& connection, const SessionOptions& options);

  // Undoes what statements have set since. Costs nothing if the server says that
  // it was nothing; of a statement that failed it says nothing, so `failed` must
  // tell if there was one.
  std::optional<Failure> Restore(Connection& connection, bool failed);

  // As SELECT CONNECTION_ID() gives it: behind a proxy the handshake's differs.
  const std::string& connection_id() const { return connection_id_; }

 private:
  void Remember(const std::vector<std::optional<std::string>>& values);

  std::string connection_id_;
  // The server tells which variables were set.
  bool tracked_ = false;
  // One SET statement that restores all variables of the list.
  std::string restore_;
};

}  // namespace brant::mysql

#endif  // BRANT_AGENT_DATABASE_MYSQL_SESSION_SETTINGS_H_
