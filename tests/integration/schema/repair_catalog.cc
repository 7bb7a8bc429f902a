#include "tests/integration/schema/repair_catalog.h"

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/integration/schema/random_catalog.h"

namespace brant {
namespace {

// `sql` has the word.
bool Mentions(const std::string& sql, const std::string& word) {
  const auto is_word = [](char c) { return absl::ascii_isalnum(c) || c == '_'; };
  for (size_t at = sql.find(word); at != std::string::npos; at = sql.find(word, at + 1)) {
    const size_t end = at + word.size();
    if ((at == 0 || !is_word(sql[at - 1])) && (end == sql.size() || !is_word(sql[end])))
      return true;
  }
  return false;
}

// The number-like column that an expression speaks of is there.
bool Fits(const Table& table, const std::string& sql) {
  if (sql.empty()) return true;
  return absl::c_any_of(NumberLikeColumns(table),
                        [&](const std::string& column) { return Mentions(sql, column); });
}

bool AllIn(const std::vector<std::string>& columns, const std::vector<std::string>& all) {
  return absl::c_all_of(
      columns, [&](const std::string& column) { return absl::c_linear_search(all, column); });
}

bool Fits(const Table& table, Index& index) {
  const std::vector<std::string> columns = NumberLikeColumns(table);
  for (IndexPart& part : index.parts) {
    if (!Fits(table, part.expression)) return false;
    if (part.column.empty()) continue;
    if (!AllIn({part.column}, columns)) return false;
    const Column& column = *FindColumn(table, part.column);
    if (!IsText(column)) part.collation = "";
    if (column.type.native != "text") part.operator_class = "";
    if (index.unique && !AllIn({part.column}, UniqueColumns(table))) return false;
  }
  return Fits(table, index.predicate) && AllIn(index.included, columns);
}

void RepairColumns(const Catalog& catalog, Table& table) {
  std::erase_if(table.columns, [&](Column& column) {
    if (!Fits(table, column.generated)) return true;
    if (column.type.enum_name.empty()) return false;
    for (const EnumType& type : catalog.enums) {
      if (type.name.name != column.type.enum_name) continue;
      column.type.labels = type.labels;
      return false;
    }
    return true;
  });
  for (Column& column : table.columns) {
    if (!column.default_value.has_value() || !Mentions(*column.default_value, "nextval")) continue;
    if (absl::c_none_of(catalog.sequences, [&](const Sequence& sequence) {
          return Mentions(*column.default_value, sequence.name.name);
        })) {
      column.default_value.reset();
      column.nullable = true;
    }
  }
}

// PostgreSQL's rules for partitioned tables.
void RepairPartitioned(Table& table) {
  if (!table.options.contains("partition by")) return;
  table.options = {{"partition by", table.options["partition by"]}};
  table.uniques.clear();
  table.exclusions.clear();
  std::erase_if(table.indexes, [](const Index& index) { return index.unique; });
  for (CheckConstraint& check : table.checks) check.no_inherit = false;
  for (ForeignKey& key : table.foreign_keys) key.validated = true;
}

void RepairKeys(const Catalog& catalog, Table& table) {
  std::erase_if(table.foreign_keys, [&](const ForeignKey& key) {
    const Table* other = nullptr;
    for (const Table& candidate : catalog.tables) {
      if (candidate.name == key.referenced_table) other = &candidate;
    }
    return other == nullptr || !other->primary_key.has_value() ||
           FindColumn(table, "ref") == nullptr;
  });
  std::erase_if(table.uniques, [&](const UniqueConstraint& unique) {
    return !AllIn(unique.columns, UniqueColumns(table)) ||
           !AllIn(unique.included, NumberLikeColumns(table));
  });
  std::erase_if(table.checks,
                [&](const CheckConstraint& check) { return !Fits(table, check.expression); });
  std::erase_if(table.exclusions, [&](const ExclusionConstraint& exclusion) {
    return absl::c_none_of(UniqueColumns(table), [&](const std::string& column) {
      return Mentions(exclusion.definition, column);
    });
  });
  std::erase_if(table.indexes, [&](Index& index) { return !Fits(table, index); });
}

// A table with a log can't refer to one without.
void RepairUnlogged(Catalog& catalog) {
  for (Table& table : catalog.tables) {
    if (!table.foreign_keys.empty()) table.options.erase("unlogged");
    for (const Table& other : catalog.tables) {
      if (absl::c_any_of(other.foreign_keys, [&](const ForeignKey& key) {
            return key.referenced_table == table.name;
          })) {
        table.options.erase("unlogged");
      }
    }
  }
}

bool Fits(const Catalog& catalog, const View& view) {
  for (const Table& table : catalog.tables) {
    if (table.name == view.reads[0]) {
      return FindColumn(table, "id") != nullptr && Fits(table, view.definition) &&
             absl::c_any_of(NumberLikeColumns(table), [&](const std::string& column) {
               return Mentions(view.definition, absl::StrCat(column, " AS x"));
             });
    }
  }
  return absl::c_any_of(catalog.views,
                        [&](const View& other) { return other.name == view.reads[0]; });
}

std::string Value(const Column& column, int row) {
  const std::string& type = column.type.native;
  if (!column.type.enum_name.empty()) return "'l0'";
  if (type == "boolean") return row == 2 ? "false" : "true";
  if (type == "uuid") return absl::StrCat("'00000000-0000-0000-0000-00000000000", row, "'");
  if (type == "json" || type == "jsonb") return absl::StrCat("'{\"row\": ", row, "}'");
  if (type == "bytea") return absl::StrCat("'\\x0", row, "'");
  if (type == "integer[]") return absl::StrCat("'{", row, "}'");
  if (absl::c_linear_search(OtherTypes(), type)) return absl::StrCat("'2024-01-0", row, "'");
  return absl::StrCat("'", row, "'");
}

}  // namespace

const std::vector<std::string>& NumberLikeTypes() {
  static const auto* types = new std::vector<std::string>{
      "integer", "bigint", "smallint",    "numeric(12,2)", "numeric",
      "text",    "text",   "varchar(40)", "varchar(80)",   "double precision"};
  return *types;
}

const std::vector<std::string>& OtherTypes() {
  static const auto* types = new std::vector<std::string>{"boolean",
                                                          "uuid",
                                                          "json",
                                                          "jsonb",
                                                          "date",
                                                          "timestamp(3) without time zone",
                                                          "timestamp with time zone",
                                                          "bytea",
                                                          "integer[]"};
  return *types;
}

bool IsText(const Column& column) {
  return column.type.native == "text" || column.type.native.starts_with("varchar") ||
         column.type.native.starts_with("character varying");
}

bool IsNumberLike(const Column& column) {
  return column.type.enum_name.empty() && !absl::c_linear_search(OtherTypes(), column.type.native);
}

std::vector<std::string> NumberLikeColumns(const Table& table) {
  std::vector<std::string> names;
  for (const Column& column : table.columns) {
    if (IsNumberLike(column) && column.generated.empty()) names.push_back(column.name);
  }
  return names;
}

std::vector<std::string> UniqueColumns(const Table& table) {
  std::vector<std::string> names;
  for (const Column& column : table.columns) {
    // A generated column has the same value wherever its source has its default.
    const bool repeats = absl::c_any_of(table.columns, [&](const Column& source) {
      return source.default_value.has_value() && Mentions(column.generated, source.name);
    });
    if (IsNumberLike(column) && !column.default_value.has_value() && column.nullable && !repeats) {
      names.push_back(column.name);
    }
  }
  return names;
}

bool HasConstraint(const Table& table, const std::string& name) {
  const auto named = [&](const auto& element) { return element.name == name; };
  return absl::c_any_of(table.uniques, named) || absl::c_any_of(table.checks, named) ||
         absl::c_any_of(table.foreign_keys, named) || absl::c_any_of(table.exclusions, named);
}

void Repair(Catalog& catalog) {
  for (Table& table : catalog.tables) {
    RepairColumns(catalog, table);
    RepairKeys(catalog, table);
    RepairPartitioned(table);
  }
  RepairUnlogged(catalog);
  // Views on views that are gone go, too.
  for (size_t before = catalog.views.size() + 1; before != catalog.views.size();) {
    before = catalog.views.size();
    std::erase_if(catalog.views, [&](const View& view) { return !Fits(catalog, view); });
  }
  SortByName(catalog);
}

std::vector<std::string> FillTables(const Catalog& catalog) {
  std::vector<std::string> statements;
  // The values agree with foreign keys, but their order does not.
  statements.push_back("SET session_replication_role = replica");
  for (const Table& table : catalog.tables) {
    if (table.options.contains("partition by")) continue;
    std::vector<std::string> columns;
    for (const Column& column : table.columns) {
      if (column.generated.empty()) columns.push_back(column.name);
    }
    std::vector<std::string> rows;
    for (int row = 1; row <= 3; ++row) {
      std::vector<std::string> values;
      for (const Column& column : table.columns) {
        if (column.generated.empty()) values.push_back(Value(column, row));
      }
      rows.push_back(absl::StrCat("(", absl::StrJoin(values, ", "), ")"));
    }
    statements.push_back(
        absl::StrCat("INSERT INTO ", table.name.name, " (", absl::StrJoin(columns, ", "),
                     ") OVERRIDING SYSTEM VALUE VALUES ", absl::StrJoin(rows, ", ")));
  }
  statements.push_back("SET session_replication_role = DEFAULT");
  return statements;
}

bool RowsMayObject(const Catalog& from, const Catalog& to) {
  for (const Table& table : to.tables) {
    const Table* before = FindTable(from, table.name);
    if (before == nullptr) continue;
    if (before->options.contains("partition by") != table.options.contains("partition by")) {
      return true;
    }
    for (const ForeignKey& key : table.foreign_keys) {
      const Table* other = FindTable(from, key.referenced_table);
      if (other == nullptr || other->options.contains("partition by")) return true;
    }
    for (const Column& column : table.columns) {
      const Column* old = FindColumn(*before, column.name);
      const bool same = old != nullptr && old->type.native == column.type.native;
      if (old == nullptr || same || (IsNumberLike(*old) && IsNumberLike(column))) continue;
      return true;
    }
  }
  return absl::c_any_of(to.tables, [](const Table& table) {
    return table.options.contains("partition by") && !table.foreign_keys.empty();
  });
}

}  // namespace brant
