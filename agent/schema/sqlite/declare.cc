#include "agent/schema/sqlite/declare.h"

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/schema/sqlite/tokens.h"

namespace brant {
namespace {

std::string Columns(const std::vector<std::string>& columns) {
  return absl::StrCat("(",
                      absl::StrJoin(columns, ", ",
                                    [](std::string* out, const auto& column) {
                                      absl::StrAppend(out, QuoteSqlite(column));
                                    }),
                      ")");
}

std::string Named(const std::string& name) {
  return name.empty() ? "" : absl::StrCat("CONSTRAINT ", QuoteSqlite(name), " ");
}

std::string OnConflict(const std::string& resolution) {
  return resolution.empty() ? "" : absl::StrCat(" ON CONFLICT ", resolution);
}

// DEFAULT takes literals as they are, and expressions in parentheses.
std::string Default(const std::string& expression) {
  const std::vector<SqliteToken> tokens = TokenizeSqlite(expression);
  const bool is_signed =
      tokens.size() == 2 && tokens[0].IsSymbol("-") && tokens[1].kind == SqliteTokenKind::kNumber;
  const bool is_literal =
      tokens.size() == 1 &&
      (tokens[0].kind != SqliteTokenKind::kWord || absl::StartsWith(tokens[0].text, "CURRENT_") ||
       tokens[0].IsWord("NULL") || tokens[0].IsWord("TRUE") || tokens[0].IsWord("FALSE"));
  return is_signed || is_literal
             ? absl::StrCat(is_signed ? "-" : "", is_signed ? tokens[1].text : expression)
             : absl::StrCat("(", expression, ")");
}

bool IsNumbered(const Column& column) { return column.identity != Identity::kNone; }

std::string Reference(const ForeignKey& key) {
  std::string text = absl::StrCat("REFERENCES ", QuoteSqlite(key.referenced_table.name));
  if (!key.referenced_columns.empty()) {
    absl::StrAppend(&text, " ", Columns(key.referenced_columns));
  }
  if (!key.on_update.empty()) absl::StrAppend(&text, " ON UPDATE ", key.on_update);
  if (!key.on_delete.empty()) absl::StrAppend(&text, " ON DELETE ", key.on_delete);
  if (key.initially_deferred) absl::StrAppend(&text, " DEFERRABLE INITIALLY DEFERRED");
  return text;
}

}  // namespace

std::string DeclareSqliteColumn(const Column& column) {
  std::string text = QuoteSqlite(column.name);
  if (!column.type.native.empty()) absl::StrAppend(&text, " ", column.type.native);
  if (!column.nullable && !IsNumbered(column)) {
    absl::StrAppend(&text, " NOT NULL", OnConflict(column.on_conflict));
  }
  if (column.default_value.has_value()) {
    absl::StrAppend(&text, " DEFAULT ", Default(*column.default_value));
  }
  if (!column.collation.empty()) absl::StrAppend(&text, " COLLATE ", column.collation);
  if (!column.generated.empty()) {
    absl::StrAppend(&text, " GENERATED ALWAYS AS (", column.generated, ")",
                    column.generated_stored ? " STORED" : " VIRTUAL");
  }
  return text;
}

std::string DeclareSqliteTable(const Table& table, absl::string_view name) {
  std::vector<std::string> lines;
  bool key_is_declared = false;
  for (const Column& column : table.columns) {
    std::string line = DeclareSqliteColumn(column);
    if (IsNumbered(column) && table.primary_key.has_value()) {
      absl::StrAppend(&line, " ", Named(table.primary_key->name), "PRIMARY KEY",
                      OnConflict(table.primary_key->on_conflict),
                      column.identity == Identity::kAutoIncrement ? " AUTOINCREMENT" : "");
      key_is_declared = true;
    }
    lines.push_back(std::move(line));
  }
  if (table.primary_key.has_value() && !key_is_declared) {
    lines.push_back(absl::StrCat(Named(table.primary_key->name), "PRIMARY KEY ",
                                 Columns(table.primary_key->columns),
                                 OnConflict(table.primary_key->on_conflict)));
  }
  for (const UniqueConstraint& unique : table.uniques) {
    lines.push_back(absl::StrCat(Named(unique.name), "UNIQUE ", Columns(unique.columns),
                                 OnConflict(unique.on_conflict)));
  }
  for (const CheckConstraint& check : table.checks) {
    lines.push_back(absl::StrCat(Named(check.name), "CHECK (", check.expression, ")"));
  }
  for (const ForeignKey& key : table.foreign_keys) {
    lines.push_back(
        absl::StrCat(Named(key.name), "FOREIGN KEY ", Columns(key.columns), " ", Reference(key)));
  }
  std::vector<std::string> options;
  for (const auto& [option, value] : table.options) {
    options.push_back(absl::AsciiStrToUpper(option));
  }
  return absl::StrCat("CREATE TABLE ", QuoteSqlite(name), " (\n  ", absl::StrJoin(lines, ",\n  "),
                      "\n)", options.empty() ? "" : " ", absl::StrJoin(options, ", "));
}

std::string DeclareSqliteView(const View& view) {
  const auto columns = view.options.find("columns");
  return absl::StrCat("CREATE VIEW ", QuoteSqlite(view.name.name),
                      columns == view.options.end() ? "" : columns->second, " AS ",
                      view.definition);
}

std::string DeclareSqliteIndex(const Index& index, absl::string_view table) {
  const auto part = [](std::string* out, const IndexPart& part) {
    if (part.column.empty()) {
      absl::StrAppend(out, "(", part.expression, ")");
    } else {
      absl::StrAppend(out, QuoteSqlite(part.column));
    }
    if (!part.collation.empty()) absl::StrAppend(out, " COLLATE ", part.collation);
    if (part.descending) absl::StrAppend(out, " DESC");
  };
  return absl::StrCat("CREATE ", index.unique ? "UNIQUE " : "", "INDEX ", QuoteSqlite(index.name),
                      " ON ", QuoteSqlite(table), " (", absl::StrJoin(index.parts, ", ", part), ")",
                      index.predicate.empty() ? "" : " WHERE ", index.predicate);
}

}  // namespace brant
