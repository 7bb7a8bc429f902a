#include "agent/schema/postgresql/definitions.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/schema/postgresql/identifier.h"
#include "agent/schema/postgresql/sequence_options.h"

namespace brant {
namespace {

std::string Named(const std::string& name) {
  return name.empty() ? "" : absl::StrCat("CONSTRAINT ", QuotePostgresql(name), " ");
}

std::string Deferrable(bool deferrable, bool initially_deferred) {
  if (!deferrable) return "";
  return initially_deferred ? " DEFERRABLE INITIALLY DEFERRED" : " DEFERRABLE";
}

std::string Columns(const std::vector<std::string>& columns) {
  return absl::StrCat("(", QuoteListPostgresql(columns), ")");
}

std::string Include(const std::vector<std::string>& columns) {
  return columns.empty() ? "" : absl::StrCat(" INCLUDE ", Columns(columns));
}

std::string SerialType(const std::string& native) {
  if (native == "bigint") return "bigserial";
  return native == "smallint" ? "smallserial" : "serial";
}

// `gist_trgm_ops (siglen=32)`: its parameters are SQL already.
std::string OperatorClass(const std::string& text) {
  const size_t parameters = text.find(" (");
  if (parameters == std::string::npos) return QuoteDottedPostgresql(text);
  return absl::StrCat(QuoteDottedPostgresql(text.substr(0, parameters)), text.substr(parameters));
}

std::string DefinePart(const IndexPart& part) {
  std::string sql =
      part.column.empty() ? absl::StrCat("(", part.expression, ")") : QuotePostgresql(part.column);
  absl::StrAppend(&sql, CollatePostgresql(part.collation));
  if (!part.operator_class.empty()) absl::StrAppend(&sql, " ", OperatorClass(part.operator_class));
  if (part.descending) absl::StrAppend(&sql, " DESC");
  if (part.nulls_first.has_value()) {
    absl::StrAppend(&sql, *part.nulls_first ? " NULLS FIRST" : " NULLS LAST");
  }
  return sql;
}

}  // namespace

std::string CollatePostgresql(const std::string& collation) {
  if (collation.empty()) return "";
  // One of another schema is SQL already; names like en_US.utf8 have dots, too.
  const bool is_sql = absl::StrContains(collation, "\"") || absl::StrContains(collation, "(");
  return absl::StrCat(" COLLATE ", is_sql ? collation : QuotePostgresql(collation));
}

std::string DefinePostgresql(const Column& column) {
  const bool serial = column.identity == Identity::kSerial;
  std::string sql = absl::StrCat(QuotePostgresql(column.name), " ",
                                 serial ? SerialType(column.type.native) : column.type.native,
                                 CollatePostgresql(column.collation));
  if (!column.generated.empty()) {
    absl::StrAppend(&sql, " GENERATED ALWAYS AS (", column.generated, ")",
                    column.generated_stored ? " STORED" : " VIRTUAL");
  }
  if (column.identity == Identity::kAlways || column.identity == Identity::kByDefault) {
    const std::string options = WriteSequenceOptions(column.sequence);
    absl::StrAppend(&sql, " GENERATED ",
                    column.identity == Identity::kAlways ? "ALWAYS" : "BY DEFAULT", " AS IDENTITY");
    if (!options.empty()) absl::StrAppend(&sql, " (", options.substr(1), ")");
  }
  if (column.default_value.has_value()) absl::StrAppend(&sql, " DEFAULT ", *column.default_value);
  if (!column.nullable && !serial) absl::StrAppend(&sql, " NOT NULL");
  return sql;
}

std::string DefinePostgresql(const PrimaryKey& key) {
  return absl::StrCat(Named(key.name), "PRIMARY KEY ", Columns(key.columns),
                      Deferrable(key.deferrable, key.initially_deferred));
}

std::string DefinePostgresql(const UniqueConstraint& unique) {
  return absl::StrCat(Named(unique.name), "UNIQUE ",
                      unique.nulls_not_distinct ? "NULLS NOT DISTINCT " : "",
                      Columns(unique.columns), Include(unique.included),
                      Deferrable(unique.deferrable, unique.initially_deferred));
}

std::string DefinePostgresql(const CheckConstraint& check) {
  return absl::StrCat(Named(check.name), "CHECK (", check.expression, ")",
                      check.no_inherit ? " NO INHERIT" : "", check.validated ? "" : " NOT VALID");
}

std::string DefinePostgresql(const ForeignKey& key) {
  std::string sql = absl::StrCat(Named(key.name), "FOREIGN KEY ", Columns(key.columns),
                                 " REFERENCES ", QuotePostgresql(key.referenced_table));
  if (!key.referenced_columns.empty()) {
    absl::StrAppend(&sql, " ", Columns(key.referenced_columns));
  }
  if (!key.match.empty()) absl::StrAppend(&sql, " MATCH ", key.match);
  if (!key.on_update.empty()) absl::StrAppend(&sql, " ON UPDATE ", key.on_update);
  if (!key.on_delete.empty()) absl::StrAppend(&sql, " ON DELETE ", key.on_delete);
  absl::StrAppend(&sql, Deferrable(key.deferrable, key.initially_deferred));
  if (!key.validated) absl::StrAppend(&sql, " NOT VALID");
  return sql;
}

std::string DefinePostgresql(const ExclusionConstraint& exclusion) {
  return absl::StrCat(Named(exclusion.name), exclusion.definition);
}

bool IsStorageParameter(absl::string_view option) {
  return option != "unlogged" && option != "partition by";
}

std::string StorageParameters(const std::map<std::string, std::string>& options) {
  std::vector<std::string> list;
  for (const auto& [name, value] : options) {
    if (!IsStorageParameter(name)) continue;
    list.push_back(absl::StrCat(QuotePostgresql(name), "=", LiteralPostgresql(value)));
  }
  return list.empty() ? "" : absl::StrCat(" WITH (", absl::StrJoin(list, ", "), ")");
}

std::string CreateIndexPostgresql(const ObjectName& relation, const Index& index) {
  std::string sql = absl::StrCat("CREATE ", index.unique ? "UNIQUE " : "", "INDEX ");
  if (!index.name.empty()) absl::StrAppend(&sql, QuotePostgresql(index.name), " ");
  absl::StrAppend(&sql, "ON ", QuotePostgresql(relation));
  if (!index.method.empty()) absl::StrAppend(&sql, " USING ", QuotePostgresql(index.method));
  absl::StrAppend(&sql, " (",
                  absl::StrJoin(index.parts, ", ",
                                [](std::string* out, const IndexPart& part) {
                                  absl::StrAppend(out, DefinePart(part));
                                }),
                  ")", Include(index.included));
  if (index.nulls_not_distinct) absl::StrAppend(&sql, " NULLS NOT DISTINCT");
  absl::StrAppend(&sql, StorageParameters(index.options));
  if (!index.predicate.empty()) absl::StrAppend(&sql, " WHERE (", index.predicate, ")");
  return sql;
}

std::string CreateViewPostgresql(const View& view) {
  return absl::StrCat("CREATE ", view.materialized ? "MATERIALIZED " : "", "VIEW ",
                      QuotePostgresql(view.name), StorageParameters(view.options), " AS\n",
                      view.definition);
}

std::string DropViewPostgresql(const View& view) {
  return absl::StrCat("DROP ", view.materialized ? "MATERIALIZED " : "", "VIEW ",
                      QuotePostgresql(view.name));
}

std::string DropTriggerPostgresql(const ObjectName& relation, const KeptTrigger& kept) {
  return absl::StrCat("DROP TRIGGER ", kept.is_there ? "" : "IF EXISTS ",
                      QuotePostgresql(kept.object->name), " ON ", QuotePostgresql(relation));
}

std::vector<std::string> CreateTriggerPostgresql(const ObjectName& relation,
                                                 const Trigger& trigger) {
  std::vector<std::string> statements = {trigger.definition};
  if (!trigger.state.empty()) {
    statements.push_back(absl::StrCat("ALTER TABLE ", QuotePostgresql(relation), " ", trigger.state,
                                      " TRIGGER ", QuotePostgresql(trigger.name)));
  }
  return statements;
}

std::string CreateEnumPostgresql(const EnumType& type) {
  return absl::StrCat("CREATE TYPE ", QuotePostgresql(type.name), " AS ENUM (",
                      absl::StrJoin(type.labels, ", ",
                                    [](std::string* out, const std::string& label) {
                                      absl::StrAppend(out, LiteralPostgresql(label));
                                    }),
                      ")");
}

std::string CreateTablePostgresql(const Table& table, const std::vector<std::string>& constraints) {
  std::vector<std::string> parts;
  for (const Column& column : table.columns) parts.push_back(DefinePostgresql(column));
  parts.insert(parts.end(), constraints.begin(), constraints.end());
  std::string sql = absl::StrCat("CREATE ", table.options.contains("unlogged") ? "UNLOGGED " : "",
                                 "TABLE ", QuotePostgresql(table.name));
  if (parts.empty()) {
    absl::StrAppend(&sql, " ()");
  } else {
    absl::StrAppend(&sql, " (\n  ", absl::StrJoin(parts, ",\n  "), "\n)");
  }
  if (const auto found = table.options.find("partition by"); found != table.options.end()) {
    absl::StrAppend(&sql, " PARTITION BY ", found->second);
  }
  return absl::StrCat(sql, StorageParameters(table.options));
}

std::string CommentPostgresql(absl::string_view kind, absl::string_view name,
                              const std::string& comment) {
  return absl::StrCat("COMMENT ON ", kind, " ", name, " IS ",
                      comment.empty() ? "NULL" : LiteralPostgresql(comment));
}

std::string IndexNamePostgresql(const ObjectName& relation, const std::string& index) {
  return QuotePostgresql(ObjectName{relation.schema, index});
}

std::string SequenceOfPostgresql(const ObjectName& table, const std::string& column) {
  return absl::StrCat("pg_get_serial_sequence(", LiteralPostgresql(QuotePostgresql(table)), ", ",
                      LiteralPostgresql(column), ")");
}

}  // namespace brant
