#include "agent/schema/compare/enum_labels.h"

#include "absl/types/span.h"
#include "agent/schema/sqlite/tokens.h"

namespace brant {

// It may be in parentheses, and is written alike in all dialects.
std::vector<std::string> LabelsOf(const CheckConstraint& check, const std::string& column) {
  const std::vector<SqliteToken> all = TokenizeSqlite(check.expression);
  absl::Span<const SqliteToken> tokens(all);
  while (tokens.size() > 2 && tokens.front().IsSymbol("(") && tokens.back().IsSymbol(")")) {
    tokens = tokens.subspan(1, tokens.size() - 2);
  }
  std::vector<std::string> labels;
  const bool is_list = tokens.size() > 4 && tokens[0].IsName() && tokens[0].text == column &&
                       tokens[1].IsWord("IN") && tokens[2].IsSymbol("(") &&
                       tokens.back().IsSymbol(")");
  if (!is_list) return labels;
  tokens = tokens.subspan(3, tokens.size() - 4);
  for (size_t i = 0; i < tokens.size(); ++i) {
    const bool is_label = i % 2 == 0;
    if (is_label ? tokens[i].kind != SqliteTokenKind::kString : !tokens[i].IsSymbol(",")) return {};
    if (is_label) labels.push_back(tokens[i].text);
  }
  return labels;
}

std::vector<std::string> LabelsOf(const Table& table, const Column& column) {
  if (!column.type.labels.empty()) return column.type.labels;
  for (const CheckConstraint& check : table.checks) {
    std::vector<std::string> labels = LabelsOf(check, column.name);
    if (!labels.empty()) return labels;
  }
  return {};
}

void SetLabels(const SchemaDriver& driver, const std::vector<std::string>& labels, Column& column,
               Catalog& catalog) {
  column.type.labels = labels;
  for (EnumType& type : catalog.enums) {
    if (Describe(type.name) == column.type.enum_name) type.labels = labels;
  }
  // Where it has no name, the type is its labels.
  if (column.type.enum_name.empty()) column.type = driver.ReadType(driver.WriteType(column.type));
}

}  // namespace brant
