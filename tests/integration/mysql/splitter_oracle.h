// Other programs that know where MySQL's statements end.

#ifndef BRANT_TESTS_INTEGRATION_MYSQL_SPLITTER_ORACLE_H_
#define BRANT_TESTS_INTEGRATION_MYSQL_SPLITTER_ORACLE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "agent/database/url.h"

namespace brant {

struct OracleRun {
  // Empty if all went well.
  std::string error;
  // Results that the server sent: one for each statement but CALL.
  int results = 0;
};

// Runs a script through the `mariadb` client, which obeys DELIMITER. It sends
// comments along, or cuts them out.
OracleRun RunThroughClient(const DatabaseUrl& url, const std::string& script, bool keep_comments);

// Sends a script to the server in one piece, so that the server's own parser
// decides where each statement ends. It knows no DELIMITER.
OracleRun RunThroughServer(const DatabaseUrl& url, const std::string& script);

// Everything that the database holds, as text.
std::string Dump(const DatabaseUrl& url);

}  // namespace brant

#endif  // BRANT_TESTS_INTEGRATION_MYSQL_SPLITTER_ORACLE_H_
