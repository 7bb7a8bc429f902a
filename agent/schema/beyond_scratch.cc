#include "agent/schema/beyond_scratch.h"

#include <array>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "agent/database/statement_words.h"
#include "agent/schema/mysql/refusal.h"

namespace brant {
namespace {

constexpr absl::string_view kServer = "it changes more than one database";

// Kinds of objects that belong to the whole server. What somebody owned may be a
// grant on another database, too.
constexpr std::array<absl::string_view, 8> kServersObjects = {
    "database", "role", "user", "group", "tablespace", "system", "subscription", "owned"};

bool Changes(absl::string_view word) {
  return word == "create" || word == "alter" || word == "drop" || word == "rename";
}

// Code that only the server can read changes the whole server, as far as its words
// say, also those in strings and comments: a false refusal does no harm.
bool CodeChangesServer(absl::string_view code) {
  std::string words = absl::AsciiStrToLower(code);
  for (char& c : words) {
    if (!absl::ascii_isalnum(c) && c != '_') c = ' ';
  }
  absl::string_view before;
  for (absl::string_view word : absl::StrSplit(words, ' ', absl::SkipEmpty())) {
    if ((Changes(before) || before == "reassign") && absl::c_linear_search(kServersObjects, word)) {
      return true;
    }
    before = word;
  }
  return false;
}

// Behind CREATE.
bool IsRoutine(StatementWords words) {
  std::string kind = words.Next();
  if (kind == "or") {
    words.Next();
    kind = words.Next();
  }
  return kind == "function" || kind == "procedure";
}

std::string BeyondPostgresql(absl::string_view statement) {
  StatementWords words(Dialect::kPostgresql, statement);
  const std::string first = words.Next();
  if (first == "reassign") return std::string(kServer);
  if ((first == "do" || (first == "create" && IsRoutine(words))) && CodeChangesServer(statement)) {
    return "its code seems to change more than one database";
  }
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
  // Users of foreign servers are of one database.
  if (kind == "user" && words.HasAny({"mapping"})) return "";
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
