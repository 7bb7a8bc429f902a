#include "agent/database/postgresql/object_statement.h"

namespace brant {
namespace {

void SkipIfExists(StatementReader& reader) {
  if (!reader.Skip({"if", "not", "exists"})) reader.Skip({"if", "exists"});
}

// Behind CREATE [UNIQUE] INDEX.
void ParseCreateIndex(StatementReader reader, ObjectStatement& statement) {
  statement.action = ObjectAction::kCreateIndex;
  statement.concurrently = reader.Skip("concurrently");
  SkipIfExists(reader);
  // ON is reserved: no index has that name unless it is quoted.
  if (!reader.Is("on")) {
    statement.object = reader.ReadName();
    if (!statement.object.has_value()) return;
  }
  if (!reader.Skip("on")) return;
  reader.Skip("only");
  statement.definition = reader.rest();
  statement.table = reader.ReadName();
}

// Behind DROP INDEX.
void ParseDropIndex(StatementReader reader, ObjectStatement& statement) {
  statement.action = ObjectAction::kDropIndex;
  statement.concurrently = reader.Skip("concurrently");
  SkipIfExists(reader);
  statement.object = reader.ReadName();
}

// Behind REINDEX.
void ParseReindex(StatementReader reader, ObjectStatement& statement) {
  if (reader.Skip("(")) {
    for (; !reader.AtEnd() && !reader.Skip(")"); reader.Advance()) {
      StatementReader option = reader;
      if (option.Skip("concurrently")) {
        statement.concurrently = !option.IsAny({"false", "off", "0"});
      }
    }
  }
  if (reader.Skip("index")) {
    statement.action = ObjectAction::kReindexIndex;
  } else if (reader.Skip("table")) {
    statement.action = ObjectAction::kReindexTable;
  } else if (reader.Skip("schema")) {
    statement.action = ObjectAction::kReindexSchema;
  } else {
    reader.Advance();
    statement.action = ObjectAction::kReindexDatabase;
  }
  if (reader.Skip("concurrently")) statement.concurrently = true;
  statement.object = reader.ReadName();
}

// Behind ALTER TABLE.
void ParseAlterTable(StatementReader reader, ObjectStatement& statement) {
  SkipIfExists(reader);
  reader.Skip("only");
  std::optional<PostgresqlName> table = reader.ReadName();
  reader.Skip("*");
  if (!table.has_value() || !reader.Skip({"detach", "partition"})) return;
  statement.table = table;
  statement.object = reader.ReadName();
  statement.concurrently = reader.Is("concurrently");
  statement.action =
      reader.Is("finalize") ? ObjectAction::kFinalizeDetach : ObjectAction::kDetachPartition;
}

// Behind CREATE, DROP or ALTER, and the kind of the object.
void ParseGlobal(ObjectAction action, StatementReader reader, ObjectStatement& statement) {
  SkipIfExists(reader);
  statement.action = action;
  statement.object = reader.ReadName();
}

// Behind ALTER.
void ParseAlter(StatementReader reader, ObjectStatement& statement) {
  if (reader.Skip("table")) return ParseAlterTable(reader, statement);
  StatementReader change = reader;
  change.Advance();
  change.ReadName();
  if (reader.Skip("database")) {
    if (change.Skip({"set", "tablespace"})) {
      ParseGlobal(ObjectAction::kDatabase, reader, statement);
    }
  } else if (reader.Skip("subscription")) {
    // SET (…) is one of these for some options of newer versions only.
    const bool sets_option = change.Skip({"set", "("});
    if (sets_option ? change.HasAny({"two_phase", "failover"}) : change.HasAny({"publication"})) {
      ParseGlobal(ObjectAction::kSubscription, reader, statement);
    }
  }
}

}  // namespace

ObjectStatement ParseObjectStatement(absl::string_view text) {
  ObjectStatement statement;
  StatementReader reader(text);
  if (reader.Skip("reindex")) {
    ParseReindex(reader, statement);
    return statement;
  }
  if (reader.Skip("alter")) {
    ParseAlter(reader, statement);
    return statement;
  }
  const bool creates = reader.Skip("create");
  if (!creates && !reader.Skip("drop")) return statement;
  statement.unique = creates && reader.Skip("unique");
  if (reader.Skip("index")) {
    creates ? ParseCreateIndex(reader, statement) : ParseDropIndex(reader, statement);
  } else if (reader.Skip("database")) {
    ParseGlobal(ObjectAction::kDatabase, reader, statement);
  } else if (reader.Skip("tablespace")) {
    ParseGlobal(ObjectAction::kTablespace, reader, statement);
  } else if (reader.Skip("subscription")) {
    ParseGlobal(ObjectAction::kSubscription, reader, statement);
  }
  return statement;
}

}  // namespace brant
