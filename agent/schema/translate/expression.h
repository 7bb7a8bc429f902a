#ifndef BRANT_AGENT_SCHEMA_TRANSLATE_EXPRESSION_H_
#define BRANT_AGENT_SCHEMA_TRANSLATE_EXPRESSION_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/schema/schema_driver.h"

namespace brant {

// SQL in another dialect's words.
struct TranslatedSql {
  // The text as it was, where `problem` says why it can't be translated.
  std::string sql;
  std::string problem;
  // What is a little different there.
  std::vector<std::string> notes;
  // It is a plain value, as a default needs no parentheses for: a number, a string,
  // NULL, CURRENT_TIMESTAMP.
  bool is_literal = false;

  bool ok() const { return problem.empty(); }
};

// Any dialect is read with PostgreSQL's parser, since their expressions differ in
// words more than in grammar, and written anew. `columns`: the names that may be in it.
TranslatedSql TranslateExpression(absl::string_view sql, Dialect from, const SchemaDriver& to,
                                  const std::vector<std::string>& columns = {});

// The query of a view.
TranslatedSql TranslateQuery(absl::string_view sql, Dialect from, const SchemaDriver& to);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_TRANSLATE_EXPRESSION_H_
