#include "tests/integration/schema/random_catalog.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/integration/schema/repair_catalog.h"

namespace brant {
namespace {

DataType Type(const std::string& native) { return {.native = native}; }

DataType TypeOf(const EnumType& type) {
  DataType result = Type(type.name.name);
  result.kind = TypeKind::kEnum;
  result.labels = type.labels;
  result.enum_name = type.name.name;
  return result;
}

std::string FreeName(const std::set<std::string>& taken, absl::string_view prefix) {
  for (int i = 0;; ++i) {
    std::string name = absl::StrCat(prefix, i);
    if (!taken.contains(name)) return name;
  }
}

template <typename T>
std::set<std::string> NamesOf(const std::vector<T>& elements) {
  std::set<std::string> names;
  for (const T& element : elements) {
    if constexpr (std::is_same_v<decltype(element.name), ObjectName>) {
      names.insert(element.name.name);
    } else {
      names.insert(element.name);
    }
  }
  return names;
}

}  // namespace

int RandomCatalogs::Number(int least, int most) {
  return std::uniform_int_distribution<int>(least, most)(random_);
}

std::string RandomCatalogs::MakeComment() {
  return Chance(15) ? Pick<std::string>({"it's", "a \\ b", "two\nlines", "Ünïcödé"}) : "";
}

SequenceOptions RandomCatalogs::MakeSequenceOptions() {
  SequenceOptions options;
  if (Chance(60)) return options;
  if (Chance(50)) options.start = Number(5, 9);
  if (Chance(50)) options.increment = Number(2, 5);
  if (Chance(30)) options.cache = Number(2, 20);
  if (Chance(30)) options.max_value = Number(1000, 2000);
  options.cycle = Chance(20);
  return options;
}

Column RandomCatalogs::MakeId() {
  Column id;
  id.name = "id";
  id.type = Type(Pick<std::string>({"integer", "bigint", "smallint"}));
  id.nullable = false;
  id.identity =
      Pick<Identity>({Identity::kNone, Identity::kSerial, Identity::kByDefault, Identity::kAlways});
  if (id.identity != Identity::kNone) id.sequence = MakeSequenceOptions();
  id.comment = MakeComment();
  return id;
}

Column RandomCatalogs::MakeColumn(const Catalog& catalog, const std::string& name) {
  Column column;
  column.name = name;
  column.comment = MakeComment();
  if (!catalog.enums.empty() && Chance(20)) {
    column.type = TypeOf(Pick(catalog.enums));
    if (Chance(50)) column.default_value = absl::StrCat("'l0'::", column.type.native);
    column.nullable = !column.default_value.has_value() || Chance(50);
    return column;
  }
  column.type = Type(Pick(Chance(75) ? NumberLikeTypes() : OtherTypes()));
  if (IsNumberLike(column)) {
    if (Chance(20)) column.default_value = "7";
    if (IsText(column) && Chance(20)) column.collation = "C";
    const bool is_big = column.type.native == "bigint";
    if (is_big && !catalog.sequences.empty() && Chance(20)) {
      column.default_value =
          absl::StrCat("nextval('", Pick(catalog.sequences).name.name, "'::regclass)");
    }
  }
  if (column.type.native == "boolean" && Chance(50)) column.default_value = "true";
  if (column.type.native == "timestamp with time zone" && Chance(50)) {
    column.default_value = "now()";
  }
  // So that rows can be there when it comes back.
  column.nullable = !column.default_value.has_value() || Chance(50);
  return column;
}

Index RandomCatalogs::MakeIndex(const Table& table, const std::string& name) {
  Index index;
  index.name = name;
  index.comment = MakeComment();
  const std::vector<std::string> columns = NumberLikeColumns(table);
  for (int i = Number(1, 2); i > 0; --i) {
    IndexPart part;
    const std::string& column = Pick(columns);
    if (Chance(25)) {
      part.expression = absl::StrCat("lower((", column, ")::text)");
    } else {
      part.column = column;
      part.descending = Chance(30);
      if (Chance(20)) part.nulls_first = !part.descending;
      const Column& indexed = *FindColumn(table, column);
      if (IsText(indexed) && Chance(20)) part.collation = "C";
      if (indexed.type.native == "text" && Chance(20)) part.operator_class = "text_pattern_ops";
    }
    index.parts.push_back(std::move(part));
  }
  const std::vector<std::string> unique = UniqueColumns(table);
  if (!unique.empty() && Chance(25)) {
    index.unique = true;
    index.parts = {IndexPart{.column = Pick(unique)}};
  }
  if (Chance(20)) index.predicate = absl::StrCat(Pick(columns), " IS NOT NULL");
  if (Chance(15)) index.included = {Pick(columns)};
  if (Chance(15)) index.options["fillfactor"] = absl::StrCat(Number(50, 90));
  if (!index.unique && Chance(10)) {
    index.method = "hash";
    index.parts = {IndexPart{.column = Pick(columns)}};
    index.included.clear();
  }
  return index;
}

void RandomCatalogs::AddConstraint(const Catalog& catalog, Table& table) {
  const std::vector<std::string> columns = NumberLikeColumns(table);
  const std::vector<std::string> unique = UniqueColumns(table);
  const std::string name = absl::StrCat(table.name.name, "_k", Number(0, 9));
  if (HasConstraint(table, name)) return;
  switch (Number(0, 3)) {
    case 0:
      if (!unique.empty()) {
        UniqueConstraint constraint{.name = name, .columns = {Pick(unique)}};
        constraint.deferrable = Chance(20);
        constraint.initially_deferred = constraint.deferrable && Chance(50);
        if (Chance(20)) constraint.included = {Pick(columns)};
        table.uniques.push_back(std::move(constraint));
      }
      return;
    case 1:
      table.checks.push_back(
          {.name = name,
           .expression = absl::StrCat("(", Pick(columns), ")::text <> 'none", Number(0, 3), "'"),
           .no_inherit = Chance(10),
           .validated = !Chance(10)});
      return;
    case 2:
      if (!unique.empty() && Chance(30)) {
        table.exclusions.push_back(
            {.name = name,
             .definition = absl::StrCat("EXCLUDE USING btree (", Pick(unique), " WITH =)")});
      }
      return;
    default: {
      if (catalog.tables.empty()) return;
      const Table& other = Pick(catalog.tables);
      ForeignKey key{.name = name, .columns = {"ref"}, .referenced_table = other.name};
      key.referenced_columns = {"id"};
      key.on_delete = Pick<std::string>({"", "CASCADE", "SET NULL", "RESTRICT"});
      key.on_update = Pick<std::string>({"", "", "CASCADE"});
      key.deferrable = Chance(20);
      key.initially_deferred = key.deferrable && Chance(50);
      key.validated = !Chance(10);
      table.foreign_keys.push_back(std::move(key));
      return;
    }
  }
}

Table RandomCatalogs::MakeTable(const Catalog& catalog, const std::string& name) {
  Table table;
  table.name = {"", name};
  table.comment = MakeComment();
  table.columns.push_back(MakeId());
  Column ref;
  ref.name = "ref";
  ref.type = Type("bigint");
  table.columns.push_back(ref);
  for (int i = Number(1, 5); i > 0; --i) {
    table.columns.push_back(MakeColumn(catalog, FreeName(NamesOf(table.columns), "c")));
  }
  table.primary_key = PrimaryKey{.name = absl::StrCat(name, "_pkey"), .columns = {"id"}};
  if (Chance(40)) {
    Column generated;
    generated.name = FreeName(NamesOf(table.columns), "g");
    generated.type = Type("text");
    generated.generated = absl::StrCat("(", Pick(NumberLikeColumns(table)), ")::text");
    generated.generated_stored = true;
    table.columns.push_back(generated);
  }
  if (Chance(20)) table.options["fillfactor"] = absl::StrCat(Number(50, 90));
  if (Chance(10)) table.options["unlogged"] = "";
  if (Chance(5)) table.options["partition by"] = "RANGE (id)";
  for (int i = Number(0, 3); i > 0; --i) AddConstraint(catalog, table);
  for (int i = Number(0, 2); i > 0; --i) {
    table.indexes.push_back(
        MakeIndex(table, FreeName(NamesOf(table.indexes), absl::StrCat(name, "_i"))));
  }
  return table;
}

View RandomCatalogs::MakeView(const Catalog& catalog, const std::string& name) {
  View view;
  view.name = {"", name};
  view.comment = MakeComment();
  if (!catalog.views.empty() && Chance(30)) {
    const View& other = Pick(catalog.views);
    view.definition = absl::StrCat("SELECT id FROM ", other.name.name);
    view.reads = {other.name};
    return view;
  }
  const Table& table = Pick(catalog.tables);
  const std::string& column = Pick(NumberLikeColumns(table));
  view.definition = absl::StrCat("SELECT id, ", column, " AS x FROM ", table.name.name, " WHERE (",
                                 column, ")::text <> '", Number(0, 9), "'");
  view.reads = {table.name};
  view.materialized = Chance(30);
  if (view.materialized && Chance(50)) {
    view.indexes.push_back(
        {.name = absl::StrCat(name, "_i"), .unique = Chance(50), .parts = {{.column = "id"}}});
  }
  if (!view.materialized && Chance(20)) view.options["security_barrier"] = "true";
  return view;
}

Catalog RandomCatalogs::Make() {
  Catalog catalog;
  for (int i = Number(0, 2); i > 0; --i) {
    EnumType type{.name = {"", FreeName(NamesOf(catalog.enums), "e")}, .labels = {"l0"}};
    for (int j = Number(0, 3); j > 0; --j) {
      type.labels.push_back(FreeName({type.labels.begin(), type.labels.end()}, "l"));
    }
    absl::c_shuffle(type.labels, random_);
    type.comment = MakeComment();
    catalog.enums.push_back(std::move(type));
  }
  for (int i = Number(0, 2); i > 0; --i) {
    catalog.sequences.push_back({.name = {"", FreeName(NamesOf(catalog.sequences), "s")},
                                 .options = MakeSequenceOptions(),
                                 .comment = MakeComment()});
  }
  for (int i = Number(1, 5); i > 0; --i) {
    catalog.tables.push_back(MakeTable(catalog, FreeName(NamesOf(catalog.tables), "t")));
  }
  // Foreign keys to tables that came later, and cycles.
  for (Table& table : catalog.tables) AddConstraint(catalog, table);
  for (int i = Number(0, 3); i > 0; --i) {
    catalog.views.push_back(MakeView(catalog, FreeName(NamesOf(catalog.views), "v")));
  }
  Repair(catalog);
  return catalog;
}

void RandomCatalogs::ChangeColumn(const Catalog& catalog, Column& column) {
  if (column.name == "id") {
    const std::string name = column.name;
    column = MakeId();
    return;
  }
  if (column.name == "ref" || !column.generated.empty()) return;
  if (IsNumberLike(column) && Chance(60)) {
    column.type = Type(Pick(NumberLikeTypes()));
    column.collation = IsText(column) && Chance(20) ? "C" : "";
    column.default_value.reset();
    column.nullable = true;
    return;
  }
  Column other = MakeColumn(catalog, column.name);
  if (other.type.native == column.type.native || Chance(10)) column = std::move(other);
}

void RandomCatalogs::ChangeTable(const Catalog& catalog, Table& table) {
  switch (Number(0, 9)) {
    case 0:
      table.columns.push_back(MakeColumn(catalog, FreeName(NamesOf(table.columns), "c")));
      return;
    case 1:
      if (table.columns.size() > 2) {
        table.columns.erase(table.columns.begin() +
                            Number(2, static_cast<int>(table.columns.size()) - 1));
      }
      return;
    case 2:
    case 3:
      ChangeColumn(catalog, table.columns[Number(0, static_cast<int>(table.columns.size()) - 1)]);
      return;
    case 4:
      AddConstraint(catalog, table);
      return;
    case 5:
      if (!table.checks.empty()) table.checks.pop_back();
      if (!table.foreign_keys.empty() && Chance(50)) table.foreign_keys.pop_back();
      if (!table.uniques.empty() && Chance(50)) table.uniques.pop_back();
      return;
    case 6:
      if (table.indexes.empty() || Chance(50)) {
        table.indexes.push_back(MakeIndex(
            table, FreeName(NamesOf(table.indexes), absl::StrCat(table.name.name, "_j"))));
      } else if (Chance(50)) {
        table.indexes.back() = MakeIndex(table, table.indexes.back().name);
      } else {
        table.indexes.pop_back();
      }
      return;
    case 7:
      // Renames only.
      if (!table.indexes.empty()) absl::StrAppend(&table.indexes.back().name, "x");
      if (!table.checks.empty()) absl::StrAppend(&table.checks.back().name, "x");
      if (!table.foreign_keys.empty()) absl::StrAppend(&table.foreign_keys.back().name, "x");
      if (table.primary_key.has_value()) absl::StrAppend(&table.primary_key->name, "x");
      return;
    case 8:
      table.comment = MakeComment();
      if (Chance(50)) table.options.erase("fillfactor");
      if (Chance(30)) table.options["fillfactor"] = absl::StrCat(Number(50, 90));
      if (Chance(20)) table.options["unlogged"] = "";
      return;
    default:
      for (Column& column : table.columns) column.comment = MakeComment();
      if (Chance(30)) table.primary_key.reset();
      return;
  }
}

void RandomCatalogs::ChangeOther(Catalog& catalog) {
  switch (Number(0, 4)) {
    case 0:
      if (!catalog.enums.empty()) {
        EnumType& type = catalog.enums[Number(0, static_cast<int>(catalog.enums.size()) - 1)];
        if (Chance(60)) {
          const std::string label = FreeName({type.labels.begin(), type.labels.end()}, "l");
          type.labels.insert(type.labels.begin() + Number(0, static_cast<int>(type.labels.size())),
                             label);
        } else {
          std::erase_if(type.labels,
                        [&](const std::string& label) { return label != "l0" && Chance(50); });
        }
      } else {
        catalog.enums.push_back({.name = {"", "e0"}, .labels = {"l0", "l1"}});
      }
      return;
    case 1:
      if (!catalog.sequences.empty() && Chance(70)) {
        catalog.sequences.back().options = MakeSequenceOptions();
        if (Chance(30)) catalog.sequences.pop_back();
      } else {
        catalog.sequences.push_back({.name = {"", FreeName(NamesOf(catalog.sequences), "s")}});
      }
      return;
    case 2:
      if (!catalog.views.empty() && Chance(50)) {
        catalog.views.erase(catalog.views.begin());
      } else if (!catalog.tables.empty()) {
        catalog.views.push_back(MakeView(catalog, FreeName(NamesOf(catalog.views), "v")));
      }
      return;
    case 3:
      // Not "t": a table that was called so may still have its constraints' names.
      catalog.tables.push_back(MakeTable(catalog, FreeName(NamesOf(catalog.tables), "n")));
      return;
    default:
      if (catalog.tables.size() > 1) {
        catalog.tables.erase(catalog.tables.begin() +
                             Number(0, static_cast<int>(catalog.tables.size()) - 1));
      }
      return;
  }
}

Catalog RandomCatalogs::Mutate(const Catalog& catalog) {
  Catalog result = catalog;
  for (int i = Number(1, 8); i > 0; --i) {
    if (Chance(70) && !result.tables.empty()) {
      const Catalog before = result;
      ChangeTable(before, result.tables[Number(0, static_cast<int>(result.tables.size()) - 1)]);
    } else {
      ChangeOther(result);
    }
    Repair(result);
  }
  return result;
}

std::string RandomCatalogs::NewName(const std::string& name) {
  return absl::StrCat(name, Pick<std::string>({"_new", " New", "\"'x", "X"}));
}

std::vector<Rename> RandomCatalogs::MakeRenames(const Catalog& catalog) {
  std::vector<Rename> renames;
  for (const Table& table : catalog.tables) {
    if (Chance(25)) renames.push_back({table.name, "", NewName(table.name.name)});
    for (const Column& column : table.columns) {
      if (column.name == "id" || column.name == "ref" || !Chance(15)) continue;
      renames.push_back({table.name, column.name, NewName(column.name)});
    }
  }
  return renames;
}

}  // namespace brant
