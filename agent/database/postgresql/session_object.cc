#include "agent/database/postgresql/session_object.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/database/postgresql/statement_reader.h"

namespace brant {
namespace {

std::optional<SessionObject> Temporary(StatementReader reader) {
  std::optional<PostgresqlName> name = reader.ReadName();
  if (!name.has_value()) return std::nullopt;
  return SessionObject{false, name->name};
}

bool SkipTemporary(StatementReader& reader) {
  StatementReader ahead = reader;
  if (!ahead.Skip("local")) ahead.Skip("global");
  if (!ahead.Skip("temp") && !ahead.Skip("temporary")) return false;
  reader = ahead;
  return true;
}

// Behind CREATE.
std::optional<SessionObject> Created(StatementReader reader) {
  reader.Skip({"or", "replace"});
  if (SkipTemporary(reader)) {
    reader.Skip("recursive");
    reader.Advance();  // TABLE, VIEW, SEQUENCE
    reader.Skip({"if", "not", "exists"});
    return Temporary(reader);
  }
  // Also functions and types may be there.
  for (; !reader.AtEnd(); reader.Advance()) {
    if (reader.Is("(") || reader.Is("as")) return std::nullopt;
    StatementReader ahead = reader;
    if (ahead.Skip({"pg_temp", "."})) return Temporary(ahead);
  }
  return std::nullopt;
}

std::optional<SessionObject> SelectedInto(StatementReader reader) {
  for (; !reader.AtEnd(); reader.Advance()) {
    // The table of INSERT INTO temp merely has that name.
    if (reader.Skip("insert") || reader.Skip("merge")) continue;
    StatementReader ahead = reader;
    if (!ahead.Skip("into")) continue;
    const bool temporary = SkipTemporary(ahead);
    ahead.Skip("table");
    if (temporary || ahead.Skip({"pg_temp", "."})) return Temporary(ahead);
  }
  return std::nullopt;
}

bool EndsWithItsTransaction(StatementReader reader) {
  for (; !reader.AtEnd(); reader.Advance()) {
    StatementReader ahead = reader;
    if (ahead.Skip({"on", "commit", "drop"})) return true;
  }
  return false;
}

bool HoldsCursor(StatementReader reader) {
  for (; !reader.AtEnd(); reader.Advance()) {
    StatementReader ahead = reader;
    if (ahead.Skip({"with", "hold"})) return true;
  }
  return false;
}

bool Names(absl::string_view text, absl::string_view name) {
  for (StatementReader reader(text); !reader.AtEnd(); reader.Advance()) {
    const PostgresqlToken& token = reader.next();
    if (PostgresqlIdentifier(token) == name) return true;
    if (absl::StartsWith(token.text, "$") && token.kind == PostgresqlTokenKind::kQuoted) {
      const size_t tag = token.text.find('$', 1) + 1;
      if (token.text.size() < 2 * tag) continue;
      if (Names(token.text.substr(tag, token.text.size() - 2 * tag), name)) return true;
    }
  }
  return false;
}

}  // namespace

std::string SessionObject::Describe() const {
  return absl::StrCat(cursor ? "cursor " : "temporary table ", name);
}

std::optional<SessionObject> MadeInSession(absl::string_view statement) {
  StatementReader reader(statement);
  if (reader.Skip("declare")) {
    std::optional<PostgresqlName> name = reader.ReadName();
    if (!name.has_value() || !HoldsCursor(reader)) return std::nullopt;
    return SessionObject{true, name->name};
  }
  if (reader.Skip("create")) {
    return EndsWithItsTransaction(reader) ? std::nullopt : Created(reader);
  }
  if (reader.IsAny({"select", "with", "("})) return SelectedInto(reader);
  return std::nullopt;
}

bool EndsSessionObject(absl::string_view statement, const SessionObject& object) {
  StatementReader reader(statement);
  if (reader.Skip("discard")) {
    return reader.Is("all") || (!object.cursor && reader.IsAny({"temp", "temporary"}));
  }
  if (object.cursor) {
    return reader.Skip("close") && (reader.Is("all") || Names(reader.rest(), object.name));
  }
  return reader.Skip("drop") && Names(reader.rest(), object.name);
}

bool NamesSessionObject(absl::string_view statement, const SessionObject& object) {
  return Names(statement, object.name);
}

}  // namespace brant
