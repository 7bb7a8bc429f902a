#include "agent/schema/beyond_scratch.h"

#include <array>

#include "absl/algorithm/container.h"
#include "agent/database/statement_words.h"
#include "agent/schema/mysql/refusal.h"

namespace brant {
namespace {

constexpr absl::string_view kServer = "it changes more than one database";

// Kinds of objects that belong to the whole server.
constexpr std::array<absl::string_view, 10> kServersObjects = {
    "database", "role",   "user",     "group",    "tablespace",
    "system",   "server", "instance", "resource", "subscription"};

bool Changes(const std::string& word) {
  return word == "create" || word == "alter" || word == "drop" || word == "rename";
}

std::string BeyondPostgresql(absl::string_view statement) {
  StatementWords words(Dialect::kPostgresql, statement);
  const std::string first = words.Next();
  if (first == "reassign") return std::string(kServer);
  // Membership of a role is granted ON nothing.
  if (first == "grant" || first == "revoke") {
    const bool of_server =
        !words.HasAny({"on"}) || words.HasAny({"database", "tablespace", "parameter"});
    return of_server ? std::string(kServer) : "";
  }
  if (first == "comment" || first == "security") {
    if (first == "security") words.Next();
    while (true) {
      const std::string word = words.Next();
      if (word.empty()) return "";
      if (word == "on") break;
    }
  } else if (!Changes(first)) {
    return "";
  }
  const std::string kind = words.Next();
  // Foreign servers and their users are of one database.
  if (kind == "server" || (kind == "user" && words.HasAny({"mapping"}))) return "";
  return absl::c_linear_search(kServersObjects, kind) ? std::string(kServer) : "";
}

std::string BeyondSqlite(absl::string_view statement) {
  StatementWords words(Dialect::kSqlite, statement);
  const std::string first = words.Next();
  const bool reaches_files = first == "attach" || (first == "vacuum" && words.HasAny({"into"}));
  return reaches_files ? "it reaches files" : "";
}

}  // namespace

std::string ReachesBeyondScratch(Dialect dialect, absl::string_view statement,
                                 const std::set<std::string>& databases) {
  switch (dialect) {
    case Dialect::kPostgresql:
      return BeyondPostgresql(statement);
    case Dialect::kMysql:
      return mysql::ReasonToRefuse(statement, databases, mysql::ScratchUse::kMigration);
    case Dialect::kSqlite:
      break;
  }
  return BeyondSqlite(statement);
}

}  // namespace brant
