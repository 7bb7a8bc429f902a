#include "agent/schema/lint/section.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/database/statement_words.h"
#include "agent/schema/lint/postgresql_tree.h"
#include "agent/schema/lint/word_operations.h"

namespace brant {
namespace {

bool ChangesSchema(Dialect dialect, absl::string_view text) {
  StatementWords words(dialect, text);
  const std::string first = words.Next();
  if (first != "create" && first != "alter" && first != "drop" && first != "rename") return false;
  const std::string second = words.Next();
  return second != "temporary" && second != "temp";
}

// Begins or ends a transaction.
bool Delimits(Dialect dialect, const LintStatement& statement) {
  if (statement.kind != StatementKind::kTransactionControl) return false;
  const TransactionControl control = ReadTransactionControl(dialect, statement.text);
  return control == TransactionControl::kBegins || control == TransactionControl::kEnds;
}

}  // namespace

absl::StatusOr<LintSection> LintSection::Read(const Revision& revision, const Section& section,
                                              Dialect dialect) {
  LintSection result(revision, section, dialect);
  BRANT_ASSIGN_OR_RETURN(const std::vector<Statement> statements,
                         SplitStatements(dialect, revision.Body(section)));
  for (const Statement& statement : statements) {
    LintStatement& added = result.statements_.emplace_back();
    added.index = static_cast<int>(result.statements_.size()) - 1;
    added.text = statement.text;
    added.offset = section.offset + statement.offset;
    added.kind = statement.kind;
    added.changes_schema = ChangesSchema(dialect, statement.text);
    if (dialect == Dialect::kPostgresql) {
      ParsedPostgresql parsed = ParsePostgresql(statement.text);
      added.tree = std::move(parsed.tree);
      added.syntax_error = std::move(parsed.error);
      added.syntax_error_offset = parsed.error_offset;
      if (added.tree != nullptr) added.operations = PostgresqlOperations(*added.tree);
    } else {
      added.operations = WordOperations(dialect, statement.text);
    }
  }
  result.NumberTransactions();
  result.NoteWhatIsNew();
  return result;
}

// As agent/migrate/plan.cc has it: a section with any such statement minds its
// own transactions.
void LintSection::NumberTransactions() {
  const bool own = std::any_of(statements_.begin(), statements_.end(), [](const auto& statement) {
    return statement.kind == StatementKind::kTransactionControl;
  });
  const bool one = !own && section_->transactional && dialect_ != Dialect::kMysql;
  int last = 0;
  int current = 0;
  for (LintStatement& statement : statements_) {
    if (one) {
      // SQLite's settings at the beginning come before the transaction.
      if (statement.kind != StatementKind::kSetting) current = 1;
    } else if (Delimits(dialect_, statement)) {
      const bool begins =
          ReadTransactionControl(dialect_, statement.text) == TransactionControl::kBegins;
      current = begins ? ++last : 0;
    }
    statement.transaction = current;
  }
}

void LintSection::NoteWhatIsNew() {
  for (const LintStatement& statement : statements_) {
    for (const Operation& operation : statement.operations) {
      const bool renamed =
          operation.action == Action::kRenameTable && IsNew(operation.table, statement);
      if (operation.action == Action::kCreateTable) {
        made_by_.emplace(absl::AsciiStrToLower(operation.table), statement.index);
      } else if (renamed) {
        made_by_.emplace(absl::AsciiStrToLower(operation.name), statement.index);
      } else if (operation.action == Action::kAddColumn) {
        made_by_.emplace(
            absl::AsciiStrToLower(absl::StrCat(operation.table, ".", operation.column)),
            statement.index);
      }
    }
  }
}

bool LintSection::IsNew(absl::string_view table, const LintStatement& statement) const {
  auto made = made_by_.find(absl::AsciiStrToLower(table));
  return made != made_by_.end() && made->second <= statement.index;
}

bool LintSection::IsNewColumn(absl::string_view table, absl::string_view column,
                              const LintStatement& statement) const {
  return IsNew(absl::StrCat(table, ".", column), statement);
}

}  // namespace brant
