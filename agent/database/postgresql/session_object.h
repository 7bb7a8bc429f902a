#ifndef BRANT_AGENT_DATABASE_POSTGRESQL_SESSION_OBJECT_H_
#define BRANT_AGENT_DATABASE_POSTGRESQL_SESSION_OBJECT_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace brant {

// What is in one session alone, and ends with it.
struct SessionObject {
  bool cursor = false;  // or temporary
  std::string name;

  // "temporary table x", for people.
  std::string Describe() const;
};

// What the statement makes that outlasts its transaction: a temporary table,
// view or the like, or a cursor WITH HOLD.
std::optional<SessionObject> MadeInSession(absl::string_view statement);

// The statement ends it: DROP, CLOSE, DISCARD.
bool EndsSessionObject(absl::string_view statement, const SessionObject& object);

// The statement names it, also within a dollar-quoted body.
bool NamesSessionObject(absl::string_view statement, const SessionObject& object);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_POSTGRESQL_SESSION_OBJECT_H_
