#ifndef BRANT_AGENT_DATABASE_POSTGRESQL_SCANNER_H_
#define BRANT_AGENT_DATABASE_POSTGRESQL_SCANNER_H_

#include "absl/strings/string_view.h"

namespace brant {

enum class PostgresqlTokenKind {
  kEnd,
  // White space or a comment.
  kBlank,
  kSemicolon,
  // `\`, which is in no SQL: a meta-command of psql.
  kBackslash,
  // A name or a key word, not quoted.
  kWord,
  // A string, a quoted name, a dollar-quoted string.
  kQuoted,
  // One character of anything else.
  kOther,
};

struct PostgresqlToken {
  PostgresqlTokenKind kind = PostgresqlTokenKind::kEnd;
  absl::string_view text;
};

// The first lexical element of `text`, by the rules of PostgreSQL's scan.l with
// standard_conforming_strings on. What is not terminated goes to the end.
// `text` must not begin in the middle of an element.
PostgresqlToken FirstPostgresqlToken(absl::string_view text);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_POSTGRESQL_SCANNER_H_
