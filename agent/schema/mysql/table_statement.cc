#include "agent/schema/mysql/table_statement.h"

#include <array>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/database/mysql/lexer.h"
#include "agent/database/mysql/token_reader.h"
#include "agent/schema/mysql/identifiers.h"

namespace brant::mysql {
namespace {

// What a column or constraint can't say in a temporary table.
constexpr std::array<absl::string_view, 4> kNotTemporary = {"references", "fulltext", "period",
                                                            "versioning"};

constexpr std::array<absl::string_view, 6> kOptions = {"engine",  "auto_increment", "charset",
                                                       "collate", "comment",        "row_format"};
// What may begin a query in the parentheses, or LIKE.
constexpr std::array<absl::string_view, 4> kNoColumn = {"like", "select", "with", "values"};

bool IsAnyOf(const TokenReader& reader, absl::Span<const absl::string_view> words) {
  return absl::c_any_of(words, [&](absl::string_view word) { return reader.IsWord(word); });
}

// Conditional comments are code or not, as the server's version has it.
bool IsPlain(absl::string_view statement) {
  Lexer lexer(statement);
  while (true) {
    const auto token = lexer.Next();
    if (!token.ok() || token->kind == TokenKind::kConditionalOpen) return false;
    if (token->kind == TokenKind::kEnd) return true;
  }
}

// A name without a qualifier; empty: there is none, or the server may say so. No server
// reads the foreign keys: what would be an error there must not be a name here.
std::string TakeName(TokenReader& reader) {
  if (reader.token().kind != TokenKind::kWord && reader.token().kind != TokenKind::kQuotedName) {
    return "";
  }
  std::string name = LastPart(reader.token().text);
  const bool is_word = reader.token().kind == TokenKind::kWord;
  reader.Advance();
  if (is_word && QuoteIdentifier(name) != name) return "";
  return reader.token().IsSymbol('.') ? "" : name;
}

// `(a, b)`; empty: something else is there.
std::vector<std::string> TakeNames(TokenReader& reader) {
  std::vector<std::string> names;
  if (!reader.ConsumeSymbol('(')) return {};
  do {
    std::string name = TakeName(reader);
    if (name.empty() || absl::c_linear_search(names, name)) return {};
    names.push_back(std::move(name));
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

// Of a constraint: all others are looked up among the server's. What other characters
// mean depends on the client's character set.
bool IsCertain(absl::string_view name) {
  return absl::c_all_of(name, [](char c) { return absl::ascii_isgraph(c) || c == ' '; }) &&
         absl::StripTrailingAsciiWhitespace(name) == name;
}

// ON DELETE and ON UPDATE, each once at most.
bool TakeRules(TokenReader& reader, ForeignKey& key) {
  bool has_delete = false;
  bool has_update = false;
  while (reader.ConsumeWord("on")) {
    const bool of_delete = reader.ConsumeWord("delete");
    if (!of_delete && !reader.ConsumeWord("update")) return false;
    const std::optional<std::string> rule = TakeRule(reader);
    if (!rule.has_value() || std::exchange(of_delete ? has_delete : has_update, true)) return false;
    (of_delete ? key.on_delete : key.on_update) = *rule;
  }
  return true;
}

std::optional<ForeignKey> TakeForeignKey(TokenReader& reader) {
  ForeignKey key;
  if (reader.ConsumeWord("constraint") && !reader.IsWord("foreign")) {
    key.name = TakeName(reader);
    if (key.name.empty() || !IsCertain(key.name)) return std::nullopt;
  }
  if (!reader.ConsumeWord("foreign") || !reader.ConsumeWord("key")) return std::nullopt;
  key.columns = TakeNames(reader);
  if (key.columns.empty() || !reader.ConsumeWord("references")) return std::nullopt;
  key.referenced_table.name = TakeName(reader);
  key.referenced_columns = TakeNames(reader);
  if (key.referenced_table.name.empty() || key.referenced_columns.empty()) return std::nullopt;
  if (!TakeRules(reader, key)) return std::nullopt;
  return key;
}

// To the comma or the parenthesis behind a column or another constraint.
bool SkipItem(TokenReader& reader) {
  int depth = 0;
  for (; !reader.AtEnd(); reader.Advance()) {
    if (depth == 0 && (reader.token().IsSymbol(',') || reader.token().IsSymbol(')'))) return true;
    if (reader.token().IsSymbol('(')) ++depth;
    if (reader.token().IsSymbol(')')) --depth;
    if (depth == 0 && IsAnyOf(reader, kNotTemporary)) return false;
  }
  return false;
}

// Temporary tables of other engines say other options; in other formats, the indexes of
// foreign keys have another limit.
bool IsUsual(absl::string_view option, const TokenReader& reader) {
  if (option == "engine") return reader.IsWord("innodb");
  if (option == "row_format") return reader.IsWord("dynamic") || reader.IsWord("default");
  return reader.token().kind != TokenKind::kSymbol;
}

// `ENGINE = InnoDB COMMENT 'x'` to the end.
bool SkipOptions(TokenReader& reader) {
  while (!reader.AtEnd()) {
    reader.ConsumeSymbol(',');
    reader.ConsumeWord("default");
    const std::string option = reader.TakeLower();
    if (option == "character" ? !reader.ConsumeWord("set")
                              : !absl::c_linear_search(kOptions, option)) {
      return false;
    }
    reader.ConsumeSymbol('=');
    if (!IsUsual(option, reader)) return false;
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
    if (statement_.name.empty() || !reader_.ConsumeSymbol('(') || IsAnyOf(reader_, kNoColumn) ||
        reader_.token().IsSymbol('(')) {
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
