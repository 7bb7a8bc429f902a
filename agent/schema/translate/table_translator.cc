#include "agent/schema/translate/table_translator.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/schema/translate/expression.h"

namespace brant {

ObjectName TranslateName(const ObjectName& name, Dialect to) {
  if (to == Dialect::kPostgresql || name.schema.empty()) return name;
  return {"", absl::StrCat(name.schema, "_", name.name)};
}

absl::string_view DisplayName(Dialect dialect) {
  switch (dialect) {
    case Dialect::kPostgresql:
      return "PostgreSQL";
    case Dialect::kSqlite:
      return "SQLite";
    case Dialect::kMysql:
      return "MySQL";
  }
  return "";
}

TableTranslator::TableTranslator(const Table& table, const SchemaDriver& from,
                                 const SchemaDriver& to, NamesInUse& names,
                                 Translation& translation)
    : table_(table), from_(from), to_(to), names_(names), translation_(translation) {
  result_.name = TranslateName(table.name, to.dialect());
  for (const Column& column : table.columns) columns_.push_back(column.name);
}

Table TableTranslator::Translate() {
  if (!To(Dialect::kSqlite)) result_.comment = table_.comment;
  if (result_.name != table_.name) {
    Note("", absl::StrCat("is the table ", Describe(table_.name), ": ", DisplayName(to_.dialect()),
                          " has no schemas"));
  }
  for (const Column& column : table_.columns) result_.columns.push_back(TranslateColumn(column));
  TranslateKeys();
  TranslateChecks();
  TranslateForeignKeys();
  TranslateIndexes();
  for (const ExclusionConstraint& exclusion : table_.exclusions) {
    Note(absl::StrCat("constraint ", exclusion.name),
         absl::StrCat("is left out: ", DisplayName(to_.dialect()), " has no EXCLUDE"));
  }
  for (const Trigger& trigger : table_.triggers) {
    Note(absl::StrCat("trigger ", trigger.name), "is left out: triggers are not translated");
  }
  for (absl::string_view option : {"unlogged", "partition by", "with system versioning"}) {
    if (table_.options.contains(std::string(option))) {
      Note("", absl::StrCat("the table's option '", option, "' is left out"));
    }
  }
  return result_;
}

std::string TableTranslator::Expression(const std::string& sql, const std::string& part) {
  const TranslatedSql translated = TranslateExpression(sql, from_.dialect(), to_, columns_);
  if (!translated.ok()) {
    Note(part, absl::StrCat("can't be translated and stays as it is, because of ",
                            translated.problem, ": ", sql));
  }
  for (const std::string& note : translated.notes) Note(part, note);
  return translated.sql;
}

bool TableTranslator::IsInKey(const std::string& column) const {
  auto has = [&column](const auto& constraint) {
    return absl::c_linear_search(constraint.columns, column);
  };
  return (table_.primary_key.has_value() && has(*table_.primary_key)) ||
         absl::c_any_of(table_.uniques, has) || absl::c_any_of(table_.foreign_keys, has) ||
         absl::c_any_of(table_.indexes, [&column](const Index& index) {
           return absl::c_any_of(index.parts, [&column](const IndexPart& part) {
             return part.column == column && part.prefix_length == 0;
           });
         });
}

bool TableTranslator::IsWholeKey(const std::string& column) const {
  return table_.primary_key.has_value() &&
         table_.primary_key->columns == std::vector<std::string>{column};
}

void TableTranslator::Note(const std::string& part, const std::string& text) {
  translation_.notes.push_back({result_.name, part, text});
}

std::string TableTranslator::NameFor(const std::string& name,
                                     const std::vector<std::string>& columns,
                                     absl::string_view label) {
  if (!name.empty() && names_.Add(result_.name.schema, name)) return name;
  return names_.Choose(result_.name.schema, result_.name.name, absl::StrJoin(columns, "_"), label);
}

}  // namespace brant
