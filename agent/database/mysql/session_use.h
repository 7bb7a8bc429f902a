// What a statement takes from its session, and leaves in it.

#ifndef BRANT_AGENT_DATABASE_MYSQL_SESSION_USE_H_
#define BRANT_AGENT_DATABASE_MYSQL_SESSION_USE_H_

#include <map>
#include <set>
#include <string>

#include "absl/strings/string_view.h"

namespace brant::mysql {

// How a statement sets a user variable.
struct Assignment {
  // Running it again gives the same value: SET, and what is known to depend on
  // nothing but constants, other variables and the catalogue.
  bool repeatable = false;
  // It reads the catalogue, so the value is the same only while that is.
  bool of_catalogue = false;
  // Variables that the value is computed from.
  std::set<std::string> from;
};

// Names are in lower case and without quotes.
struct SessionUse {
  // Every word, name, and word of a string: what a statement in a string names
  // counts too.
  std::set<std::string> words;
  // User variables that are read before the statement sets them.
  std::set<std::string> reads;
  std::map<std::string, Assignment> sets;
};

SessionUse ReadSessionUse(absl::string_view statement);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_DATABASE_MYSQL_SESSION_USE_H_
