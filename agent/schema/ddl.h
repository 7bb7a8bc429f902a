// SQL that takes a database from one catalog to another.

#ifndef BRANT_AGENT_SCHEMA_DDL_H_
#define BRANT_AGENT_SCHEMA_DDL_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace brant {

// A statement, without its semicolon.
struct DdlStatement {
  std::string sql;
  // What is lost for good when it runs, for people: `drops users.picture and its
  // values`; empty: nothing.
  std::string data_loss;
  // What whoever reviews it should look at; empty: nothing.
  std::string review;
};

// A migration's section.
struct DdlScript {
  std::vector<DdlStatement> statements;
  // False: the statements can't be in one transaction.
  bool transactional = true;
};

// A line of a section that says what whoever reviews it should look at.
std::string ReviewMark(absl::string_view what);

// As text, each statement with its marks above it and a semicolon behind it.
std::string ToText(const DdlScript& script);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_DDL_H_
