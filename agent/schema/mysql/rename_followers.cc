#include "agent/schema/mysql/rename_followers.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "agent/database/mysql/token_reader.h"
#include "agent/schema/mysql/definitions.h"
#include "agent/schema/mysql/identifiers.h"

namespace brant::mysql {
namespace {

// The server writes columns in quotes.
bool SpeaksOf(absl::string_view expression, const std::set<std::string>& names) {
  for (TokenReader reader(expression); !reader.AtEnd(); reader.Advance()) {
    const bool is_name = reader.token().kind == TokenKind::kQuotedName;
    if (is_name && names.contains(LastPart(reader.token().text))) return true;
  }
  return false;
}

}  // namespace

bool SpeaksOf(const Column& column, const std::set<std::string>& names) {
  return SpeaksOf(column.generated, names) || SpeaksOf(column.default_value.value_or(""), names);
}

RenameFollowers FollowRenames(const Table& table, const std::set<std::string>& names) {
  RenameFollowers followers;
  for (const CheckConstraint& check : table.checks) {
    if (!SpeaksOf(check.expression, names)) continue;
    followers.drops.push_back(absl::StrCat("DROP CONSTRAINT ", QuoteIdentifier(check.name)));
    followers.adds.push_back(absl::StrCat("ADD ", CheckDefinition(check)));
  }
  for (const Index& index : table.indexes) {
    if (absl::c_none_of(index.parts, [&names](const IndexPart& part) {
          return SpeaksOf(part.expression, names);
        })) {
      continue;
    }
    followers.drops.push_back(absl::StrCat("DROP INDEX ", QuoteIdentifier(index.name)));
    followers.adds.push_back(absl::StrCat("ADD ", IndexDefinition(index)));
  }
  for (const Column& column : table.columns) {
    if (names.contains(column.name) || !SpeaksOf(column, names)) continue;
    followers.changes.push_back(absl::StrCat("MODIFY COLUMN ", ColumnDefinition(table, column)));
  }
  return followers;
}

}  // namespace brant::mysql
