#include "agent/schema/postgresql/other_schemas.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "agent/database/postgresql/statement_reader.h"

namespace brant {
namespace {

using Names = std::set<std::string>;

// What a string says; nothing for other tokens.
std::optional<absl::string_view> StringAt(const StatementReader& reader) {
  const absl::string_view text = reader.next().text;
  if (text.size() < 2 || text.front() != '\'' || text.back() != '\'') return std::nullopt;
  return text.substr(1, text.size() - 2);
}

// The parts of the name that comes next: `a.b.c` has three.
int CountParts(StatementReader reader) {
  int parts = 1;
  for (reader.Advance(); reader.Skip("."); reader.Advance()) ++parts;
  return parts;
}

// The first of `others` of which the text names an object: `other.x`, or of a column
// `other.x.y`.
std::string Mentioned(StatementReader reader, const Names& others) {
  bool is_column = false;
  while (!reader.AtEnd()) {
    const std::optional<std::string> name = PostgresqlIdentifier(reader.next());
    const int parts = name.has_value() ? CountParts(reader) : 1;
    if (parts > (is_column ? 2 : 1) && others.contains(*name)) return *name;
    // COMMENT ON COLUMN, OWNED BY.
    is_column = reader.IsAny({"column", "by"});
    for (int i = 1; i < 2 * parts; ++i) reader.Advance();
  }
  return "";
}

// The schema of the name that comes next, if it is one of `others`.
std::string SchemaOfNext(StatementReader reader, const Names& others) {
  reader.Skip("only");
  const std::optional<PostgresqlName> name = reader.ReadName();
  return name.has_value() && others.contains(name->schema) ? name->schema : "";
}

// `SCHEMA a, b`.
std::string NamedSchema(StatementReader reader, const Names& others) {
  for (; !reader.AtEnd(); reader.Advance()) {
    if (!reader.Is("schema")) continue;
    StatementReader ahead = reader;
    do {
      ahead.Advance();
      ahead.Skip({"if", "exists"});
      const std::optional<std::string> name = PostgresqlIdentifier(ahead.next());
      if (!name.has_value()) break;
      if (others.contains(*name)) return *name;
      ahead.Advance();
    } while (ahead.Is(","));
  }
  return "";
}

// `nextval('other.s')` and its like, which act at once.
std::string SequenceTaken(StatementReader reader, const Names& others) {
  for (; !reader.AtEnd(); reader.Advance()) {
    if (!reader.IsAny({"nextval", "setval"})) continue;
    StatementReader ahead = reader;
    ahead.Advance();
    if (!ahead.Skip("(")) continue;
    const std::optional<absl::string_view> sequence = StringAt(ahead);
    if (!sequence.has_value()) continue;
    std::string schema = SchemaOfNext(StatementReader(*sequence), others);
    if (!schema.empty()) return schema;
  }
  return "";
}

// What SET search_path, SET SCHEMA or set_config() lead to.
std::string SearchPath(StatementReader reader, const Names& others) {
  const bool is_set = reader.Is("set");
  const auto is_path = [&reader, is_set] {
    return reader.Is("search_path") || StringAt(reader) == "search_path" ||
           (is_set && reader.Is("schema"));
  };
  while (!reader.AtEnd() && !is_path()) reader.Advance();
  for (; !reader.AtEnd(); reader.Advance()) {
    std::optional<std::string> name = PostgresqlIdentifier(reader.next());
    if (name.has_value() && others.contains(*name)) return *name;
    const std::optional<absl::string_view> text = StringAt(reader);
    if (!text.has_value()) continue;
    for (StatementReader inner(*text); !inner.AtEnd(); inner.Advance()) {
      name = PostgresqlIdentifier(inner.next());
      if (name.has_value() && others.contains(*name)) return *name;
    }
  }
  return "";
}

bool ResetsSearchPath(StatementReader reader) {
  if (reader.Skip("reset")) return reader.IsAny({"search_path", "all"});
  if (!reader.Skip("set")) return false;
  if (!reader.Skip("session")) reader.Skip("local");
  if (!reader.Skip("search_path")) return false;
  if (!reader.Skip("=")) reader.Skip("to");
  return reader.Is("default");
}

// Behind CREATE; the new object itself is in a schema that is not one of `others`.
std::string CreateReaches(StatementReader reader, const Names& others) {
  reader.Skip({"or", "replace"});
  reader.Skip("unique");
  reader.Skip("constraint");
  if (reader.IsAny({"index", "trigger", "policy"})) {
    while (!reader.AtEnd() && !reader.Skip("on")) reader.Advance();
    return SchemaOfNext(reader, others);
  }
  if (reader.IsAny({"rule", "statistics", "publication"})) return Mentioned(reader, others);
  // Both compute rows at once.
  if (reader.Is("materialized") || reader.HasAny({"select"})) {
    if (std::string taken = SequenceTaken(reader, others); !taken.empty()) return taken;
  }
  for (; !reader.AtEnd(); reader.Advance()) {
    StatementReader ahead = reader;
    std::string parent;
    if (ahead.Skip({"partition", "of"})) parent = SchemaOfNext(ahead, others);
    if (ahead.Skip("inherits")) parent = Mentioned(ahead, others);
    if (!parent.empty()) return parent;
  }
  return "";
}

// Behind ALTER TABLE.
std::string AlterTableReaches(StatementReader reader, const Names& others) {
  reader.Skip({"if", "exists"});
  if (std::string target = SchemaOfNext(reader, others); !target.empty()) return target;
  for (; !reader.AtEnd(); reader.Advance()) {
    StatementReader ahead = reader;
    const bool has_partner = ahead.Skip("inherit") || ahead.Skip({"attach", "partition"}) ||
                             ahead.Skip({"detach", "partition"});
    if (!has_partner) continue;
    if (std::string partner = SchemaOfNext(ahead, others); !partner.empty()) return partner;
  }
  return "";
}

std::string Reaches(StatementReader reader, const Names& others,
                    const std::vector<std::string>& path) {
  if (ResetsSearchPath(reader)) {
    const auto other =
        absl::c_find_if(path, [&](const std::string& schema) { return others.contains(schema); });
    return other == path.end() ? "" : *other;
  }
  if (reader.Is("set")) return SearchPath(reader, others);
  if (reader.Skip("create")) return CreateReaches(reader, others);
  StatementReader ahead = reader;
  ahead.Skip("alter");
  ahead.Skip("foreign");
  if (ahead.Skip("table") && reader.Is("alter")) {
    const std::string reached = AlterTableReaches(ahead, others);
    return reached.empty() ? NamedSchema(ahead, others) : reached;
  }
  // Where its own search_path leads is a matter of its calls.
  if (reader.Is("alter") && ahead.IsAny({"function", "procedure", "routine"})) {
    return Mentioned(ahead, others);
  }
  for (const auto& find : {Mentioned, NamedSchema, SequenceTaken, SearchPath}) {
    if (std::string found = find(reader, others); !found.empty()) return found;
  }
  return "";
}

}  // namespace

std::optional<std::string> SchemaMadeInPostgresql(absl::string_view statement) {
  StatementReader reader(statement);
  if (!reader.Skip("create")) return std::nullopt;
  if (reader.Skip("schema")) {
    // One that is there already stays what it is.
    if (reader.Is("if")) return std::nullopt;
    return PostgresqlIdentifier(reader.next());
  }
  reader.Skip({"or", "replace"});
  if (!reader.Skip("global")) reader.Skip("local");
  if (reader.IsAny({"temp", "temporary"})) return std::nullopt;
  for (absl::string_view word : {"unlogged", "recursive", "materialized", "foreign"}) {
    reader.Skip(word);
  }
  if (!reader.IsAny(
          {"table", "view", "sequence", "type", "domain", "function", "procedure", "aggregate"})) {
    return std::nullopt;
  }
  reader.Advance();
  reader.Skip({"if", "not", "exists"});
  const std::optional<PostgresqlName> name = reader.ReadName();
  if (!name.has_value()) return std::nullopt;
  return name->schema;
}

std::string ReachesPostgresqlSchemas(absl::string_view statement, const Names& others,
                                     const std::vector<std::string>& path) {
  const std::string schema = Reaches(StatementReader(statement), others, path);
  if (schema.empty()) return "";
  return absl::StrCat("it reaches into the schema '", schema,
                      "', which is not compared and therefore not set aside; name it in "
                      "`schemas`, too");
}

}  // namespace brant
