#include "agent/schema/sqlite/declaration.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/schema/sqlite/tokens.h"
#include "agent/schema/sqlite/types.h"

namespace brant {
namespace {

using Tokens = std::vector<SqliteToken>;

// Goes over tokens. At the end there is an empty symbol for ever.
class Cursor {
 public:
  explicit Cursor(Tokens tokens) : tokens_(std::move(tokens)) {}

  const SqliteToken& Peek(size_t ahead = 0) const {
    static const SqliteToken kEnd = {SqliteTokenKind::kSymbol, ""};
    return at_ + ahead < tokens_.size() ? tokens_[at_ + ahead] : kEnd;
  }
  bool AtEnd() const { return at_ >= tokens_.size(); }
  SqliteToken Next() {
    SqliteToken token = Peek();
    ++at_;
    return token;
  }
  // Skips a word if it comes next.
  bool Take(absl::string_view upper) {
    if (!Peek().IsWord(upper)) return false;
    ++at_;
    return true;
  }
  bool TakeSymbol(absl::string_view symbol) {
    if (!Peek().IsSymbol(symbol)) return false;
    ++at_;
    return true;
  }
  // What is between the parenthesis that comes next and its closing one.
  Tokens TakeParenthesized() {
    Tokens inner;
    if (!TakeSymbol("(")) return inner;
    for (int depth = 1; !AtEnd();) {
      SqliteToken token = Next();
      if (token.IsSymbol("(")) ++depth;
      if (token.IsSymbol(")") && --depth == 0) break;
      inner.push_back(std::move(token));
    }
    return inner;
  }

 private:
  Tokens tokens_;
  size_t at_ = 0;
};

// Splits at the commas that are in no parentheses.
std::vector<Tokens> SplitItems(const Tokens& tokens) {
  std::vector<Tokens> items(1);
  int depth = 0;
  for (const SqliteToken& token : tokens) {
    if (token.IsSymbol("(")) ++depth;
    if (token.IsSymbol(")")) --depth;
    if (depth == 0 && token.IsSymbol(",")) {
      items.emplace_back();
    } else {
      items.back().push_back(token);
    }
  }
  return items;
}

// Whether one pair of parentheses goes around all.
bool IsEnclosed(const Tokens& tokens) {
  if (tokens.size() < 2 || !tokens.front().IsSymbol("(")) return false;
  int depth = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].IsSymbol("(")) ++depth;
    if (tokens[i].IsSymbol(")") && --depth == 0) return i + 1 == tokens.size();
  }
  return false;
}

Tokens Unwrap(Tokens tokens) {
  while (IsEnclosed(tokens)) tokens = Tokens(tokens.begin() + 1, tokens.end() - 1);
  return tokens;
}

bool BeginsConstraint(const SqliteToken& token) {
  return absl::c_any_of(
      std::vector<absl::string_view>{"CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK",
                                     "DEFAULT", "COLLATE", "REFERENCES", "GENERATED", "AS"},
      [&token](absl::string_view word) { return token.IsWord(word); });
}

bool BeginsTableConstraint(const SqliteToken& token) {
  return token.IsWord("CONSTRAINT") || token.IsWord("PRIMARY") || token.IsWord("UNIQUE") ||
         token.IsWord("CHECK") || token.IsWord("FOREIGN");
}

std::vector<std::string> Names(const Tokens& list) {
  std::vector<std::string> names;
  for (const Tokens& item : SplitItems(list)) {
    if (!item.empty()) names.push_back(item.front().text);
  }
  return names;
}

class TableReader {
 public:
  absl::StatusOr<Table> Read(absl::string_view sql) {
    Cursor cursor(TokenizeSqlite(sql));
    cursor.Take("CREATE");
    if (!cursor.Take("TABLE")) {
      return Error(v1::ERROR_REASON_INTERNAL, "this is no CREATE TABLE").Statement(sql);
    }
    if (cursor.Take("IF")) {
      cursor.Take("NOT");
      cursor.Take("EXISTS");
    }
    table_.name.name = cursor.Next().text;
    if (cursor.TakeSymbol(".")) table_.name.name = cursor.Next().text;
    if (!cursor.Peek().IsSymbol("(")) {
      return Error(v1::ERROR_REASON_INTERNAL, "this CREATE TABLE can't be read").Statement(sql);
    }
    const std::vector<Tokens> items = SplitItems(cursor.TakeParenthesized());
    for (const Tokens& item : items) {
      if (!item.empty() && !BeginsTableConstraint(item.front())) {
        columns_.insert(item.front().text);
      }
    }
    for (const Tokens& item : items) {
      Cursor inner(item);
      if (!BeginsTableConstraint(inner.Peek())) {
        ReadColumn(inner);
      } else {
        ReadTableConstraints(inner);
      }
    }
    while (!cursor.AtEnd()) {
      if (cursor.Take("WITHOUT")) table_.options["without rowid"] = "";
      if (cursor.Take("STRICT")) table_.options["strict"] = "";
      cursor.Next();
    }
    Finish();
    return std::move(table_);
  }

 private:
  void ReadColumn(Cursor& cursor) {
    Column column;
    column.name = cursor.Next().text;
    std::string type;
    while (!cursor.AtEnd() && !BeginsConstraint(cursor.Peek())) {
      if (cursor.Peek().IsSymbol("(")) {
        absl::StrAppend(&type, "(");
        for (const SqliteToken& token : cursor.TakeParenthesized()) {
          absl::StrAppend(&type, absl::AsciiStrToUpper(token.text));
        }
        absl::StrAppend(&type, ")");
      } else {
        absl::StrAppend(&type, type.empty() ? "" : " ", absl::AsciiStrToUpper(cursor.Next().text));
      }
    }
    column.type = ReadSqliteType(type);
    std::string name;
    while (!cursor.AtEnd()) {
      if (cursor.Take("CONSTRAINT")) {
        name = cursor.Next().text;
        continue;
      }
      ReadColumnConstraint(cursor, column, std::exchange(name, ""));
    }
    table_.columns.push_back(std::move(column));
  }

  void ReadColumnConstraint(Cursor& cursor, Column& column, const std::string& name) {
    if (cursor.Take("PRIMARY")) {
      cursor.Take("KEY");
      descending_key_ = cursor.Take("DESC");
      cursor.Take("ASC");
      table_.primary_key = PrimaryKey{name, {column.name}};
      table_.primary_key->on_conflict = TakeConflict(cursor);
      if (cursor.Take("AUTOINCREMENT")) column.identity = Identity::kAutoIncrement;
    } else if (cursor.Take("NOT")) {
      cursor.Take("NULL");
      column.on_conflict = TakeConflict(cursor);
      column.nullable = false;
    } else if (cursor.Take("UNIQUE")) {
      table_.uniques.push_back({name, {column.name}});
      table_.uniques.back().on_conflict = TakeConflict(cursor);
    } else if (cursor.Take("CHECK")) {
      ReadCheck(cursor, name);
    } else if (cursor.Take("DEFAULT")) {
      column.default_value = ReadDefault(cursor);
    } else if (cursor.Take("COLLATE")) {
      column.collation = absl::AsciiStrToUpper(cursor.Next().text);
      if (column.collation == "BINARY") column.collation.clear();
    } else if (cursor.Peek().IsWord("REFERENCES")) {
      ReadReference(cursor, name, {column.name});
    } else if (cursor.Take("AS")) {
      column.generated = CanonicalSqlite(Unwrap(cursor.TakeParenthesized()), columns_);
      column.generated_stored = cursor.Take("STORED");
      cursor.Take("VIRTUAL");
    } else {
      // NULL, GENERATED, ALWAYS: they say nothing by themselves.
      cursor.Next();
    }
  }

  std::string ReadDefault(Cursor& cursor) {
    if (cursor.Peek().IsSymbol("(")) {
      return CanonicalSqlite(Unwrap(cursor.TakeParenthesized()), {});
    }
    std::string sign;
    if (cursor.TakeSymbol("-")) sign = "-";
    cursor.TakeSymbol("+");
    SqliteToken token = cursor.Next();
    // A bare word other than a constant is a string here.
    const bool is_constant = token.IsWord("NULL") || token.IsWord("TRUE") ||
                             token.IsWord("FALSE") || token.IsWord("CURRENT_TIMESTAMP") ||
                             token.IsWord("CURRENT_DATE") || token.IsWord("CURRENT_TIME");
    if (token.IsName() && !is_constant) token.kind = SqliteTokenKind::kString;
    return absl::StrCat(sign, CanonicalSqlite({token}, {}));
  }

  void ReadTableConstraints(Cursor& cursor) {
    std::string name;
    while (!cursor.AtEnd()) {
      if (cursor.Take("CONSTRAINT")) {
        name = cursor.Next().text;
      } else if (cursor.Take("PRIMARY")) {
        cursor.Take("KEY");
        const Tokens list = cursor.TakeParenthesized();
        descending_key_ = !list.empty() && list.back().IsWord("DESC");
        table_.primary_key = PrimaryKey{std::exchange(name, ""), Names(list)};
        if (!list.empty() && list.back().IsWord("AUTOINCREMENT")) autoincrement_ = true;
        table_.primary_key->on_conflict = TakeConflict(cursor);
      } else if (cursor.Take("UNIQUE")) {
        table_.uniques.push_back({std::exchange(name, ""), Names(cursor.TakeParenthesized())});
        table_.uniques.back().on_conflict = TakeConflict(cursor);
      } else if (cursor.Take("CHECK")) {
        ReadCheck(cursor, std::exchange(name, ""));
      } else if (cursor.Take("FOREIGN")) {
        cursor.Take("KEY");
        std::vector<std::string> columns = Names(cursor.TakeParenthesized());
        ReadReference(cursor, std::exchange(name, ""), std::move(columns));
      } else {
        cursor.Next();
      }
    }
  }

  void ReadCheck(Cursor& cursor, const std::string& name) {
    table_.checks.push_back({name, CanonicalSqlite(Unwrap(cursor.TakeParenthesized()), columns_)});
    // That of a check means nothing to SQLite.
    TakeConflict(cursor);
  }

  void ReadReference(Cursor& cursor, const std::string& name, std::vector<std::string> columns) {
    ForeignKey key;
    key.name = name;
    key.columns = std::move(columns);
    cursor.Take("REFERENCES");
    key.referenced_table.name = cursor.Next().text;
    if (cursor.Peek().IsSymbol("(")) key.referenced_columns = Names(cursor.TakeParenthesized());
    for (;;) {
      if (cursor.Take("ON")) {
        const bool is_delete = cursor.Take("DELETE");
        cursor.Take("UPDATE");
        std::string action = absl::AsciiStrToUpper(cursor.Next().text);
        if (action == "SET" || action == "NO") {
          absl::StrAppend(&action, " ", absl::AsciiStrToUpper(cursor.Next().text));
        }
        if (action == "NO ACTION") action.clear();
        (is_delete ? key.on_delete : key.on_update) = action;
      } else if (cursor.Take("MATCH")) {
        // Read and ignored by SQLite.
        cursor.Next();
      } else if (cursor.Peek().IsWord("NOT") && cursor.Peek(1).IsWord("DEFERRABLE")) {
        cursor.Next();
        cursor.Next();
        TakeInitially(cursor);
      } else if (cursor.Take("DEFERRABLE")) {
        // SQLite defers only what is initially deferred.
        key.deferrable = key.initially_deferred = TakeInitially(cursor);
      } else {
        break;
      }
    }
    table_.foreign_keys.push_back(std::move(key));
  }

  static bool TakeInitially(Cursor& cursor) {
    if (!cursor.Take("INITIALLY")) return false;
    return cursor.Next().IsWord("DEFERRED");
  }

  // Empty for ABORT, which is the default.
  static std::string TakeConflict(Cursor& cursor) {
    if (!cursor.Peek().IsWord("ON") || !cursor.Peek(1).IsWord("CONFLICT")) return "";
    cursor.Next();
    cursor.Next();
    std::string resolution = absl::AsciiStrToUpper(cursor.Next().text);
    return resolution == "ABORT" ? "" : resolution;
  }

  // What follows from several parts together.
  void Finish() {
    const bool has_rowid = !table_.options.contains("without rowid");
    if (!table_.primary_key.has_value()) return;
    const std::vector<std::string>& key = table_.primary_key->columns;
    for (Column& column : table_.columns) {
      if (!absl::c_linear_search(key, column.name)) continue;
      const bool numbers =
          has_rowid && key.size() == 1 && column.type.native == "INTEGER" && !descending_key_;
      if (numbers && autoincrement_) column.identity = Identity::kAutoIncrement;
      if (numbers && column.identity == Identity::kNone) column.identity = Identity::kByDefault;
      if (numbers || !has_rowid) column.nullable = false;
      // Where NULL means the next number, NOT NULL is never in conflict.
      if (numbers) column.on_conflict.clear();
    }
  }

  Table table_;
  std::set<std::string> columns_;
  bool autoincrement_ = false;
  bool descending_key_ = false;
};

}  // namespace

absl::StatusOr<Table> ReadSqliteTable(absl::string_view sql) { return TableReader().Read(sql); }

absl::StatusOr<Index> ReadSqliteIndex(absl::string_view sql, const Table& table) {
  std::set<std::string> columns;
  for (const Column& column : table.columns) columns.insert(column.name);
  Cursor cursor(TokenizeSqlite(sql));
  Index index;
  cursor.Take("CREATE");
  index.unique = cursor.Take("UNIQUE");
  if (!cursor.Take("INDEX")) {
    return Error(v1::ERROR_REASON_INTERNAL, "this is no CREATE INDEX").Statement(sql);
  }
  if (cursor.Take("IF")) {
    cursor.Take("NOT");
    cursor.Take("EXISTS");
  }
  index.name = cursor.Next().text;
  if (cursor.TakeSymbol(".")) index.name = cursor.Next().text;
  cursor.Take("ON");
  cursor.Next();
  for (Tokens item : SplitItems(cursor.TakeParenthesized())) {
    IndexPart part;
    if (!item.empty() && (item.back().IsWord("ASC") || item.back().IsWord("DESC"))) {
      part.descending = item.back().IsWord("DESC");
      item.pop_back();
    }
    if (item.size() >= 3 && item[item.size() - 2].IsWord("COLLATE")) {
      part.collation = absl::AsciiStrToUpper(item.back().text);
      item.resize(item.size() - 2);
    }
    if (item.size() == 1 && columns.contains(item[0].text)) {
      part.column = item[0].text;
    } else {
      part.expression = CanonicalSqlite(Unwrap(std::move(item)), columns);
    }
    index.parts.push_back(std::move(part));
  }
  if (cursor.Take("WHERE")) {
    Tokens predicate;
    while (!cursor.AtEnd()) predicate.push_back(cursor.Next());
    index.predicate = CanonicalSqlite(Unwrap(std::move(predicate)), columns);
  }
  return index;
}

}  // namespace brant
