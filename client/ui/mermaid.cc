#include "client/ui/mermaid.h"

#include <set>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace brant {
namespace {

// Entities may be quoted; a quote itself can't be in there.
std::string Entity(const std::string& name) {
  return absl::StrCat("\"", absl::StrReplaceAll(name, {{"\"", "'"}, {"\n", " "}}), "\"");
}

// Types and names of attributes are single words.
std::string Word(const std::string& text) {
  std::string word;
  for (char c : text) {
    word.push_back(absl::ascii_isalnum(c) || c == '(' || c == ')' ? c : '_');
  }
  if (word.empty() || !absl::ascii_isalpha(word[0])) word.insert(0, "_");
  return word;
}

std::set<std::string> ColumnsOf(const v1::SchemaTable& table, v1::SchemaConstraint::Kind kind) {
  std::set<std::string> columns;
  for (const v1::SchemaConstraint& constraint : table.constraints()) {
    if (constraint.kind() != kind) continue;
    // Of a key of several columns none is unique by itself.
    if (kind == v1::SchemaConstraint::KIND_UNIQUE && constraint.columns_size() > 1) continue;
    columns.insert(constraint.columns().begin(), constraint.columns().end());
  }
  return columns;
}

// A row of the table may refer to none.
bool IsOptional(const v1::SchemaTable& table, const v1::SchemaConstraint& foreign_key) {
  return absl::c_any_of(table.columns(), [&](const v1::SchemaColumn& column) {
    return column.nullable() && absl::c_linear_search(foreign_key.columns(), column.name());
  });
}

}  // namespace

std::string ToMermaid(const v1::Schema& schema) {
  std::string text = "erDiagram\n";
  for (const v1::SchemaTable& table : schema.tables()) {
    const auto primary = ColumnsOf(table, v1::SchemaConstraint::KIND_PRIMARY_KEY);
    const auto foreign = ColumnsOf(table, v1::SchemaConstraint::KIND_FOREIGN_KEY);
    const auto unique = ColumnsOf(table, v1::SchemaConstraint::KIND_UNIQUE);
    absl::StrAppend(&text, "  ", Entity(table.name()), " {\n");
    for (const v1::SchemaColumn& column : table.columns()) {
      std::vector<std::string> keys;
      if (primary.contains(column.name())) keys.push_back("PK");
      if (foreign.contains(column.name())) keys.push_back("FK");
      if (unique.contains(column.name())) keys.push_back("UK");
      absl::StrAppend(&text, "    ", Word(column.type()), " ", Word(column.name()),
                      keys.empty() ? "" : " ", absl::StrJoin(keys, ", "), "\n");
    }
    absl::StrAppend(&text, "  }\n");
  }
  for (const v1::SchemaTable& table : schema.tables()) {
    for (const v1::SchemaConstraint& constraint : table.constraints()) {
      if (constraint.kind() != v1::SchemaConstraint::KIND_FOREIGN_KEY) continue;
      absl::StrAppend(&text, "  ", Entity(constraint.referenced_table()),
                      IsOptional(table, constraint) ? " |o--o{ " : " ||--o{ ", Entity(table.name()),
                      " : ", Entity(absl::StrJoin(constraint.columns(), ", ")), "\n");
    }
  }
  return text;
}

}  // namespace brant
