#include "agent/schema/mysql/table_statement.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "agent/database/mysql/lexer.h"
#include "agent/database/mysql/token_reader.h"

namespace brant::mysql {
namespace {

// What a column or constraint can't say in a temporary table.
constexpr std::array<absl::string_view, 4> kNotTemporary = {"references", "fulltext", "period",
                                                            "versioning"};

// Conditional comments are code or not, as the server's version has it.
bool IsPlain(absl::string_view statement) {
  Lexer lexer(statement);
  while (true) {
    const auto token = lexer.Next();
    if (!token.ok() || token->kind == TokenKind::kConditionalOpen) return false;
    if (token->kind == TokenKind::kEnd) return true;
  }
}

// A name without a qualifier; empty: there is none.
std::string TakeName(TokenReader& reader) {
  if (reader.token().kind != TokenKind::kWord && reader.token().kind != TokenKind::kQuotedName) {
    return "";
  }
  std::string name = LastPart(reader.token().text);
  reader.Advance();
  return reader.token().IsSymbol('.') ? "" : name;
}

// `(a, b)`; empty: something else is there.
std::vector<std::string> TakeNames(TokenReader& reader) {
  std::vector<std::string> names;
  if (!reader.ConsumeSymbol('(')) return {};
  do {
    names.push_back(TakeName(reader));
    if (names.back().empty()) return {};
  } while (reader.ConsumeSymbol(','));
  if (!reader.ConsumeSymbol(')')) return {};
  return names;
}

// RESTRICT and NO ACTION are the same to the server, and the default.
std::optional<std::string> TakeRule(TokenReader& reader) {
  if (reader.ConsumeWord("cascade")) return "CASCADE";
  if (reader.ConsumeWord("restrict")) return "";
  if (reader.ConsumeWord("set")) {
    if (reader.ConsumeWord("null")) return "SET NULL";
  } else if (reader.ConsumeWord("no") && reader.ConsumeWord("action")) {
    return "";
  }
  return std::nullopt;
}

// At `CONSTRAINT a FOREIGN KEY` or `FOREIGN KEY`.
bool IsForeignKey(TokenReader reader) {
  if (reader.ConsumeWord("constraint") && !reader.IsWord("foreign")) TakeName(reader);
  return reader.IsWord("foreign");
}

std::optional<ForeignKey> TakeForeignKey(TokenReader& reader) {
  ForeignKey key;
  if (reader.ConsumeWord("constraint") && !reader.IsWord("foreign")) {
    key.name = TakeName(reader);
    if (key.name.empty()) return std::nullopt;
  }
  if (!reader.ConsumeWord("foreign") || !reader.ConsumeWord("key")) return std::nullopt;
  key.columns = TakeNames(reader);
  if (key.columns.empty() || !reader.ConsumeWord("references")) return std::nullopt;
  key.referenced_table.name = TakeName(reader);
  key.referenced_columns = TakeNames(reader);
  if (key.referenced_table.name.empty() || key.referenced_columns.empty()) return std::nullopt;
  while (reader.ConsumeWord("on")) {
    const bool of_delete = reader.ConsumeWord("delete");
    if (!of_delete && !reader.ConsumeWord("update")) return std::nullopt;
    const std::optional<std::string> rule = TakeRule(reader);
    if (!rule.has_value()) return std::nullopt;
    (of_delete ? key.on_delete : key.on_update) = *rule;
  }
  return key;
}

// To the comma or the parenthesis behind a column or another constraint.
bool SkipItem(TokenReader& reader) {
  int depth = 0;
  for (; !reader.AtEnd(); reader.Advance()) {
    if (depth == 0 && (reader.token().IsSymbol(',') || reader.token().IsSymbol(')'))) return true;
    if (reader.token().IsSymbol('(')) ++depth;
    if (reader.token().IsSymbol(')')) --depth;
    if (depth == 0 && std::any_of(kNotTemporary.begin(), kNotTemporary.end(),
                                  [&](absl::string_view word) { return reader.IsWord(word); })) {
      return false;
    }
  }
  return false;
}

// `ENGINE = InnoDB COMMENT 'x'` to the end.
bool SkipOptions(TokenReader& reader) {
  while (!reader.AtEnd()) {
    reader.ConsumeSymbol(',');
    reader.ConsumeWord("default");
    const bool known = reader.ConsumeAnyWord(
        {"engine", "auto_increment", "charset", "collate", "comment", "row_format"});
    if (!known && !(reader.ConsumeWord("character") && reader.ConsumeWord("set"))) return false;
    reader.ConsumeSymbol('=');
    if (reader.IsWord("compressed") || reader.token().kind == TokenKind::kSymbol) return false;
    reader.Advance();
  }
  return true;
}

// Reads a CREATE TABLE, and copies all but its foreign keys.
class CreateTableReader {
 public:
  explicit CreateTableReader(absl::string_view text) : text_(text), reader_(text) {}

  std::optional<TableStatement> Read() {
    if (!reader_.ConsumeWord("create")) return std::nullopt;
    copied_ = reader_.token().offset;
    if (!reader_.ConsumeWord("table")) return std::nullopt;
    if (reader_.ConsumeWord("if") &&
        !(reader_.ConsumeWord("not") && reader_.ConsumeWord("exists"))) {
      return std::nullopt;
    }
    statement_.name = TakeName(reader_);
    if (statement_.name.empty() || !reader_.ConsumeSymbol('(') || reader_.IsWord("like")) {
      return std::nullopt;
    }
    // A comma before it would be left over.
    if (IsForeignKey(reader_)) return std::nullopt;
    if (!ReadItems() || !reader_.ConsumeSymbol(')') || !SkipOptions(reader_)) return std::nullopt;
    absl::StrAppend(&statement_.without_keys, text_.substr(copied_));
    return std::move(statement_);
  }

 private:
  bool ReadItems() {
    size_t separator = 0;
    do {
      if (IsForeignKey(reader_)) {
        const std::optional<ForeignKey> key = TakeForeignKey(reader_);
        if (!key.has_value()) return false;
        statement_.keys.push_back(*key);
        absl::StrAppend(&statement_.without_keys, text_.substr(copied_, separator - copied_));
        copied_ = reader_.token().offset;
      } else if (!SkipItem(reader_)) {
        return false;
      }
      separator = reader_.token().offset;
    } while (reader_.ConsumeSymbol(','));
    return true;
  }

  const absl::string_view text_;
  TokenReader reader_;
  TableStatement statement_;
  // How far the text is in `without_keys`, or left out.
  size_t copied_ = 0;
};

}  // namespace

std::optional<TableStatement> ReadCreateTable(absl::string_view statement) {
  if (!IsPlain(statement)) return std::nullopt;
  return CreateTableReader(statement).Read();
}

std::optional<TableStatement> ReadAddForeignKeys(absl::string_view statement) {
  TokenReader reader(statement);
  if (!IsPlain(statement) || !reader.ConsumeWord("alter") || !reader.ConsumeWord("table")) {
    return std::nullopt;
  }
  TableStatement result;
  result.name = TakeName(reader);
  if (result.name.empty()) return std::nullopt;
  do {
    if (!reader.ConsumeWord("add")) return std::nullopt;
    const std::optional<ForeignKey> key = TakeForeignKey(reader);
    if (!key.has_value()) return std::nullopt;
    result.keys.push_back(*key);
  } while (reader.ConsumeSymbol(','));
  return reader.AtEnd() ? std::optional(std::move(result)) : std::nullopt;
}

}  // namespace brant::mysql
