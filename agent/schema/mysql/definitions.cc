#include "agent/schema/mysql/definitions.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "agent/schema/mysql/identifiers.h"
#include "agent/schema/mysql/types.h"

namespace brant::mysql {
namespace {

constexpr absl::string_view kRowStart = "ROW START";
constexpr absl::string_view kRowEnd = "ROW END";

std::string OptionOr(const std::map<std::string, std::string>& options, const std::string& key) {
  const auto found = options.find(key);
  return found == options.end() ? "" : found->second;
}

std::string Named(const std::string& name) {
  return name.empty() ? "" : absl::StrCat("CONSTRAINT ", QuoteIdentifier(name), " ");
}

std::string Part(const IndexPart& part) {
  std::string text = part.expression.empty() ? QuoteIdentifier(part.column)
                                             : absl::StrCat("(", part.expression, ")");
  if (part.prefix_length > 0) absl::StrAppend(&text, "(", part.prefix_length, ")");
  if (part.descending) absl::StrAppend(&text, " DESC");
  return text;
}

// What a column has besides its generated expression.
void AppendValue(const Column& column, std::string& text) {
  if (!column.nullable) {
    absl::StrAppend(&text, " NOT NULL");
  } else if (column.type.kind == TypeKind::kTimestampTz) {
    // Without it, older servers make it NOT NULL.
    absl::StrAppend(&text, " NULL");
  }
  if (column.identity != Identity::kNone) {
    absl::StrAppend(&text, " AUTO_INCREMENT");
  } else if (column.default_value.has_value()) {
    absl::StrAppend(&text, " DEFAULT ", *column.default_value);
  }
  if (!column.on_update.empty()) absl::StrAppend(&text, " ON UPDATE ", column.on_update);
}

bool IsOfPeriod(const Column& column) {
  return column.generated == kRowStart || column.generated == kRowEnd;
}

}  // namespace

std::string ColumnDefinition(const Table& table, const Column& column) {
  // In a generated column these words are the last.
  constexpr absl::string_view kInvisible = " INVISIBLE";
  absl::string_view type = column.type.native;
  const bool ends_invisible = !column.generated.empty() && absl::ConsumeSuffix(&type, kInvisible);
  std::string text = absl::StrCat(QuoteIdentifier(column.name), " ", type);
  if (!column.collation.empty()) absl::StrAppend(&text, " COLLATE ", column.collation);
  if (column.generated.empty()) {
    AppendValue(column, text);
  } else if (IsOfPeriod(column)) {
    absl::StrAppend(&text, " GENERATED ALWAYS AS ", column.generated);
  } else {
    absl::StrAppend(&text, " GENERATED ALWAYS AS (", column.generated, ") ",
                    column.generated_stored ? "STORED" : "VIRTUAL",
                    column.nullable ? "" : " NOT NULL");
  }
  if (ends_invisible) absl::StrAppend(&text, kInvisible);
  if (!column.comment.empty()) absl::StrAppend(&text, " COMMENT ", QuoteString(column.comment));
  const auto check = absl::c_find_if(table.checks, [&column](const CheckConstraint& check) {
    return check.of_column && check.name == column.name;
  });
  if (check != table.checks.end()) absl::StrAppend(&text, " CHECK (", check->expression, ")");
  return text;
}

std::string PrimaryKeyDefinition(const PrimaryKey& key) {
  return absl::StrCat("PRIMARY KEY (", QuoteList(key.columns), ")");
}

std::string UniqueDefinition(const UniqueConstraint& unique) {
  return absl::StrCat("UNIQUE KEY ", QuoteIdentifier(unique.name), " (", QuoteList(unique.columns),
                      ")");
}

std::string IndexDefinition(const Index& index) {
  const std::string kind = index.unique ? "UNIQUE " : "";
  const bool special = index.method == "FULLTEXT" || index.method == "SPATIAL";
  return absl::StrCat(
      special ? absl::StrCat(index.method, " ") : kind, "KEY ", QuoteIdentifier(index.name), " (",
      absl::StrJoin(
          index.parts, ", ",
          [](std::string* out, const IndexPart& part) { absl::StrAppend(out, Part(part)); }),
      ")", index.comment.empty() ? "" : absl::StrCat(" COMMENT ", QuoteString(index.comment)));
}

std::string PeriodDefinition(const Table& table) {
  std::string start;
  std::string end;
  for (const Column& column : table.columns) {
    if (column.generated == kRowStart) start = column.name;
    if (column.generated == kRowEnd) end = column.name;
  }
  if (start.empty() || end.empty()) return "";
  return absl::StrCat("PERIOD FOR SYSTEM_TIME (", QuoteList({start, end}), ")");
}

std::string CheckDefinition(const CheckConstraint& check) {
  return absl::StrCat(Named(check.name), "CHECK (", check.expression, ")",
                      check.validated ? "" : " NOT ENFORCED");
}

std::string ForeignKeyDefinition(const ForeignKey& key) {
  return absl::StrCat(Named(key.name), "FOREIGN KEY (", QuoteList(key.columns), ") REFERENCES ",
                      QuoteObject(key.referenced_table), " (", QuoteList(key.referenced_columns),
                      ")", key.on_delete.empty() ? "" : absl::StrCat(" ON DELETE ", key.on_delete),
                      key.on_update.empty() ? "" : absl::StrCat(" ON UPDATE ", key.on_update));
}

std::string CharacterSetOption(const Table& table) {
  const std::string charset = OptionOr(table.options, "charset");
  const std::string collation = OptionOr(table.options, "collation");
  std::vector<std::string> parts;
  if (!charset.empty()) parts.push_back(absl::StrCat("CHARACTER SET ", charset));
  if (!collation.empty()) parts.push_back(absl::StrCat("COLLATE ", collation));
  return parts.empty() ? "" : absl::StrCat("DEFAULT ", absl::StrJoin(parts, " "));
}

std::vector<std::string> TableOptions(const Table& table) {
  std::vector<std::string> options;
  for (const auto& [key, value] : table.options) {
    if (key == "charset" || key == "collation") continue;
    const bool is_switch = key == kSystemVersioning;
    options.push_back(
        absl::StrCat(absl::AsciiStrToUpper(key), is_switch ? "" : absl::StrCat("=", value)));
  }
  if (std::string option = CharacterSetOption(table); !option.empty()) {
    options.push_back(std::move(option));
  }
  if (!table.comment.empty()) {
    options.push_back(absl::StrCat("COMMENT=", QuoteString(table.comment)));
  }
  return options;
}

std::string CreateTable(const Table& table, const std::vector<const ForeignKey*>& foreign_keys) {
  std::vector<std::string> parts;
  for (const Column& column : table.columns) parts.push_back(ColumnDefinition(table, column));
  if (table.primary_key.has_value()) parts.push_back(PrimaryKeyDefinition(*table.primary_key));
  for (const UniqueConstraint& unique : table.uniques) parts.push_back(UniqueDefinition(unique));
  for (const Index& index : table.indexes) parts.push_back(IndexDefinition(index));
  for (const CheckConstraint& check : table.checks) {
    if (!check.of_column) parts.push_back(CheckDefinition(check));
  }
  if (std::string period = PeriodDefinition(table); !period.empty()) {
    parts.push_back(std::move(period));
  }
  for (const ForeignKey* key : foreign_keys) parts.push_back(ForeignKeyDefinition(*key));
  std::string text = absl::StrCat("CREATE TABLE ", QuoteObject(table.name), " (\n  ",
                                  absl::StrJoin(parts, ",\n  "), "\n)");
  const std::vector<std::string> options = TableOptions(table);
  if (!options.empty()) absl::StrAppend(&text, " ", absl::StrJoin(options, " "));
  return text;
}

std::string CreateView(const View& view) {
  const std::string algorithm = OptionOr(view.options, "algorithm");
  const std::string security = OptionOr(view.options, "security");
  const std::string check = OptionOr(view.options, "check_option");
  return absl::StrCat("CREATE ",
                      algorithm.empty() ? "" : absl::StrCat("ALGORITHM=", algorithm, " "),
                      security.empty() ? "" : absl::StrCat("SQL SECURITY ", security, " "), "VIEW ",
                      QuoteObject(view.name), " AS ", view.definition,
                      check.empty() ? "" : absl::StrCat(" WITH ", check, " CHECK OPTION"));
}

}  // namespace brant::mysql
