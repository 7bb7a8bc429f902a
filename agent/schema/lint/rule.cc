#include "agent/schema/lint/rule.h"

#include "absl/strings/match.h"

namespace brant {
namespace {

constexpr v1::LintSeverity kNotice = v1::LINT_SEVERITY_NOTICE;
constexpr v1::LintSeverity kWarning = v1::LINT_SEVERITY_WARNING;
constexpr v1::LintSeverity kError = v1::LINT_SEVERITY_ERROR;
constexpr absl::string_view kAll = "all";
constexpr absl::string_view kPostgresql = "postgresql";
constexpr absl::string_view kSqlite = "sqlite";
constexpr absl::string_view kMysql = "mysql";
constexpr absl::string_view kPostgresqlSqlite = "postgresql, sqlite";
constexpr absl::string_view kPostgresqlMysql = "postgresql, mysql";
constexpr bool kInDowngrades = true;

// Codes are never given to another rule: files name them.
constexpr LintRule kRules[] = {
    // The file.
    {"BR001", "refused-statement", kError, kAll, "a run will refuse this section: {name}",
     "Write it as SQL that the server itself understands", kInDowngrades},
    {"BR002", "allow-without-reason", kNotice, kAll,
     "the acknowledgement of {name} gives no reason",
     "Say why it is fine here, behind the rule: `-- lint:allow {name} the table has ten rows`",
     kInDowngrades},
    {"BR003", "unused-allow", kNotice, kAll, "there is no finding of {name} that this acknowledges",
     "Remove it, or put it directly above the statement that it is meant for", kInDowngrades},
    {"BR004", "no-downgrade", kNotice, kAll,
     "there is no downgrade section, so nothing can be downgraded through this revision",
     "Add `-- brant:downgrade` with what undoes the upgrade, or acknowledge it in the header"},
    {"BR005", "empty-downgrade", kWarning, kAll,
     "the downgrade is empty although the upgrade changes the schema: the next upgrade would meet "
     "what this one left",
     "Undo the upgrade in it, or remove the section: then a downgrade is refused", kInDowngrades},
    {"BR006", "syntax-error", kError, kPostgresql,
     "PostgreSQL's parser does not understand this: {name}",
     "Mend it; or, if it is for another database, name that behind `-- brant:upgrade` or in "
     "`dialects`; or acknowledge it, if it is syntax newer than PostgreSQL 15, whose parser this "
     "is",
     kInDowngrades},
    {"BR007", "unsaid-database", kNotice, kAll,
     "nothing says whether this is for a database that does not understand it: {name}",
     "Name the project's databases: `dialects` in brant.toml, or `--dialect`; or this section's, "
     "behind `-- brant:upgrade`",
     kInDowngrades},

    // Indexes.
    {"BR101", "blocking-index", kWarning, kPostgresql,
     "CREATE INDEX blocks all writes to {table} until it is built",
     "`CREATE INDEX CONCURRENTLY`, in a section with `transaction:off`"},
    {"BR102", "blocking-index-drop", kWarning, kPostgresql,
     "DROP INDEX waits for, and then blocks, every query of the table of {name}",
     "`DROP INDEX CONCURRENTLY {name}`, in a section with `transaction:off`"},
    {"BR103", "not-in-transaction", kError, kPostgresql,
     "{name} can't run in a transaction: this step will fail",
     "Put it into a section with `transaction:off`", kInDowngrades},
    {"BR104", "blocking-reindex", kWarning, kPostgresql, "REINDEX blocks writes until it is done",
     "`REINDEX (CONCURRENTLY)`, in a section with `transaction:off`"},
    {"BR105", "several-without-transaction", kNotice, kPostgresql,
     "with transaction:off a section of several statements may stop between two of them, and "
     "applications then see the part that is done",
     "One statement a revision, or put what belongs together between BEGIN and COMMIT"},

    // Rewriting a table.
    {"BR201", "column-type-change", kWarning, kPostgresql,
     "the new type of {column} rewrites {table} and blocks all queries of it meanwhile",
     "Add a column of the new type, write both, fill it in batches, move the readers over, and "
     "drop "
     "the old one in a later release"},
    {"BR202", "volatile-default", kWarning, kPostgresql,
     "the default of {column} is computed for each row: {table} is rewritten, and all queries of "
     "it "
     "wait",
     "`ADD COLUMN {column}` without the default, then `ALTER COLUMN {column} SET DEFAULT …`, and "
     "fill the old rows in batches"},
    {"BR203", "stored-generated-column", kWarning, kPostgresql,
     "the generated column {column} is stored: {table} is rewritten, and all queries of it wait",
     "Add a plain column that a trigger keeps, fill the old rows in batches; or use an index on "
     "the "
     "expression, or a view"},
    {"BR204", "numbered-column", kWarning, kPostgresql,
     "numbering the rows in {column} rewrites {table}, and all queries of it wait",
     "Add a plain column, set `DEFAULT nextval(…)` for new rows, and number the old ones in "
     "batches"},
    {"BR205", "table-rewrite", kWarning, kPostgresql,
     "this rewrites {table}, and all queries of it wait until that is done",
     "Do it while nobody needs the table, or copy it in batches"},
    {"BR206", "vacuum-full", kWarning, kPostgresql,
     "VACUUM FULL and CLUSTER rewrite the table, and all queries of it wait",
     "Plain `VACUUM`, or the extension pg_repack"},
    {"BR207", "blocking-refresh", kWarning, kPostgresql,
     "REFRESH MATERIALIZED VIEW blocks all queries of {table} until it is done",
     "`REFRESH MATERIALIZED VIEW CONCURRENTLY {table}`, which needs a unique index"},

    // Losing data.
    {"BR301", "drop-column", kError, kAll,
     "the values of {column} in {table} are lost, and applications that still name it fail",
     "Release what no longer uses the column first; drop it in a later release, and acknowledge "
     "it"},
    {"BR302", "drop-table", kError, kAll,
     "the rows of {table} are lost, and applications that still use it fail",
     "Release what no longer uses the table first; drop it in a later release, and acknowledge it"},
    {"BR303", "drop-schema", kError, kPostgresql, "all that is in the schema {name} may be lost",
     "Drop its objects one by one in later releases; without CASCADE an empty schema goes alone"},
    {"BR304", "drop-database", kError, kPostgresqlMysql, "the whole database {name} is lost",
     "Do this by hand, not in a migration"},
    {"BR305", "drop-type", kWarning, kPostgresql,
     "applications that still use the type {name} fail",
     "Release what no longer uses the type first; drop it in a later release"},
    {"BR306", "truncate", kError, kPostgresqlMysql,
     "all rows of {table} are lost, and all queries of it wait",
     "`DELETE FROM {table} WHERE …` for what is really to go"},
    {"BR307", "narrower-type", kError, kPostgresql,
     "{column} of {table} gets a smaller type ({name}): values that do not fit make this fail, or "
     "are "
     "cut",
     "Check the values first (`SELECT max(…)`), hold them by a CHECK constraint, and keep the "
     "type"},
    {"BR308", "update-without-where", kWarning, kAll,
     "UPDATE without WHERE overwrites every row of {table}, and locks them until the commit",
     "Name the rows: `WHERE {column} IS DISTINCT FROM …`, and change a large table in batches"},
    {"BR309", "delete-without-where", kError, kAll,
     "DELETE without WHERE removes every row of {table}", "Name the rows in a WHERE"},
    {"BR310", "drop-cascade", kWarning, kPostgresql,
     "CASCADE also drops whatever depends on {name}, which nobody reviewed",
     "Drop what depends on it by name, and use no CASCADE"},

    // Constraints and NOT NULL.
    {"BR401", "foreign-key-scan", kWarning, kPostgresql,
     "the foreign key is checked for all rows at once: writes to {table} and to the table that it "
     "refers to wait",
     "`ALTER TABLE {table} ADD CONSTRAINT … FOREIGN KEY … NOT VALID`, and in a later revision "
     "`ALTER TABLE {table} VALIDATE CONSTRAINT …`"},
    {"BR402", "check-scan", kWarning, kPostgresql,
     "the CHECK is tried on all rows of {table} at once, and all queries of it wait",
     "`ALTER TABLE {table} ADD CONSTRAINT … CHECK (…) NOT VALID`, and in a later revision "
     "`ALTER TABLE {table} VALIDATE CONSTRAINT …`"},
    {"BR403", "unique-constraint", kWarning, kPostgresql,
     "the index of the UNIQUE constraint is built while all queries of {table} wait",
     "`CREATE UNIQUE INDEX CONCURRENTLY {table}_key ON {table} (…)` with `transaction:off`, then "
     "`ALTER TABLE {table} ADD CONSTRAINT … UNIQUE USING INDEX {table}_key`"},
    {"BR404", "primary-key", kWarning, kPostgresql,
     "the index of the primary key is built while all queries of {table} wait",
     "`CREATE UNIQUE INDEX CONCURRENTLY {table}_pkey ON {table} (…)` with `transaction:off`, then "
     "`ALTER TABLE {table} ADD CONSTRAINT {table}_pkey PRIMARY KEY USING INDEX {table}_pkey`"},
    {"BR405", "exclusion-constraint", kWarning, kPostgresql,
     "the index of the EXCLUDE constraint is built while all queries of {table} wait",
     "There is no way to add it without that: do it while nobody needs the table"},
    {"BR406", "set-not-null", kWarning, kPostgresql,
     "SET NOT NULL reads all of {table} to be sure of {column}, and all queries of it wait",
     "`ALTER TABLE {table} ADD CONSTRAINT {column}_not_null CHECK ({column} IS NOT NULL) NOT "
     "VALID`, "
     "in a later revision `VALIDATE CONSTRAINT {column}_not_null`, then `SET NOT NULL`, which "
     "reads nothing any more"},
    {"BR407", "validate-in-same-transaction", kWarning, kPostgresql,
     "VALIDATE reads {table} while the lock of the ADD CONSTRAINT above is still held, which NOT "
     "VALID "
     "was to avoid",
     "Put `ALTER TABLE {table} VALIDATE CONSTRAINT {name}` into a revision of its own"},
    {"BR408", "not-null-without-default", kError, kPostgresqlSqlite,
     "{column} is NOT NULL without a default: this fails unless {table} is empty",
     "Add it with a DEFAULT, or as NULL, fill it, and then `SET NOT NULL`"},

    // What running applications see.
    {"BR501", "rename-table", kError, kAll,
     "applications that still use the name {table} fail from this moment on",
     "Keep the name; or make a view `{table}` over the renamed table in the same transaction, "
     "until "
     "nothing uses it"},
    {"BR502", "rename-column", kError, kAll,
     "applications that still use {column} of {table} fail from this moment on",
     "Add the new column, write both, move the readers over, and drop the old one in a later "
     "release"},
    {"BR503", "move-table", kError, kPostgresql,
     "applications that look for {table} in its old schema fail from this moment on",
     "Make a view in the old schema in the same transaction, until nothing uses it"},
    {"BR504", "rename-enum-value", kError, kPostgresql,
     "applications that still write {name} fail from this moment on",
     "Add the new value, move the rows over, and leave the old one unused"},
    {"BR505", "enum-value-used", kError, kPostgresql,
     "the new value {name} can't be used in the transaction that adds it: this step will fail",
     "Add the value in a revision before"},

    // Locks and transactions.
    {"BR601", "lock-table", kWarning, kPostgresqlMysql,
     "LOCK TABLE makes the queries of {table} wait until the commit",
     "Leave it out: each statement takes the lock that it needs"},
    {"BR602", "data-under-lock", kWarning, kPostgresql,
     "rows are changed while {table} is locked by the schema change above: all queries of it wait "
     "until the commit",
     "Change the rows in a revision of their own, a large table in batches"},
    {"BR603", "schema-and-data", kNotice, kPostgresqlSqlite,
     "schema and rows are changed in one step: it is long where the rows are many",
     "Change the rows in a revision of their own"},

    // Style.
    {"BR701", "char-type", kNotice, kPostgresql,
     "{column} is CHAR(n): it is padded with blanks and no faster than others",
     "`text`, or `varchar`"},
    {"BR702", "json-type", kNotice, kPostgresql,
     "{column} is json, which has no equality (DISTINCT and GROUP BY fail) and is parsed at each "
     "use",
     "`jsonb`"},
    {"BR703", "serial-type", kNotice, kPostgresql,
     "{column} is serial: its sequence has grants and an owner of its own",
     "`{column} bigint GENERATED BY DEFAULT AS IDENTITY`"},
    {"BR704", "timestamp-without-zone", kNotice, kPostgresql,
     "{column} is a timestamp without time zone: what it means depends on who wrote it",
     "`timestamptz`"},
    {"BR705", "small-key", kNotice, kPostgresql,
     "the numbers of the key {column} end at 2147483647 or earlier, and widening it later rewrites "
     "the "
     "table",
     "`bigint`"},

    // SQLite.
    {"BR801", "rebuild-with-foreign-keys", kWarning, kSqlite,
     "{table} is rebuilt with foreign keys on: dropping it deletes the rows that refer to it, or "
     "fails",
     "`PRAGMA foreign_keys = OFF` as the first statement of the section", kInDowngrades},
    {"BR802", "rebuild-without-check", kNotice, kSqlite,
     "{table} is rebuilt without a look at the foreign keys afterwards",
     "`PRAGMA foreign_key_check`, before the commit", kInDowngrades},
    {"BR803", "column-not-addable", kError, kSqlite,
     "SQLite can't add {column} to a table with rows: {name}",
     "Add it without that, or rebuild the table: create, copy, drop, rename", kInDowngrades},

    // MySQL and MariaDB.
    {"BR901", "several-ddl", kNotice, kMysql,
     "each of these statements commits by itself: a failure leaves the ones before it in effect",
     "One statement of DDL a revision, or several changes of a table in one ALTER TABLE"},
    {"BR902", "ddl-with-data", kNotice, kMysql,
     "DDL commits what was changed before it, so this step can't be rolled back as a whole",
     "Change the rows in a revision of their own, which is then one transaction"},
    {"BR903", "copying-alter", kWarning, kMysql,
     "{name} copies {table}, or blocks writes to it, until it is done",
     "Do it while nobody needs the table, or with gh-ost or pt-online-schema-change"},
    {"BR904", "unsaid-algorithm", kNotice, kMysql,
     "a column's new type copies {table} while writes to it wait, if the server can do it no other "
     "way, and it does not ask",
     "Add `, ALGORITHM=INPLACE, LOCK=NONE`: then the server refuses instead"},
};

}  // namespace

absl::Span<const LintRule> AllLintRules() { return kRules; }

bool AppliesTo(const LintRule& rule, Dialect dialect) {
  return rule.databases == kAll || absl::StrContains(rule.databases, DialectName(dialect));
}

const LintRule* FindLintRule(absl::string_view code_or_name) {
  for (const LintRule& rule : kRules) {
    if (rule.code == code_or_name || rule.name == code_or_name) return &rule;
  }
  return nullptr;
}

}  // namespace brant
