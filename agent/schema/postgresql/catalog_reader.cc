#include "agent/schema/postgresql/catalog_reader.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/schema/postgresql/catalog_queries.h"
#include "agent/schema/postgresql/identifier.h"
#include "agent/schema/postgresql/sequence_options.h"
#include "agent/schema/postgresql/types.h"
#include "agent/schema/selection.h"

namespace brant {
namespace {

using Field = std::optional<std::string>;

std::string Text(const Field& field) { return field.value_or(""); }
bool IsTrue(const Field& field) { return field == "t" || field == "true"; }

std::vector<std::string> List(const Field& field) {
  if (!field.has_value() || field->empty()) return {};
  return absl::StrSplit(*field, kListSeparator);
}

// `name=value`, as reloptions are.
std::map<std::string, std::string> Options(const Field& field) {
  std::map<std::string, std::string> options;
  for (const std::string& option : List(field)) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(option, absl::MaxSplits('=', 1));
    options.insert(parts);
  }
  return options;
}

std::optional<int64_t> Number(const Field& field) {
  int64_t number = 0;
  if (!field.has_value() || !absl::SimpleAtoi(*field, &number)) return std::nullopt;
  return number;
}

// pg_get_viewdef() writes a whole statement.
std::string Query(const Field& definition) {
  const std::string whole = Text(definition);
  absl::string_view text = absl::StripAsciiWhitespace(whole);
  absl::ConsumeSuffix(&text, ";");
  return std::string(text);
}

// confupdtype and confdeltype.
std::string Action(const Field& code) {
  switch (code.has_value() && !code->empty() ? code->front() : ' ') {
    case 'r':
      return "RESTRICT";
    case 'c':
      return "CASCADE";
    case 'n':
      return "SET NULL";
    case 'd':
      return "SET DEFAULT";
    default:
      return "";
  }
}

// tgenabled.
std::string TriggerState(const Field& code) {
  if (code == "D") return "DISABLE";
  if (code == "R") return "ENABLE REPLICA";
  return code == "A" ? "ENABLE ALWAYS" : "";
}

// ` (a, b)` of ON DELETE SET NULL (a, b), which PostgreSQL 15 has.
std::string ActionColumns(const Field& columns) {
  if (!columns.has_value()) return "";
  return absl::StrCat(" (", QuoteListPostgresql(List(columns)), ")");
}

ForeignKey ReadForeignKey(const std::vector<Field>& row, ObjectName referenced) {
  ForeignKey key;
  key.name = Text(row[1]);
  key.columns = List(row[7]);
  key.referenced_table = std::move(referenced);
  key.referenced_columns = List(row[10]);
  key.on_update = Action(row[11]);
  key.on_delete = absl::StrCat(Action(row[12]), ActionColumns(row[17]));
  if (row[13] == "f") key.match = "FULL";
  key.deferrable = IsTrue(row[3]);
  key.initially_deferred = IsTrue(row[4]);
  key.validated = IsTrue(row[5]);
  return key;
}

// What a row of a table says of things that Brant does not write.
std::vector<std::string> ReadNotWritten(const std::vector<Field>& row) {
  std::vector<std::string> remarks;
  if (row[9].has_value()) {
    remarks.push_back(absl::StrCat("it inherits ", *row[9], ", which is not written here"));
  }
  if (IsTrue(row[10])) {
    remarks.emplace_back("its row level security and policies are not made here");
  }
  if (row[11].has_value()) {
    remarks.push_back(absl::StrCat("its rules are not made here: ", *row[11]));
  }
  if (IsTrue(row[12])) remarks.emplace_back("its partitions are not made here");
  return remarks;
}

// What a row says of the key of an index.
IndexPart ReadIndexPart(const std::vector<Field>& row) {
  IndexPart part;
  part.column = Text(row[10]);
  part.expression = Text(row[11]);
  const int64_t bits = Number(row[12]).value_or(0);
  part.descending = (bits & 1) != 0;
  const bool nulls_first = (bits & 2) != 0;
  if (nulls_first != part.descending) part.nulls_first = nulls_first;
  part.collation = Text(row[13]);
  part.operator_class = Text(row[14]);
  if (row[15].has_value()) {
    absl::StrAppend(&part.operator_class, " (",
                    absl::StrJoin(Options(row[15]), ", ", absl::PairFormatter("=")), ")");
  }
  return part;
}

Index ReadIndex(const std::vector<Field>& row) {
  Index index;
  index.name = Text(row[2]);
  index.unique = IsTrue(row[3]);
  if (row[4] != "btree") index.method = Text(row[4]);
  index.predicate = Text(row[5]);
  index.nulls_not_distinct = IsTrue(row[6]);
  index.options = Options(row[7]);
  index.comment = Text(row[8]);
  return index;
}

}  // namespace

ObjectName PostgresqlCatalogReader::Name(const std::string& schema, const std::string& name) const {
  return {schema == schemas_.default_schema ? "" : schema, name};
}

Table* PostgresqlCatalogReader::FindTable(const std::string& oid) {
  const auto found = tables_.find(oid);
  return found == tables_.end() ? nullptr : &catalog_.tables[found->second];
}

Column* PostgresqlCatalogReader::FindColumn(const std::string& table, const std::string& number) {
  const auto found = columns_.find({table, number});
  if (found == columns_.end()) return nullptr;
  for (Column& column : FindTable(table)->columns) {
    if (column.name == found->second) return &column;
  }
  return nullptr;
}

std::vector<Index>* PostgresqlCatalogReader::IndexesOf(const std::string& relation) {
  if (Table* table = FindTable(relation); table != nullptr) return &table->indexes;
  const auto found = views_.find(relation);
  return found == views_.end() ? nullptr : &catalog_.views[found->second].indexes;
}

void PostgresqlCatalogReader::AddEnums(const Rows& rows) {
  for (const auto& row : rows) {
    EnumType type;
    type.name = Name(Text(row[1]), Text(row[2]));
    type.labels = List(row[3]);
    type.comment = Text(row[4]);
    if (IsTrue(row[5]) && IsSelected(selection_, type.name)) catalog_.enums.push_back(type);
    enums_[Text(row[0])] = std::move(type);
  }
}

void PostgresqlCatalogReader::AddRelations(const Rows& rows) {
  for (const auto& row : rows) {
    const ObjectName name = Name(Text(row[1]), Text(row[2]));
    const bool is_view = row[3] == "v" || row[3] == "m";
    if (!IsSelected(selection_, name)) {
      if (is_view) excluded_[Text(row[0])] = {.name = name, .definition = Query(row[8])};
      continue;
    }
    if (is_view) {
      View view;
      view.name = name;
      view.materialized = row[3] == "m";
      view.definition = Query(row[8]);
      view.options = Options(row[5]);
      view.comment = Text(row[6]);
      views_[Text(row[0])] = catalog_.views.size();
      catalog_.views.push_back(std::move(view));
      continue;
    }
    Table table;
    table.name = name;
    table.options = Options(row[5]);
    if (row[4] == "u") table.options["unlogged"] = "";
    if (row[7].has_value()) table.options["partition by"] = *row[7];
    table.comment = Text(row[6]);
    table.not_written = ReadNotWritten(row);
    tables_[Text(row[0])] = catalog_.tables.size();
    catalog_.tables.push_back(std::move(table));
  }
}

void PostgresqlCatalogReader::AddColumns(const Rows& rows) {
  for (const auto& row : rows) {
    Table* table = FindTable(Text(row[0]));
    if (table == nullptr) continue;
    Column column;
    column.name = Text(row[2]);
    column.type = ReadPostgresqlType(Text(row[3]));
    if (const auto found = enums_.find(Text(row[10])); found != enums_.end()) {
      column.type.kind = TypeKind::kEnum;
      column.type.labels = found->second.labels;
      column.type.enum_name = Describe(found->second.name);
    }
    column.nullable = !IsTrue(row[4]);
    column.collation = Text(row[5]);
    if (row[6] == "a") column.identity = Identity::kAlways;
    if (row[6] == "d") column.identity = Identity::kByDefault;
    if (row[7].has_value() && !row[7]->empty()) {
      column.generated = Text(row[8]);
      column.generated_stored = row[7] == "s";
    } else {
      column.default_value = row[8];
    }
    column.comment = Text(row[9]);
    columns_[{Text(row[0]), Text(row[1])}] = column.name;
    table->columns.push_back(std::move(column));
  }
}

void PostgresqlCatalogReader::AddSequences(const Rows& rows) {
  for (const auto& row : rows) {
    Sequence sequence;
    sequence.name = Name(Text(row[0]), Text(row[1]));
    SequenceOptions& options = sequence.options;
    options.data_type = Text(row[2]);
    options.start = Number(row[3]);
    options.increment = Number(row[4]);
    options.min_value = Number(row[5]);
    options.max_value = Number(row[6]);
    options.cache = Number(row[7]);
    options.cycle = IsTrue(row[8]);
    sequence.comment = Text(row[9]);
    const bool owned = row[10].has_value();
    Column* owner = owned ? FindColumn(Text(row[10]), Text(row[11])) : nullptr;
    if (row[12] == "i") {
      if (owner != nullptr) {
        const std::string& type = owner->type.native;
        owner->sequence = NormalizeSequence(OfColumnType(options, type), type);
      }
      continue;
    }
    const bool is_integer =
        owner != nullptr && (owner->type.native == "smallint" || owner->type.native == "integer" ||
                             owner->type.native == "bigint");
    if (is_integer && owner->default_value.has_value() && owner->default_value == row[13]) {
      owner->identity = Identity::kSerial;
      owner->default_value.reset();
      owner->sequence = NormalizeSequence(options, owner->type.native);
      continue;
    }
    // One whose owner was not selected is left alone with it.
    if (owned && owner == nullptr) continue;
    options = NormalizeSequence(options, "bigint");
    if (IsSelected(selection_, sequence.name)) catalog_.sequences.push_back(std::move(sequence));
  }
}

void PostgresqlCatalogReader::AddConstraints(const Rows& rows) {
  for (const auto& row : rows) {
    Table* table = FindTable(Text(row[0]));
    if (table == nullptr) continue;
    const bool deferrable = IsTrue(row[3]);
    const bool deferred = IsTrue(row[4]);
    switch (Text(row[2])[0]) {
      case 'p':
        table->primary_key = PrimaryKey{Text(row[1]), List(row[7]), deferrable, deferred};
        break;
      case 'u':
        table->uniques.push_back(UniqueConstraint{Text(row[1]), List(row[7]), List(row[15]),
                                                  IsTrue(row[16]), deferrable, deferred});
        break;
      case 'c':
        table->checks.push_back(
            CheckConstraint{Text(row[1]), Text(row[14]), IsTrue(row[6]), IsTrue(row[5])});
        break;
      case 'f':
        table->foreign_keys.push_back(ReadForeignKey(row, Name(Text(row[8]), Text(row[9]))));
        break;
      default:
        table->exclusions.push_back(ExclusionConstraint{Text(row[1]), Text(row[14])});
        break;
    }
  }
}

void PostgresqlCatalogReader::AddIndexes(const Rows& rows) {
  std::string last;
  for (const auto& row : rows) {
    std::vector<Index>* indexes = IndexesOf(Text(row[1]));
    if (indexes == nullptr) continue;
    if (Text(row[0]) != last) indexes->push_back(ReadIndex(row));
    last = Text(row[0]);
    Index& index = indexes->back();
    if (IsTrue(row[9])) {
      index.included.push_back(Text(row[10]));
    } else {
      index.parts.push_back(ReadIndexPart(row));
    }
  }
}

void PostgresqlCatalogReader::AddViewReads(const Rows& rows) {
  for (const auto& row : rows) {
    const std::string oid = Text(row[0]);
    const ObjectName read = Name(Text(row[4]), Text(row[5]));
    if (const auto found = views_.find(oid); found != views_.end()) {
      catalog_.views[found->second].reads.push_back(read);
      continue;
    }
    const bool is_compared = absl::c_linear_search(schemas_.all, Text(row[4]));
    if (!is_compared || !IsSelected(selection_, read)) continue;
    View& view = excluded_[oid];
    if (view.definition.empty()) {
      view.name = Name(Text(row[1]), Text(row[2]));
      view.definition = Query(row[3]);
    }
    view.reads.push_back(read);
  }
}

void PostgresqlCatalogReader::AddTriggers(const Rows& rows) {
  for (const auto& row : rows) {
    Trigger trigger{Text(row[1]), Text(row[2]), TriggerState(row[3])};
    if (Table* table = FindTable(Text(row[0])); table != nullptr) {
      table->triggers.push_back(std::move(trigger));
    } else if (const auto found = views_.find(Text(row[0])); found != views_.end()) {
      catalog_.views[found->second].triggers.push_back(std::move(trigger));
    }
  }
}

void PostgresqlCatalogReader::AddNeeds(const Rows& rows) {
  for (const auto& row : rows) {
    Need need{Text(row[1]), Text(row[2])};
    if (Table* table = FindTable(Text(row[0])); table != nullptr) {
      table->needs.push_back(std::move(need));
    } else if (const auto found = views_.find(Text(row[0])); found != views_.end()) {
      catalog_.views[found->second].needs.push_back(std::move(need));
    }
  }
}

Catalog PostgresqlCatalogReader::Take() {
  catalog_.dialect = Dialect::kPostgresql;
  for (auto& [oid, view] : excluded_) {
    if (!view.reads.empty()) catalog_.excluded_views.push_back(std::move(view));
  }
  SortByName(catalog_);
  return std::move(catalog_);
}

}  // namespace brant
