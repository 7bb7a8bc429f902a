#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/schema/translate/expression.h"
#include "agent/schema/translate/table_translator.h"

namespace brant {
namespace {

// What fits into MySQL's keys whatever the character set.
constexpr int kKeyLength = 255;

std::string PartOf(const Column& column) { return absl::StrCat("column ", column.name); }

bool IsLarge(const DataType& type) {
  return type.kind == TypeKind::kText || type.kind == TypeKind::kBlob ||
         type.kind == TypeKind::kJson;
}

}  // namespace

Column TableTranslator::TranslateColumn(const Column& column) {
  Column result;
  result.name = column.name;
  result.nullable = column.nullable;
  result.type = TranslateType(column);
  if (!To(Dialect::kSqlite)) result.comment = column.comment;
  if (!column.collation.empty()) {
    Note(PartOf(column), absl::StrCat("the collation ", column.collation, " is left out"));
  }
  if (!column.on_update.empty()) {
    Note(PartOf(column), absl::StrCat("ON UPDATE ", column.on_update,
                                      " is left out: write a trigger, or let the application "
                                      "set it"));
  }
  if (!column.on_conflict.empty()) {
    Note(PartOf(column), absl::StrCat("ON CONFLICT ", column.on_conflict, " is left out"));
  }
  TranslateIdentity(column, result);
  TranslateDefault(column, result);
  TranslateGenerated(column, result);
  return result;
}

DataType TableTranslator::TranslateType(const Column& column) {
  DataType type = column.type;
  if (type.dimensions > 0) {
    Note(PartOf(column), absl::StrCat("the array ", type.native, " is JSON"));
  } else if (type.kind == TypeKind::kEnum) {
    return EnumOf(column);
  } else if (type.kind == TypeKind::kOther || type.kind == TypeKind::kInterval) {
    Note(PartOf(column), absl::StrCat(type.native, " has no counterpart on ",
                                      DisplayName(to_.dialect()), ": look at its type"));
  }
  const bool unlimited = type.kind == TypeKind::kText || type.kind == TypeKind::kBlob ||
                         (type.kind == TypeKind::kVarchar && !type.length.has_value());
  if (To(Dialect::kMysql) && type.dimensions == 0 && unlimited && IsInKey(column.name)) {
    Note(PartOf(column), absl::StrCat("has at most ", kKeyLength,
                                      " characters on MySQL, which has no keys on ", type.native));
    type.kind = type.kind == TypeKind::kBlob ? TypeKind::kVarbinary : TypeKind::kVarchar;
    type.length = kKeyLength;
  }
  // SQLite numbers rows in a column of exactly this type.
  if (To(Dialect::kSqlite) && column.identity != Identity::kNone) type.kind = TypeKind::kInteger;
  // And its INTEGER has 64 bits.
  if (From(Dialect::kSqlite) && absl::EqualsIgnoreCase(type.native, "integer")) {
    type.kind = TypeKind::kBigInt;
  }
  return to_.ReadType(to_.WriteType(type));
}

DataType TableTranslator::EnumOf(const Column& column) {
  if (!To(Dialect::kPostgresql)) return to_.ReadType(to_.WriteType(column.type));
  EnumType created;
  created.name = {result_.name.schema,
                  names_.Choose(result_.name.schema, result_.name.name, column.name, "enum")};
  created.labels = column.type.labels;
  DataType type;
  type.kind = TypeKind::kEnum;
  type.native = to_.Quote(created.name.name);
  type.labels = created.labels;
  type.enum_name = Describe(created.name);
  translation_.catalog.enums.push_back(std::move(created));
  return type;
}

void TableTranslator::TranslateIdentity(const Column& column, Column& result) {
  if (column.identity == Identity::kNone) return;
  result.nullable = false;
  switch (to_.dialect()) {
    case Dialect::kPostgresql:
      result.identity = Identity::kByDefault;
      return;
    case Dialect::kSqlite:
      // AUTOINCREMENT would only cost time: that a number never comes back is a
      // promise of nobody else.
      if (IsWholeKey(column.name)) {
        result.identity = Identity::kByDefault;
        return;
      }
      Note(PartOf(column),
           "SQLite numbers only the column that is the primary key: the "
           "application has to number it");
      return;
    case Dialect::kMysql:
      break;
  }
  const bool leads_key =
      (table_.primary_key.has_value() && table_.primary_key->columns.front() == column.name) ||
      absl::c_any_of(table_.uniques, [&column](const UniqueConstraint& unique) {
        return unique.columns.front() == column.name;
      });
  const bool first = absl::c_none_of(result_.columns, [](const Column& other) {
    return other.identity == Identity::kAutoIncrement;
  });
  if (!leads_key || !first) {
    Note(PartOf(column),
         "MySQL numbers one column of a table, and only the first of a key: the "
         "application has to number it");
    return;
  }
  result.identity = Identity::kAutoIncrement;
}

void TableTranslator::TranslateDefault(const Column& column, Column& result) {
  if (!column.default_value.has_value()) return;
  // Of a bare '{}' only the type says whether it is an array or JSON.
  const std::string value =
      column.type.dimensions > 0
          ? absl::StrCat("CAST(", *column.default_value, " AS ", column.type.native, ")")
          : *column.default_value;
  TranslatedSql translated = TranslateExpression(value, from_.dialect(), to_, columns_);
  if (!translated.ok()) {
    Note(PartOf(column), absl::StrCat("its default can't be translated and stays as it is, because "
                                      "of ",
                                      translated.problem, ": ", *column.default_value));
    result.default_value = column.default_value;
    return;
  }
  for (const std::string& note : translated.notes) Note(PartOf(column), note);
  std::string text = translated.sql;
  if (To(Dialect::kPostgresql)) {
    if (result.type.kind == TypeKind::kBoolean && (text == "0" || text == "1")) {
      text = text == "1" ? "true" : "false";
    }
    result.default_value = std::move(text);
    return;
  }
  if (To(Dialect::kMysql) && absl::StartsWith(text, "CURRENT_TIMESTAMP")) {
    // Its precision is to be the column's.
    text = result.type.precision.value_or(0) > 0
               ? absl::StrCat("CURRENT_TIMESTAMP(", *result.type.precision, ")")
               : "CURRENT_TIMESTAMP";
  }
  // Where a default is not a plain value it is in parentheses; on MySQL also that of
  // a type without a fixed size.
  const bool plain = translated.is_literal && !(To(Dialect::kMysql) && IsLarge(result.type));
  result.default_value = plain || text == "NULL" ? text : absl::StrCat("(", text, ")");
}

void TableTranslator::TranslateGenerated(const Column& column, Column& result) {
  if (column.generated.empty()) return;
  result.generated = Expression(column.generated, PartOf(column));
  result.generated_stored = column.generated_stored;
  // MariaDB has no NOT NULL there.
  if (To(Dialect::kMysql)) result.nullable = true;
  if (To(Dialect::kPostgresql) && !column.generated_stored) {
    Note(PartOf(column), "is stored on PostgreSQL, which knows no other generated columns");
    result.generated_stored = true;
  }
}

}  // namespace brant
