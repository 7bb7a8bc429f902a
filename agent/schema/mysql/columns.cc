#include "agent/schema/mysql/columns.h"

#include <array>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agent/database/mysql/token_reader.h"
#include "agent/schema/mysql/identifiers.h"
#include "agent/schema/mysql/types.h"

namespace brant::mysql {
namespace {

constexpr absl::string_view kOnUpdate = "on update ";
constexpr absl::string_view kJsonCollation = "utf8mb4_bin";
// The first is the connection's.
constexpr std::array<absl::string_view, 5> kIntroducers = {"_utf8mb4", "_utf8mb3", "_utf8",
                                                           "_latin1", "_ascii"};

bool IsNumber(const DataType& type) {
  switch (type.kind) {
    case TypeKind::kBoolean:
    case TypeKind::kSmallInt:
    case TypeKind::kInteger:
    case TypeKind::kBigInt:
    case TypeKind::kNumeric:
    case TypeKind::kReal:
    case TypeKind::kDouble:
      return true;
    default:
      return absl::StartsWith(type.native, "bit") || absl::StartsWith(type.native, "year");
  }
}

bool IsCurrentTime(const DataType& type, const std::string& value) {
  const bool can = type.kind == TypeKind::kTimestamp || type.kind == TypeKind::kTimestampTz;
  return can && absl::StartsWithIgnoreCase(value, "CURRENT_TIMESTAMP");
}

// MySQL gives the value of a literal, and the text of an expression.
std::string MysqlDefault(const Server& server, const ColumnRow& row, const DataType& type) {
  const std::string& value = *row.default_value;
  if (IsCurrentTime(type, value)) return value;
  if (absl::StrContains(row.extra, "DEFAULT_GENERATED")) {
    return absl::StrCat("(", ReadExpression(server, value), ")");
  }
  if (IsNumber(type)) return value;
  const bool bytes = type.kind == TypeKind::kBinary || type.kind == TypeKind::kVarbinary;
  return bytes && absl::StartsWith(value, "0x") ? value : QuoteString(value);
}

// MariaDB writes sequences with their database: nextval(`app`.`numbers`).
std::string WithoutDatabase(const Server& server, const std::string& value) {
  const std::string database =
      absl::StrCat("(`", absl::StrReplaceAll(server.database, {{"`", "``"}}), "`.");
  return absl::StrReplaceAll(value, {{absl::StrCat("nextval", database), "nextval("},
                                     {absl::StrCat("lastval", database), "lastval("}});
}

std::optional<std::string> ReadDefault(const Server& server, const ColumnRow& row,
                                       const DataType& type) {
  if (!row.default_value.has_value()) return std::nullopt;
  if (!server.is_mariadb) return MysqlDefault(server, row, type);
  // That of a column which may be NULL and says nothing.
  if (*row.default_value == "NULL") return std::nullopt;
  return WithoutDatabase(server, *row.default_value);
}

bool IsAscii(absl::string_view text) {
  return absl::c_all_of(text, [](char c) { return absl::ascii_isascii(c); });
}

// `_utf8mb4'x'` becomes `'x'`, where it has the same bytes in all of these character sets:
// MySQL writes one or the other, and another one after some change to the table.
std::string WithoutCharacterSets(const std::string& expression) {
  std::string result;
  size_t copied = 0;
  Token before;
  for (TokenReader reader(expression); !reader.AtEnd(); reader.Advance()) {
    const Token token = reader.token();
    TokenReader behind = reader;
    behind.Advance();
    // A collation is one of that character set.
    const bool is_needed = behind.IsWord("collate") && before.text != kIntroducers[0];
    if (token.kind == TokenKind::kString && IsAscii(token.text) &&
        before.kind == TokenKind::kWord && absl::c_linear_search(kIntroducers, before.text) &&
        !is_needed) {
      absl::StrAppend(&result, expression.substr(copied, before.offset - copied));
      copied = token.offset;
    }
    before = token;
  }
  return absl::StrCat(result, expression.substr(copied));
}

Column* ColumnOf(Table& table, const std::string& name) {
  const auto column =
      absl::c_find_if(table.columns, [&name](const Column& column) { return column.name == name; });
  return column == table.columns.end() ? nullptr : &*column;
}

// The column that a check is a part of: that of its name, if the expression speaks
// of it; else the first one that it speaks of.
Column* OwnerOf(Table& table, const CheckConstraint& check) {
  Column* first = nullptr;
  for (TokenReader reader(check.expression); !reader.AtEnd(); reader.Advance()) {
    if (reader.token().kind != TokenKind::kQuotedName) continue;
    Column* column = ColumnOf(table, LastPart(reader.token().text));
    if (column != nullptr && column->name == check.name) return column;
    if (first == nullptr) first = column;
  }
  Column* named = ColumnOf(table, check.name);
  return named != nullptr ? named : first;
}

bool IsJsonCheck(const Column& column, const std::string& table_collation,
                 const CheckConstraint& check) {
  const std::string quoted = absl::StrReplaceAll(column.name, {{"`", "``"}});
  if (check.expression != absl::StrCat("json_valid(`", quoted, "`)")) return false;
  if (column.type.native != "longtext") return false;
  return (column.collation.empty() ? table_collation : column.collation) == kJsonCollation;
}

}  // namespace

Column ReadColumn(const Server& server, const ColumnRow& row, const std::string& table_collation) {
  Column column;
  column.name = row.name;
  column.type = ReadDataType(row.type);
  column.nullable = row.nullable;
  if (row.collation != table_collation) column.collation = row.collation;
  column.comment = row.comment;
  // Attributes that MODIFY takes away where they are not said again.
  for (absl::string_view attribute : {"INVISIBLE", "WITHOUT SYSTEM VERSIONING"}) {
    if (absl::StrContains(row.extra, attribute)) {
      absl::StrAppend(&column.type.native, " ", attribute);
    }
  }
  column.generated = ReadExpression(server, row.generated);
  if (!column.generated.empty()) {
    column.generated_stored =
        absl::StrContains(row.extra, "STORED") || absl::StrContains(row.extra, "PERSISTENT");
    return column;
  }
  if (absl::StrContains(row.extra, "auto_increment")) {
    column.identity = Identity::kAutoIncrement;
    return column;
  }
  column.default_value = ReadDefault(server, row, column.type);
  const std::string extra = absl::AsciiStrToLower(row.extra);
  const size_t update = absl::string_view(extra).find(kOnUpdate);
  if (update != absl::string_view::npos) {
    const std::string expression = row.extra.substr(update + kOnUpdate.size());
    column.on_update = expression.substr(0, expression.find(' '));
  }
  return column;
}

std::string ReadExpression(const Server& server, const std::string& expression) {
  return server.is_mariadb ? expression : WithoutCharacterSets(Unescape(expression));
}

void AddCheck(Table& table, const std::string& table_collation, CheckConstraint check) {
  if (check.of_column) {
    Column* column = OwnerOf(table, check);
    if (column != nullptr && IsJsonCheck(*column, table_collation, check)) {
      column->type = ReadDataType("json");
      column->collation.clear();
      return;
    }
    if (column != nullptr) check.name = column->name;
  }
  table.checks.push_back(std::move(check));
}

}  // namespace brant::mysql
