// What sql_mode changes about where a string ends.

#ifndef BRANT_AGENT_DATABASE_MYSQL_SQL_MODE_H_
#define BRANT_AGENT_DATABASE_MYSQL_SQL_MODE_H_

#include "absl/strings/string_view.h"

namespace brant::mysql {

struct LexicalRules {
  // Off in NO_BACKSLASH_ESCAPES mode.
  bool backslash_escapes = true;
  // On in ANSI_QUOTES mode: "…" is a name.
  bool ansi_quotes = false;
};

// The rules behind `statement`, a SET statement of a script in which `rules`
// held so far. A SET that does not assign the session's sql_mode changes
// nothing; one that assigns something else than text brings the defaults back,
// because scripts do so to restore what they had changed.
LexicalRules RulesAfter(absl::string_view statement, LexicalRules rules);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_DATABASE_MYSQL_SQL_MODE_H_
