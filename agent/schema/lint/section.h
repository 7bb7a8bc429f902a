// A section of a migration file as rules see it.

#ifndef BRANT_AGENT_SCHEMA_LINT_SECTION_H_
#define BRANT_AGENT_SCHEMA_LINT_SECTION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/base/dialect.h"
#include "agent/database/statement.h"
#include "agent/revisions/revision.h"
#include "agent/schema/lint/operation.h"

// third_party/pg_query; its header is large.
namespace pg_query {
class ParseResult;
}

namespace brant {

struct LintStatement {
  // Its place in the section, from 0.
  int index = 0;
  absl::string_view text;
  // Where it begins in the file.
  size_t offset = 0;
  StatementKind kind = StatementKind::kTransactional;
  // Which of the section's transactions it is in; 0: none but its own.
  int transaction = 0;
  // CREATE, ALTER and their like of what outlasts the session.
  bool changes_schema = false;
  // What it does, as far as it is understood.
  std::vector<Operation> operations;
  // PostgreSQL: the parse tree; null where the parser does not know the syntax.
  std::shared_ptr<const pg_query::ParseResult> tree;
  // PostgreSQL: what the parser says instead of a tree, and where in the statement.
  std::string syntax_error;
  size_t syntax_error_offset = 0;
};

class LintSection {
 public:
  // The arguments must outlive it. Errors: those of SplitStatements.
  static absl::StatusOr<LintSection> Read(const Revision& revision, const Section& section,
                                          Dialect dialect);

  const Revision& revision() const { return *revision_; }
  const Section& section() const { return *section_; }
  Dialect dialect() const { return dialect_; }
  const std::vector<LintStatement>& statements() const { return statements_; }

  // A statement of this section before (or this one) made the table, so it is
  // empty or nearly so, and nobody uses it.
  bool IsNew(absl::string_view table, const LintStatement& statement) const;
  // The same of a column, in a table that may be older.
  bool IsNewColumn(absl::string_view table, absl::string_view column,
                   const LintStatement& statement) const;

 private:
  LintSection(const Revision& revision, const Section& section, Dialect dialect)
      : revision_(&revision), section_(&section), dialect_(dialect) {}

  void NumberTransactions();
  void NoteWhatIsNew();

  const Revision* revision_;
  const Section* section_;
  Dialect dialect_;
  std::vector<LintStatement> statements_;
  // Tables, and columns as `table.column`, in lower case: the statement that made
  // them.
  absl::flat_hash_map<std::string, int> made_by_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_LINT_SECTION_H_
