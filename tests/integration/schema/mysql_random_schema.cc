#include "tests/integration/schema/mysql_random_schema.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/schema/mysql/driver.h"

namespace brant {
namespace {

const MysqlSchemaDriver& Driver() {
  static const MysqlSchemaDriver driver;
  return driver;
}

// The column is called one or the other.
constexpr const char* kNumbers[] = {"a", "Amount of"};

const Column* NumberOf(const Table& table) {
  for (const char* name : kNumbers) {
    if (const Column* column = FindColumn(table, name)) return column;
  }
  return nullptr;
}

IndexPart Part(const std::string& column, bool descending = false, int prefix_length = 0) {
  IndexPart part;
  part.column = column;
  part.descending = descending;
  part.prefix_length = prefix_length;
  return part;
}

bool IsText(const Column& column) { return absl::EndsWith(column.type.native, "text"); }

}  // namespace

std::string MysqlRandomSchema::Value(const std::string& column) {
  if (column == "b" || column == "c" || column == "Mixed Case") return "'b'";
  if (column == "e") return "'a'";
  if (column == "j") return "'1'";
  if (column == "dt") return "'2020-01-02 03:04:05'";
  return absl::StartsWith(column, "ref") || column == "parent" ? "NULL" : "1";
}

std::string MysqlRandomSchema::Pick(const std::vector<std::string>& choices) {
  return choices[std::uniform_int_distribution<size_t>(0, choices.size() - 1)(random_)];
}

Catalog MysqlRandomSchema::Make() {
  Catalog catalog;
  catalog.dialect = Dialect::kMysql;
  for (const char* name : {"users", "people", "orders", "order", "line items"}) {
    if (Chance(0.6)) catalog.tables.push_back(MakeTable(name));
  }
  std::vector<Table> tables = catalog.tables;
  for (Table& table : catalog.tables) AddForeignKeys(table, tables);
  AddViews(catalog);
  SortByName(catalog);
  return catalog;
}

std::vector<Rename> MysqlRandomSchema::Renames(const Catalog& from, const Catalog& to) {
  std::vector<Rename> renames;
  const auto only = [](const Catalog& a, const Catalog& b, const std::string& name) {
    return FindTable(a, {"", name}) != nullptr && FindTable(b, {"", name}) == nullptr;
  };
  const bool there = only(from, to, "users") && only(to, from, "people");
  const bool back = only(from, to, "people") && only(to, from, "users");
  if ((there || back) && Chance(0.7)) {
    renames.push_back({{"", there ? "users" : "people"}, "", there ? "people" : "users"});
  }
  std::vector<Rename> columns;
  for (const Table& table : from.tables) {
    const bool renamed = !renames.empty() && renames[0].table == table.name;
    const Table* other = FindTable(to, renamed ? ObjectName{"", renames[0].to} : table.name);
    if (other == nullptr || !Chance(0.7)) continue;
    const Column* a = NumberOf(table);
    const Column* b = NumberOf(*other);
    if (a != nullptr && b != nullptr && a->name != b->name) {
      columns.push_back({table.name, a->name, b->name});
    }
  }
  renames.insert(renames.end(), columns.begin(), columns.end());
  return renames;
}

Column MysqlRandomSchema::MakeColumn(const std::string& name,
                                     const std::vector<std::string>& types) {
  Column column;
  column.name = name;
  column.type = Driver().ReadType(Pick(types));
  column.nullable = Chance(0.6);
  if (Chance(0.2)) column.comment = Pick({"it's", "a \\ comment", "ä"});
  return column;
}

std::string MysqlRandomSchema::Default(const Column& column, const std::string& value) const {
  const bool is_text = IsText(column) || column.type.kind == TypeKind::kJson;
  const bool is_expression = absl::StrContains(value, "(");
  return !for_mariadb_ && (is_text || is_expression) ? absl::StrCat("(", value, ")") : value;
}

Table MysqlRandomSchema::MakeTable(const std::string& name) {
  Table table;
  table.name.name = name;
  AddOptions(table);
  AddNumbers(table);
  AddOthers(table);
  std::shuffle(table.columns.begin(), table.columns.end(), random_);
  AddChecks(table);
  AddIndexes(table);
  return table;
}

void MysqlRandomSchema::AddOptions(Table& table) {
  if (Chance(0.2)) table.comment = Pick({"it's", "a \\ comment"});
  if (Chance(0.1)) table.options["row_format"] = Pick({"DYNAMIC", "COMPACT"});
  if (Chance(0.2)) {
    table.options["collation"] = Pick({"latin1_bin", "utf8mb4_bin", "latin1_swedish_ci"});
  }
}

void MysqlRandomSchema::AddNumbers(Table& table) {
  Column id = MakeColumn("id", {"int(11)", "bigint(20)"});
  id.nullable = false;
  if (Chance(0.5)) id.identity = Identity::kAutoIncrement;
  table.columns.push_back(id);
  table.primary_key = PrimaryKey{"", {"id"}};
  if (Chance(0.2)) return;
  Column number =
      MakeColumn(kNumbers[Chance(0.5)], {"int(11)", "bigint(20)", "smallint(6)", "decimal(10,2)"});
  // To MySQL a column with an expression is a generated one, which must come before another.
  if (Chance(0.4)) number.default_value = Pick({"1", "7", for_mariadb_ ? "(1 + 2)" : "3"});
  table.columns.push_back(number);
  if (!number.nullable && Chance(0.2)) {
    table.primary_key = PrimaryKey{"", {"id", number.name}};
  }
  if (!Chance(0.3)) return;
  Column generated;
  generated.name = "g";
  generated.type = Driver().ReadType("bigint(20)");
  generated.generated = absl::StrCat("`", number.name, "` + ", Pick({"1", "2"}));
  generated.generated_stored = Chance(0.5);
  table.columns.push_back(generated);
}

void MysqlRandomSchema::AddOthers(Table& table) {
  if (Chance(0.6)) {
    Column b = MakeColumn("b", {"varchar(20)", "varchar(40)", "char(9)", "text"});
    if (Chance(0.4)) {
      b.default_value = Default(b, Pick({"'it''s \\\\'", "''", "concat('b','c')"}));
    }
    if (Chance(0.2)) b.collation = "utf8mb4_unicode_ci";
    table.columns.push_back(b);
  }
  if (Chance(0.4)) table.columns.push_back(MakeColumn("c", {"text", "longtext", "mediumtext"}));
  if (Chance(0.4)) table.columns.push_back(MakeColumn("d", {"decimal(10,2)", "double", "float"}));
  if (Chance(0.4)) {
    Column e = MakeColumn("e", {"enum('a','b')", "enum('a','it''s')", "set('a','b')"});
    if (Chance(0.4)) e.default_value = "'a'";
    table.columns.push_back(e);
  }
  if (Chance(0.4)) {
    Column json = MakeColumn("j", {"json", "longtext"});
    if (!json.nullable) json.default_value = Default(json, "'1'");
    table.columns.push_back(json);
  }
  if (Chance(0.4)) table.columns.push_back(MakeColumn("group", {"tinyint(1)", "int(10) unsigned"}));
  if (Chance(0.3)) table.columns.push_back(MakeColumn("Mixed Case", {"varchar(5)", "char(5)"}));
  if (Chance(0.4)) {
    Column at = MakeColumn("dt", {"datetime", "datetime(6)", "timestamp"});
    const std::string now =
        absl::StrCat("current_timestamp(", absl::EndsWith(at.type.native, "(6)") ? "6" : "", ")");
    if (!at.nullable || Chance(0.3)) at.default_value = now;
    if (Chance(0.3)) at.on_update = now;
    table.columns.push_back(at);
  }
}

void MysqlRandomSchema::AddChecks(Table& table) {
  const Column* number = NumberOf(table);
  if (number == nullptr) return;
  const std::string name = absl::StrCat("`", number->name, "`");
  // MySQL's checks are never of a column, and have names of the whole database.
  const std::string prefix = for_mariadb_ ? "" : absl::StrCat(table.name.name, "_");
  if (for_mariadb_ && Chance(0.3)) {
    CheckConstraint check;
    check.name = number->name;
    check.of_column = true;
    check.expression = absl::StrCat(name, " >= 0");
    table.checks.push_back(check);
  }
  if (Chance(0.3)) {
    table.checks.push_back(
        {absl::StrCat(prefix, Pick({"c1", "c2"})), absl::StrCat(name, Pick({" < 100", " < 200"}))});
  }
  const Column* b = FindColumn(table, "b");
  if (b != nullptr && Chance(0.2)) {
    table.checks.push_back(
        {absl::StrCat(prefix, "both"), absl::StrCat(name, " <> 55 or `b` <> 'x'")});
  }
}

void MysqlRandomSchema::AddIndexes(Table& table) {
  const Column* number = NumberOf(table);
  const Column* b = FindColumn(table, "b");
  if (number != nullptr && Chance(0.4)) {
    table.uniques.push_back({Pick({"u1", "u2"}), {number->name, "id"}});
  }
  if (b != nullptr && !IsText(*b) && Chance(0.3)) table.uniques.push_back({"ub", {"b"}});
  if (b != nullptr && Chance(0.3)) {
    Index index{"kb", Chance(0.5), {Part("b", false, Chance(0.5) || IsText(*b) ? 4 : 0)}};
    index.unique = index.unique && index.parts[0].prefix_length > 0;
    if (Chance(0.3)) index.comment = "it's";
    table.indexes.push_back(index);
  }
  if (number != nullptr && Chance(0.4)) {
    table.indexes.push_back(
        {Pick({"k1", "k2"}), false, {Part(number->name, Chance(0.3)), Part("id", Chance(0.3))}});
  }
  if (FindColumn(table, "g") != nullptr && Chance(0.5)) {
    table.indexes.push_back({"kg", false, {Part("g"), Part("id")}});
  }
  if (FindColumn(table, "c") != nullptr && Chance(0.3)) {
    Index index{"kf", false, {Part("c")}};
    index.method = "FULLTEXT";
    table.indexes.push_back(index);
  }
}

void MysqlRandomSchema::AddForeignKeys(Table& table, const std::vector<Table>& tables) {
  for (const char* name : {"parent", "ref"}) {
    if (!Chance(0.5)) continue;
    const size_t place = std::uniform_int_distribution<size_t>(0, tables.size() - 1)(random_);
    const Table& target = tables[place];
    const Column* number = NumberOf(target);
    // MySQL wants a whole unique key.
    if (!for_mariadb_ && target.primary_key->columns.size() > 1) continue;
    const bool by_number = for_mariadb_ && number != nullptr && !target.uniques.empty() &&
                           target.uniques[0].columns[0] == number->name && Chance(0.5);
    const Column& referenced = by_number ? *number : *FindColumn(target, "id");
    Column column;
    column.name = name;
    column.type = referenced.type;
    table.columns.push_back(column);
    ForeignKey key;
    if (Chance(0.7)) key.name = absl::StrCat(table.name.name, "_", name, Pick({"", "_x"}));
    key.columns = {name};
    key.referenced_table = target.name;
    key.referenced_columns = {referenced.name};
    key.on_delete = Pick({"", "CASCADE", "SET NULL"});
    key.on_update = Pick({"", "CASCADE"});
    table.foreign_keys.push_back(key);
    if (Chance(0.2)) {
      key.name = absl::StrCat(table.name.name, "_", name, "_again");
      table.foreign_keys.push_back(key);
    }
    if (Chance(0.2)) table.indexes.push_back({absl::StrCat("k", name), false, {Part(name)}});
    if (Chance(0.2)) {
      table.indexes.push_back({absl::StrCat("l", name), false, {Part(name), Part("id")}});
    }
  }
}

void MysqlRandomSchema::AddViews(Catalog& catalog) {
  std::vector<View> views;
  for (const Table& table : catalog.tables) {
    if (!Chance(0.3)) continue;
    const Column& column = table.columns.back();
    View view;
    view.name.name = absl::StrCat("all ", table.name.name);
    view.definition =
        absl::StrCat("select `", column.name, "` AS `x` from `", table.name.name, "`");
    if (Chance(0.2)) view.options["security"] = "INVOKER";
    views.push_back(view);
    if (!Chance(0.3)) continue;
    View second;
    second.name.name = absl::StrCat("a view of ", table.name.name);
    second.definition = absl::StrCat("select `x` from `", view.name.name, "`");
    second.reads = {view.name};
    views.push_back(second);
  }
  catalog.views = std::move(views);
}

}  // namespace brant
