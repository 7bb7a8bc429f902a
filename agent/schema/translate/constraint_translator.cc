#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "agent/schema/translate/table_translator.h"

namespace brant {
namespace {

std::string PartOf(const std::string& name) { return absl::StrCat("constraint ", name); }

}  // namespace

void TableTranslator::TranslateKeys() {
  if (table_.primary_key.has_value()) {
    PrimaryKey key = *table_.primary_key;
    // MySQL's has always the same one.
    if (To(Dialect::kMysql)) key.name.clear();
    if (!To(Dialect::kPostgresql) && key.deferrable) {
      Note("primary key", "is checked at once");
      key.deferrable = key.initially_deferred = false;
    }
    if (!key.on_conflict.empty()) {
      Note("primary key", absl::StrCat("ON CONFLICT ", key.on_conflict, " is left out"));
      key.on_conflict.clear();
    }
    // PostgreSQL's has a name, which statements about it use.
    if (To(Dialect::kPostgresql)) {
      key.name = NameFor(key.name, {}, "pkey");
    } else if (!key.name.empty()) {
      names_.Add(result_.name.schema, key.name);
    }
    // SQLite's may be NULL.
    for (Column& column : result_.columns) {
      if (absl::c_linear_search(key.columns, column.name)) column.nullable = false;
    }
    result_.primary_key = std::move(key);
  }
  for (const UniqueConstraint& unique : table_.uniques) {
    UniqueConstraint result;
    result.name = NameFor(unique.name, unique.columns, "key");
    result.columns = unique.columns;
    const std::string part = PartOf(result.name);
    if (!unique.included.empty()) {
      Note(part, absl::StrCat("INCLUDE (", absl::StrJoin(unique.included, ", "), ") is left out"));
    }
    if (unique.nulls_not_distinct) Note(part, "takes any number of NULLs there");
    if (unique.deferrable) Note(part, "is checked at once");
    if (!unique.on_conflict.empty()) {
      Note(part, absl::StrCat("ON CONFLICT ", unique.on_conflict, " is left out"));
    }
    result_.uniques.push_back(std::move(result));
  }
}

void TableTranslator::TranslateChecks() {
  for (const CheckConstraint& check : table_.checks) {
    CheckConstraint result;
    result.name = NameFor(check.name, {}, "check");
    result.expression = Expression(check.expression, PartOf(result.name));
    if (check.no_inherit) Note(PartOf(result.name), "NO INHERIT is left out");
    if (!check.validated) Note(PartOf(result.name), "holds for all rows there");
    result_.checks.push_back(std::move(result));
  }
  for (const Column& column : table_.columns) AddEnumCheck(column);
}

void TableTranslator::AddEnumCheck(const Column& column) {
  if (!To(Dialect::kSqlite) || column.type.kind != TypeKind::kEnum || column.type.dimensions > 0) {
    return;
  }
  CheckConstraint check;
  check.name = names_.Choose(result_.name.schema, result_.name.name, column.name, "check");
  check.expression = absl::StrCat(
      to_.Quote(column.name), " IN (",
      absl::StrJoin(column.type.labels, ", ",
                    [](std::string* out, const std::string& label) {
                      absl::StrAppend(out, "'", absl::StrReplaceAll(label, {{"'", "''"}}), "'");
                    }),
      ")");
  result_.checks.push_back(std::move(check));
}

void TableTranslator::TranslateForeignKeys() {
  for (const ForeignKey& key : table_.foreign_keys) {
    ForeignKey result = key;
    result.name = NameFor(key.name, key.columns, "fkey");
    result.referenced_table = TranslateName(key.referenced_table, to_.dialect());
    const std::string part = PartOf(result.name);
    if (key.deferrable && To(Dialect::kMysql)) {
      Note(part, "is checked at once");
      result.deferrable = result.initially_deferred = false;
    }
    if (!key.match.empty() && !To(Dialect::kPostgresql)) {
      Note(part, absl::StrCat("MATCH ", key.match, " is left out"));
      result.match.clear();
    }
    if (!key.validated) {
      Note(part, "holds for all rows there");
      result.validated = true;
    }
    for (std::string* action : {&result.on_delete, &result.on_update}) {
      if (!To(Dialect::kMysql) || *action != "SET DEFAULT") continue;
      Note(part, "SET DEFAULT is left out: MySQL refuses it");
      action->clear();
    }
    result_.foreign_keys.push_back(std::move(result));
  }
}

}  // namespace brant
