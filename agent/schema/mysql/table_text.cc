#include "agent/schema/mysql/table_text.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/database/mysql/token_reader.h"
#include "agent/schema/mysql/columns.h"
#include "agent/schema/mysql/identifiers.h"
#include "agent/schema/mysql/table_parts.h"

namespace brant::mysql {
namespace {

// What may follow a column's type, or a default.
constexpr std::array<absl::string_view, 12> kAttributes = {
    "character", "collate", "generated", "without",        "not",     "null",
    "invisible", "default", "on",        "auto_increment", "comment", "check"};

// Each function reads from the reader's token on; false, or nothing: it is not known.
class TableTextReader {
 public:
  TableTextReader(const Server& server, absl::string_view text)
      : server_(server), text_(text), reader_(text) {}

  std::optional<Table> Read() {
    if (!reader_.ConsumeWord("create")) return std::nullopt;
    reader_.ConsumeWord("temporary");
    if (!reader_.ConsumeWord("table")) return std::nullopt;
    table_.name.name = TakeName();
    if (table_.name.name.empty() || !reader_.ConsumeSymbol('(')) return std::nullopt;
    do {
      if (!ReadItem()) return std::nullopt;
    } while (reader_.ConsumeSymbol(','));
    if (!reader_.ConsumeSymbol(')') || !ReadOptions()) return std::nullopt;
    return Build();
  }

 private:
  bool ReadItem() {
    if (reader_.token().kind == TokenKind::kQuotedName) return ReadColumnItem();
    if (reader_.ConsumeWord("constraint")) return ReadCheckItem();
    Index index;
    if (reader_.ConsumeWord("primary")) {
      index.name = "PRIMARY";
      index.unique = true;
    } else if (reader_.ConsumeWord("unique")) {
      index.unique = true;
    } else if (reader_.ConsumeWord("spatial")) {
      index.method = "SPATIAL";
    }
    return reader_.ConsumeWord("key") && ReadIndexItem(std::move(index));
  }

  bool ReadColumnItem() {
    ColumnRow row;
    row.name = TakeName();
    row.type = TakeUntilAttribute();
    while (!AtItemsEnd()) {
      if (!ReadAttribute(row)) return false;
    }
    columns_.push_back(std::move(row));
    return true;
  }

  bool ReadAttribute(ColumnRow& row) {
    if (reader_.ConsumeWord("character")) {
      // The collation says it, too.
      return reader_.ConsumeWord("set") && !reader_.TakeLower().empty() &&
             reader_.IsWord("collate");
    }
    if (reader_.ConsumeWord("collate")) {
      row.collation = reader_.TakeLower();
      return true;
    }
    if (reader_.ConsumeWord("not")) {
      row.nullable = false;
      return reader_.ConsumeWord("null");
    }
    if (reader_.ConsumeWord("null")) return true;
    if (reader_.ConsumeWord("default")) {
      row.default_value = TakeUntilAttribute();
      return !row.default_value->empty();
    }
    if (reader_.ConsumeWord("on")) {
      if (!reader_.ConsumeWord("update")) return false;
      absl::StrAppend(&row.extra, " on update ", TakeUntilAttribute());
      return true;
    }
    if (reader_.ConsumeWord("comment")) {
      row.comment = TakeString();
      return true;
    }
    if (reader_.ConsumeWord("check")) {
      checks_.push_back({.name = row.name, .expression = TakeParenthesised(), .of_column = true});
      return !checks_.back().expression.empty();
    }
    if (reader_.ConsumeWord("generated")) return ReadGenerated(row);
    if (reader_.ConsumeWord("invisible")) {
      absl::StrAppend(&row.extra, " INVISIBLE");
      return true;
    }
    if (!reader_.ConsumeWord("auto_increment")) return false;
    absl::StrAppend(&row.extra, " auto_increment");
    return true;
  }

  bool ReadGenerated(ColumnRow& row) {
    if (!reader_.ConsumeWord("always") || !reader_.ConsumeWord("as")) return false;
    row.generated = TakeParenthesised();
    if (row.generated.empty()) return false;
    const bool stored = reader_.ConsumeWord("stored");
    absl::StrAppend(&row.extra, stored ? " STORED GENERATED" : " VIRTUAL GENERATED");
    return stored || reader_.ConsumeWord("virtual");
  }

  bool ReadCheckItem() {
    CheckConstraint check;
    check.name = TakeName();
    if (check.name.empty() || !reader_.ConsumeWord("check")) return false;
    check.expression = TakeParenthesised();
    checks_.push_back(std::move(check));
    return !checks_.back().expression.empty();
  }

  bool ReadIndexItem(Index index) {
    if (index.name.empty()) index.name = TakeName();
    if (index.name.empty() || !reader_.ConsumeSymbol('(')) return false;
    do {
      IndexPart part;
      part.column = TakeName();
      if (part.column.empty()) return false;
      if (reader_.ConsumeSymbol('(')) {
        if (!absl::SimpleAtoi(reader_.TakeLower(), &part.prefix_length)) return false;
        if (!reader_.ConsumeSymbol(')')) return false;
      }
      part.descending = reader_.ConsumeWord("desc");
      index.parts.push_back(std::move(part));
    } while (reader_.ConsumeSymbol(','));
    if (!reader_.ConsumeSymbol(')')) return false;
    // As with the catalogue, BTREE and HASH are the engine's affair.
    if (reader_.ConsumeWord("using")) reader_.Advance();
    if (reader_.ConsumeWord("comment")) index.comment = TakeString();
    indexes_.push_back(std::move(index));
    return AtItemsEnd();
  }

  // `ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4 …`.
  bool ReadOptions() {
    while (!reader_.AtEnd()) {
      reader_.ConsumeWord("default");
      if (reader_.token().kind != TokenKind::kWord) return false;
      const std::string option = reader_.TakeLower();
      if (!reader_.ConsumeSymbol('=')) return false;
      if (option == "comment") {
        table_.comment = TakeString();
        continue;
      }
      if (reader_.token().kind != TokenKind::kWord) return false;
      const std::string value(reader_.token().text);
      reader_.Advance();
      if (option == "engine") {
        // Others say other options of temporary tables.
        if (value != "InnoDB") return false;
      } else if (option == "collate") {
        collation_ = value;
      } else if (option != "charset" && option != "auto_increment") {
        table_.options[option] = value;
      }
    }
    return !collation_.empty();
  }

  Table Build() {
    SetCollation(table_, server_, collation_);
    for (const ColumnRow& row : columns_) {
      table_.columns.push_back(ReadColumn(server_, row, collation_));
    }
    for (CheckConstraint& check : checks_) AddCheck(table_, collation_, std::move(check));
    for (Index& index : indexes_) AddIndex(table_, std::move(index));
    return std::move(table_);
  }

  bool AtItemsEnd() const {
    return reader_.token().IsSymbol(',') || reader_.token().IsSymbol(')') || reader_.AtEnd();
  }

  bool AtAttribute() const {
    return std::any_of(kAttributes.begin(), kAttributes.end(),
                       [this](absl::string_view word) { return reader_.IsWord(word); });
  }

  // Empty: it is no name in quotes.
  std::string TakeName() {
    if (reader_.token().kind != TokenKind::kQuotedName) return "";
    std::string name = LastPart(reader_.token().text);
    reader_.Advance();
    return name;
  }

  std::string TakeString() {
    const std::vector<std::string> strings = ReadStrings(reader_.token().text);
    reader_.Advance();
    return strings.empty() ? "" : strings[0];
  }

  // What is in the parentheses that begin here; empty: there are none.
  std::string TakeParenthesised() {
    const size_t begin = reader_.token().offset + 1;
    if (!reader_.token().IsSymbol('(')) return "";
    const size_t end = SkipParenthesised();
    return std::string(text_.substr(begin, end - begin));
  }

  // Returns where they end.
  size_t SkipParenthesised() {
    int depth = 0;
    while (!reader_.AtEnd()) {
      if (reader_.token().IsSymbol('(')) ++depth;
      if (reader_.token().IsSymbol(')')) --depth;
      const size_t at = reader_.token().offset;
      reader_.Advance();
      if (depth == 0) return at;
    }
    return text_.size();
  }

  // A type or a value; its first word may be an attribute's, as in DEFAULT NULL.
  std::string TakeUntilAttribute() {
    const size_t begin = reader_.token().offset;
    do {
      if (reader_.token().IsSymbol('(')) {
        SkipParenthesised();
      } else {
        reader_.Advance();
      }
    } while (!AtItemsEnd() && !AtAttribute());
    return std::string(
        absl::StripAsciiWhitespace(text_.substr(begin, reader_.token().offset - begin)));
  }

  const Server& server_;
  const absl::string_view text_;
  TokenReader reader_;
  Table table_;
  std::string collation_;
  std::vector<ColumnRow> columns_;
  std::vector<CheckConstraint> checks_;
  std::vector<Index> indexes_;
};

}  // namespace

std::optional<Table> ReadTableText(const Server& server, absl::string_view text) {
  return TableTextReader(server, text).Read();
}

}  // namespace brant::mysql
