#include "agent/schema/mysql/server.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "agent/base/error.h"

namespace brant::mysql {
namespace {

int ReadVersion(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::ByAnyChar(".-"));
  int version = 0;
  for (size_t i = 0; i < 3; ++i) {
    int number = 0;
    if (i < parts.size() && !absl::SimpleAtoi(parts[i], &number)) number = 0;
    version = version * 100 + number;
  }
  return version;
}

}  // namespace

absl::StatusOr<Server> AskServer(Session& session) {
  BRANT_ASSIGN_OR_RETURN(Rows rows,
                         session.Query("SELECT VERSION(), DATABASE(), @@character_set_database, "
                                       "@@collation_database"));
  if (rows.empty() || !rows[0][1].has_value()) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST, "the connection is in no database")
        .Hint("name one in the database URL");
  }
  const std::string version = rows[0][0].value_or("");
  Server server;
  server.is_mariadb = absl::StrContains(version, "MariaDB");
  server.version = ReadVersion(version);
  server.database = *rows[0][1];
  server.character_set = rows[0][2].value_or("");
  server.collation = rows[0][3].value_or("");
  return server;
}

}  // namespace brant::mysql
