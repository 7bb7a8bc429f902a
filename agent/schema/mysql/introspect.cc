#include "agent/schema/mysql/introspect.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/base/error.h"
#include "agent/schema/mysql/columns.h"
#include "agent/schema/mysql/identifiers.h"
#include "agent/schema/mysql/own_indexes.h"
#include "agent/schema/mysql/server.h"
#include "agent/schema/mysql/table_parts.h"
#include "agent/schema/mysql/view_text.h"
#include "agent/schema/selection.h"

namespace brant::mysql {
namespace {

using Row = std::vector<std::optional<std::string>>;

// From where the check constraints are in the catalogue.
constexpr int kMariaDbWithChecks = 100222;
constexpr int kMysqlWithChecks = 80016;
constexpr int kMysqlWithExpressionIndexes = 80013;

std::string Text(const Row& row, size_t place) { return row[place].value_or(""); }

// RESTRICT and NO ACTION are the same to these servers.
std::string RuleOf(const std::string& rule) {
  return rule == "RESTRICT" || rule == "NO ACTION" ? "" : rule;
}

// `name(`, with quotes or not.
bool Calls(absl::string_view sql, absl::string_view name) {
  const auto is_word = [](char c) { return absl::ascii_isalnum(c) || c == '_' || c == '$'; };
  const std::string text = absl::AsciiStrToLower(sql);
  const std::string word = absl::AsciiStrToLower(name);
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    if (at > 0 && is_word(text[at - 1])) continue;
    absl::string_view rest = absl::string_view(text).substr(at + word.size());
    absl::ConsumePrefix(&rest, "`");
    if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(rest), "(")) return true;
  }
  return false;
}

class Introspector {
 public:
  Introspector(Session& session, const Selection& selection, Server server)
      : session_(session), selection_(selection), server_(std::move(server)) {
    catalog_.dialect = Dialect::kMysql;
    catalog_.of_mariadb = server_.is_mariadb;
  }

  absl::StatusOr<Catalog> Run() {
    BRANT_RETURN_IF_ERROR(ReadTables());
    BRANT_RETURN_IF_ERROR(ReadColumns());
    BRANT_RETURN_IF_ERROR(ReadChecks());
    BRANT_RETURN_IF_ERROR(ReadIndexes());
    BRANT_RETURN_IF_ERROR(ReadForeignKeys());
    BRANT_RETURN_IF_ERROR(ReadRoutines());
    BRANT_RETURN_IF_ERROR(ReadTriggers());
    BRANT_RETURN_IF_ERROR(ReadViews());
    for (Table& table : catalog_.tables) RemoveOwnIndexes(table);
    SortByName(catalog_);
    return std::move(catalog_);
  }

 private:
  // The server reads the catalogue of one database only where its name is given.
  absl::StatusOr<Rows> Ask(absl::string_view sql) {
    return session_.Query(sql, {server_.database});
  }

  Table* TableOf(const std::string& name) {
    const auto found = places_.find(name);
    return found == places_.end() ? nullptr : &catalog_.tables[found->second];
  }

  absl::Status ReadTables() {
    BRANT_ASSIGN_OR_RETURN(
        Rows rows, Ask("SELECT TABLE_NAME, ENGINE, TABLE_COLLATION, CREATE_OPTIONS, TABLE_COMMENT, "
                       "TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? "
                       "AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') "
                       "ORDER BY TABLE_NAME"));
    for (const Row& row : rows) {
      Table table;
      table.name.name = Text(row, 0);
      if (!IsSelected(selection_, table.name)) continue;
      SetEngine(table, Text(row, 1));
      const std::string collation = Text(row, 2);
      SetCollation(table, server_, collation);
      ReadOptions(Text(row, 3), table);
      table.comment = Text(row, 4);
      if (Text(row, 5) == "SYSTEM VERSIONED") table.options["with system versioning"] = "";
      collations_[table.name.name] = collation;
      places_[table.name.name] = catalog_.tables.size();
      catalog_.tables.push_back(std::move(table));
    }
    return absl::OkStatus();
  }

  // `row_format=DYNAMIC stats_persistent=1`.
  static void ReadOptions(const std::string& text, Table& table) {
    for (absl::string_view option : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
      const std::pair<std::string, std::string> parts =
          absl::StrSplit(option, absl::MaxSplits('=', 1));
      if (option == "partitioned") {
        table.needs.push_back({"", absl::StrCat("PARTITION BY of ", table.name.name)});
        continue;
      }
      table.options[absl::AsciiStrToLower(parts.first)] = parts.second;
    }
  }

  absl::Status ReadColumns() {
    BRANT_ASSIGN_OR_RETURN(
        Rows rows,
        Ask("SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT, EXTRA, "
            "COLLATION_NAME, GENERATION_EXPRESSION, COLUMN_COMMENT "
            "FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? "
            "ORDER BY TABLE_NAME, ORDINAL_POSITION"));
    for (const Row& row : rows) {
      Table* table = TableOf(Text(row, 0));
      if (table == nullptr) continue;
      const ColumnRow column{Text(row, 1), Text(row, 2), Text(row, 3) == "YES", row[4],
                             Text(row, 5), Text(row, 6), Text(row, 7),          Text(row, 8)};
      table->columns.push_back(ReadColumn(server_, column, collations_[table->name.name]));
    }
    return absl::OkStatus();
  }

  absl::Status ReadChecks() {
    if (server_.version < (server_.is_mariadb ? kMariaDbWithChecks : kMysqlWithChecks)) {
      return absl::OkStatus();
    }
    BRANT_ASSIGN_OR_RETURN(
        Rows rows,
        Ask(server_.is_mariadb
                ? "SELECT TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE, LEVEL, 'YES' "
                  "FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = ?"
                : "SELECT t.TABLE_NAME, c.CONSTRAINT_NAME, c.CHECK_CLAUSE, 'Table', t.ENFORCED "
                  "FROM information_schema.TABLE_CONSTRAINTS t "
                  "JOIN information_schema.CHECK_CONSTRAINTS c "
                  "ON c.CONSTRAINT_SCHEMA = t.CONSTRAINT_SCHEMA "
                  "AND c.CONSTRAINT_NAME = t.CONSTRAINT_NAME "
                  "WHERE t.CONSTRAINT_TYPE = 'CHECK' AND t.TABLE_SCHEMA = ?"));
    for (const Row& row : rows) {
      Table* table = TableOf(Text(row, 0));
      if (table == nullptr) continue;
      CheckConstraint check;
      check.name = Text(row, 1);
      check.expression = ReadExpression(server_, Text(row, 2));
      check.of_column = Text(row, 3) == "Column";
      check.validated = Text(row, 4) == "YES";
      AddCheck(*table, collations_[table->name.name], std::move(check));
    }
    return absl::OkStatus();
  }

  absl::Status ReadIndexes() {
    const bool expressions = !server_.is_mariadb && server_.version >= kMysqlWithExpressionIndexes;
    BRANT_ASSIGN_OR_RETURN(
        Rows rows,
        Ask(absl::StrCat("SELECT TABLE_NAME, INDEX_NAME, NON_UNIQUE, COLUMN_NAME, COLLATION, "
                         "SUB_PART, INDEX_TYPE, INDEX_COMMENT, ",
                         expressions ? "EXPRESSION" : "NULL",
                         " FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ? "
                         "ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX")));
    Index index;
    Table* table = nullptr;
    for (const Row& row : rows) {
      Table* of = TableOf(Text(row, 0));
      if (of == nullptr) continue;
      if (of != table || Text(row, 1) != index.name) {
        if (table != nullptr) AddIndex(*table, std::exchange(index, Index()));
        table = of;
        index.name = Text(row, 1);
        index.unique = Text(row, 2) == "0";
        const std::string method = Text(row, 6);
        if (method == "FULLTEXT" || method == "SPATIAL") index.method = method;
        index.comment = Text(row, 7);
      }
      IndexPart part;
      part.column = Text(row, 3);
      if (row[8].has_value()) {
        part.expression = ReadExpression(server_, *row[8]);
        part.column.clear();
      }
      part.descending = Text(row, 4) == "D";
      // A spatial key has a length that nobody gave.
      if (index.method.empty() && !absl::SimpleAtoi(Text(row, 5), &part.prefix_length)) {
        part.prefix_length = 0;
      }
      index.parts.push_back(std::move(part));
    }
    if (table != nullptr) AddIndex(*table, std::move(index));
    return absl::OkStatus();
  }

  absl::Status ReadForeignKeys() {
    BRANT_ASSIGN_OR_RETURN(
        Rows rules,
        Ask("SELECT TABLE_NAME, CONSTRAINT_NAME, UPDATE_RULE, DELETE_RULE "
            "FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = ?"));
    std::map<std::pair<std::string, std::string>, const Row*> by_name;
    for (const Row& row : rules) by_name[{Text(row, 0), Text(row, 1)}] = &row;
    if (rules.empty()) return absl::OkStatus();
    BRANT_ASSIGN_OR_RETURN(
        Rows rows, Ask("SELECT TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_SCHEMA, "
                       "REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME "
                       "FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = ? "
                       "AND REFERENCED_TABLE_NAME IS NOT NULL "
                       "ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION"));
    for (const Row& row : rows) {
      Table* table = TableOf(Text(row, 0));
      const auto rule = by_name.find({Text(row, 0), Text(row, 1)});
      if (table == nullptr || rule == by_name.end()) continue;
      if (table->foreign_keys.empty() || table->foreign_keys.back().name != Text(row, 1)) {
        ForeignKey key;
        key.name = Text(row, 1);
        if (Text(row, 3) != server_.database) key.referenced_table.schema = Text(row, 3);
        key.referenced_table.name = Text(row, 4);
        key.on_update = RuleOf(Text(*rule->second, 2));
        key.on_delete = RuleOf(Text(*rule->second, 3));
        table->foreign_keys.push_back(std::move(key));
      }
      table->foreign_keys.back().columns.push_back(Text(row, 2));
      table->foreign_keys.back().referenced_columns.push_back(Text(row, 5));
    }
    return absl::OkStatus();
  }

  absl::Status ReadRoutines() {
    BRANT_ASSIGN_OR_RETURN(Rows rows,
                           Ask("SELECT ROUTINE_NAME, ROUTINE_TYPE FROM information_schema.ROUTINES "
                               "WHERE ROUTINE_SCHEMA = ? ORDER BY ROUTINE_NAME"));
    for (const Row& row : rows) {
      routines_[Text(row, 0)] =
          absl::StrCat(absl::AsciiStrToLower(Text(row, 1)), " ", Text(row, 0));
    }
    return absl::OkStatus();
  }

  std::vector<Need> NeedsOf(const std::string& part, absl::string_view sql) const {
    std::vector<Need> needs;
    for (const auto& [name, routine] : routines_) {
      if (Calls(sql, name)) needs.push_back({part, routine});
    }
    return needs;
  }

  absl::Status ReadTriggers() {
    BRANT_ASSIGN_OR_RETURN(
        Rows rows,
        Ask("SELECT EVENT_OBJECT_TABLE, TRIGGER_NAME, ACTION_TIMING, EVENT_MANIPULATION, "
            "ACTION_STATEMENT FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ? "
            "ORDER BY EVENT_OBJECT_TABLE, TRIGGER_NAME"));
    for (const Row& row : rows) {
      Table* table = TableOf(Text(row, 0));
      if (table == nullptr) continue;
      table->triggers.push_back(
          {Text(row, 1),
           absl::StrCat("CREATE TRIGGER ", QuoteIdentifier(Text(row, 1)), " ", Text(row, 2), " ",
                        Text(row, 3), " ON ", QuoteIdentifier(Text(row, 0)), " FOR EACH ROW ",
                        Text(row, 4))});
      for (Need& need : NeedsOf(Text(row, 1), Text(row, 4))) table->needs.push_back(need);
    }
    return absl::OkStatus();
  }

  absl::Status ReadViews() {
    BRANT_ASSIGN_OR_RETURN(Rows rows,
                           Ask(absl::StrCat("SELECT TABLE_NAME, VIEW_DEFINITION, CHECK_OPTION, "
                                            "SECURITY_TYPE, ",
                                            server_.is_mariadb ? "ALGORITHM" : "'UNDEFINED'",
                                            " FROM information_schema.VIEWS WHERE TABLE_SCHEMA = ? "
                                            "ORDER BY TABLE_NAME")));
    std::set<std::string> names;
    for (const Row& row : rows) names.insert(Text(row, 0));
    for (const Row& row : rows) {
      View view;
      view.name.name = Text(row, 0);
      const bool selected = IsSelected(selection_, view.name);
      ViewText text = ReadViewText(Text(row, 1), server_.database);
      view.definition = std::move(text.definition);
      view.needs = NeedsOf("", view.definition);
      for (const std::string& name : text.reads) {
        if (names.contains(name) || TableOf(name) != nullptr) view.reads.push_back({"", name});
      }
      if (Text(row, 2) != "NONE") view.options["check_option"] = Text(row, 2);
      if (Text(row, 3) != "DEFINER") view.options["security"] = Text(row, 3);
      if (Text(row, 4) != "UNDEFINED") view.options["algorithm"] = Text(row, 4);
      (selected ? catalog_.views : catalog_.excluded_views).push_back(std::move(view));
    }
    return absl::OkStatus();
  }

  Session& session_;
  const Selection& selection_;
  const Server server_;
  Catalog catalog_;
  std::map<std::string, size_t> places_;
  // What people call stored functions and procedures, by name.
  std::map<std::string, std::string> routines_;
  // Of tables, by name.
  std::map<std::string, std::string> collations_;
};

}  // namespace

absl::StatusOr<Catalog> IntrospectDatabase(Session& session, const Selection& selection) {
  BRANT_ASSIGN_OR_RETURN(Server server, AskServer(session));
  return Introspector(session, selection, std::move(server)).Run();
}

}  // namespace brant::mysql
