#include "agent/schema/sqlite/tokens.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace brant {
namespace {

// https://www.sqlite.org/lang_keywords.html
bool IsKeyword(absl::string_view upper) {
  static const auto* const keywords =
      new absl::flat_hash_set<absl::string_view>{"ABORT",
                                                 "ACTION",
                                                 "ADD",
                                                 "AFTER",
                                                 "ALL",
                                                 "ALTER",
                                                 "ALWAYS",
                                                 "ANALYZE",
                                                 "AND",
                                                 "AS",
                                                 "ASC",
                                                 "ATTACH",
                                                 "AUTOINCREMENT",
                                                 "BEFORE",
                                                 "BEGIN",
                                                 "BETWEEN",
                                                 "BY",
                                                 "CASCADE",
                                                 "CASE",
                                                 "CAST",
                                                 "CHECK",
                                                 "COLLATE",
                                                 "COLUMN",
                                                 "COMMIT",
                                                 "CONFLICT",
                                                 "CONSTRAINT",
                                                 "CREATE",
                                                 "CROSS",
                                                 "CURRENT",
                                                 "CURRENT_DATE",
                                                 "CURRENT_TIME",
                                                 "CURRENT_TIMESTAMP",
                                                 "DATABASE",
                                                 "DEFAULT",
                                                 "DEFERRABLE",
                                                 "DEFERRED",
                                                 "DELETE",
                                                 "DESC",
                                                 "DETACH",
                                                 "DISTINCT",
                                                 "DO",
                                                 "DROP",
                                                 "EACH",
                                                 "ELSE",
                                                 "END",
                                                 "ESCAPE",
                                                 "EXCEPT",
                                                 "EXCLUDE",
                                                 "EXCLUSIVE",
                                                 "EXISTS",
                                                 "EXPLAIN",
                                                 "FAIL",
                                                 "FALSE",
                                                 "FILTER",
                                                 "FIRST",
                                                 "FOLLOWING",
                                                 "FOR",
                                                 "FOREIGN",
                                                 "FROM",
                                                 "FULL",
                                                 "GENERATED",
                                                 "GLOB",
                                                 "GROUP",
                                                 "GROUPS",
                                                 "HAVING",
                                                 "IF",
                                                 "IGNORE",
                                                 "IMMEDIATE",
                                                 "IN",
                                                 "INDEX",
                                                 "INDEXED",
                                                 "INITIALLY",
                                                 "INNER",
                                                 "INSERT",
                                                 "INSTEAD",
                                                 "INTERSECT",
                                                 "INTO",
                                                 "IS",
                                                 "ISNULL",
                                                 "JOIN",
                                                 "KEY",
                                                 "LAST",
                                                 "LEFT",
                                                 "LIKE",
                                                 "LIMIT",
                                                 "MATCH",
                                                 "MATERIALIZED",
                                                 "NATURAL",
                                                 "NO",
                                                 "NOT",
                                                 "NOTHING",
                                                 "NOTNULL",
                                                 "NULL",
                                                 "NULLS",
                                                 "OF",
                                                 "OFFSET",
                                                 "ON",
                                                 "OR",
                                                 "ORDER",
                                                 "OTHERS",
                                                 "OUTER",
                                                 "OVER",
                                                 "PARTITION",
                                                 "PLAN",
                                                 "PRAGMA",
                                                 "PRECEDING",
                                                 "PRIMARY",
                                                 "QUERY",
                                                 "RAISE",
                                                 "RANGE",
                                                 "RECURSIVE",
                                                 "REFERENCES",
                                                 "REGEXP",
                                                 "REINDEX",
                                                 "RELEASE",
                                                 "RENAME",
                                                 "REPLACE",
                                                 "RESTRICT",
                                                 "RETURNING",
                                                 "RIGHT",
                                                 "ROLLBACK",
                                                 "ROW",
                                                 "ROWS",
                                                 "SAVEPOINT",
                                                 "SELECT",
                                                 "SET",
                                                 "TABLE",
                                                 "TEMP",
                                                 "TEMPORARY",
                                                 "THEN",
                                                 "TIES",
                                                 "TO",
                                                 "TRANSACTION",
                                                 "TRIGGER",
                                                 "TRUE",
                                                 "UNBOUNDED",
                                                 "UNION",
                                                 "UNIQUE",
                                                 "UPDATE",
                                                 "USING",
                                                 "VACUUM",
                                                 "VALUES",
                                                 "VIEW",
                                                 "VIRTUAL",
                                                 "WHEN",
                                                 "WHERE",
                                                 "WINDOW",
                                                 "WITH",
                                                 "WITHOUT"};
  return keywords->contains(upper);
}

bool IsNameByte(char c) { return absl::ascii_isalnum(c) || c == '_' || c == '$' || (c & 0x80); }

// Reads quoted text from `at`; a doubled closing quote stands for itself.
std::string ReadQuoted(absl::string_view sql, size_t& at, char closing) {
  std::string text;
  for (++at; at < sql.size(); ++at) {
    if (sql[at] == closing) {
      if (closing == ']' || at + 1 >= sql.size() || sql[at + 1] != closing) break;
      ++at;
    }
    text.push_back(sql[at]);
  }
  at = std::min(at + 1, sql.size());
  return text;
}

size_t SkipComment(absl::string_view sql, size_t at) {
  if (absl::StartsWith(sql.substr(at), "--")) return std::min(sql.find('\n', at), sql.size());
  if (absl::StartsWith(sql.substr(at), "/*")) {
    const size_t end = sql.find("*/", at + 2);
    return end == absl::string_view::npos ? sql.size() : end + 2;
  }
  return at;
}

size_t EndOfNumber(absl::string_view sql, size_t at) {
  const bool hexadecimal = absl::StartsWithIgnoreCase(sql.substr(at), "0x");
  while (at < sql.size()) {
    const bool is_sign = (sql[at] == '+' || sql[at] == '-') && !hexadecimal &&
                         absl::ascii_tolower(sql[at - 1]) == 'e';
    if (!absl::ascii_isalnum(sql[at]) && sql[at] != '.' && !is_sign) break;
    ++at;
  }
  return at;
}

size_t SymbolSize(absl::string_view rest) {
  for (absl::string_view symbol : {"->>", "||", "<<", ">>", "<=", ">=", "==", "!=", "<>", "->"}) {
    if (absl::StartsWith(rest, symbol)) return symbol.size();
  }
  return 1;
}

bool NeedsNoQuotes(absl::string_view identifier) {
  if (identifier.empty() || absl::ascii_isdigit(identifier[0]) || identifier[0] == '$') {
    return false;
  }
  return std::all_of(identifier.begin(), identifier.end(), IsNameByte) &&
         !IsKeyword(absl::AsciiStrToUpper(identifier));
}

std::string TextOf(const SqliteToken& token, const std::set<std::string>& columns) {
  switch (token.kind) {
    case SqliteTokenKind::kWord: {
      std::string upper = absl::AsciiStrToUpper(token.text);
      return IsKeyword(upper) ? upper : token.text;
    }
    case SqliteTokenKind::kQuoted:
      if (token.quote == '"' && !columns.contains(token.text)) return SqliteLiteral(token.text);
      return QuoteSqlite(token.text);
    case SqliteTokenKind::kString:
      return SqliteLiteral(token.text);
    default:
      return token.text == "==" ? "=" : token.text == "!=" ? "<>" : token.text;
  }
}

}  // namespace

bool SqliteToken::IsWord(absl::string_view upper) const {
  return kind == SqliteTokenKind::kWord && absl::EqualsIgnoreCase(text, upper);
}

bool SqliteToken::IsSymbol(absl::string_view symbol) const {
  return kind == SqliteTokenKind::kSymbol && text == symbol;
}

std::vector<SqliteToken> TokenizeSqlite(absl::string_view sql) {
  std::vector<SqliteToken> tokens;
  for (size_t at = 0; at < sql.size();) {
    const char c = sql[at];
    const size_t begin = at;
    const size_t count = tokens.size();
    if (absl::ascii_isspace(c)) {
      ++at;
    } else if (const size_t end = SkipComment(sql, at); end != at) {
      at = end;
    } else if (c == '\'') {
      tokens.push_back({SqliteTokenKind::kString, ReadQuoted(sql, at, '\'')});
    } else if (c == '"' || c == '`' || c == '[') {
      std::string text = ReadQuoted(sql, at, c == '[' ? ']' : c);
      tokens.push_back({SqliteTokenKind::kQuoted, std::move(text), c});
    } else if (absl::ascii_isdigit(c) ||
               (c == '.' && at + 1 < sql.size() && absl::ascii_isdigit(sql[at + 1]))) {
      at = EndOfNumber(sql, at);
      tokens.push_back({SqliteTokenKind::kNumber, std::string(sql.substr(begin, at - begin))});
    } else if ((c == 'x' || c == 'X') && at + 1 < sql.size() && sql[at + 1] == '\'') {
      ++at;
      const std::string hex = ReadQuoted(sql, at, '\'');
      tokens.push_back({SqliteTokenKind::kNumber, absl::StrCat("X'", hex, "'")});
    } else if (IsNameByte(c)) {
      while (at < sql.size() && IsNameByte(sql[at])) ++at;
      tokens.push_back({SqliteTokenKind::kWord, std::string(sql.substr(begin, at - begin))});
    } else {
      at += SymbolSize(sql.substr(at));
      tokens.push_back({SqliteTokenKind::kSymbol, std::string(sql.substr(begin, at - begin))});
    }
    if (tokens.size() > count) {
      tokens.back().begin = begin;
      tokens.back().end = at;
    }
  }
  return tokens;
}

std::string CanonicalSqlite(absl::Span<const SqliteToken> tokens,
                            const std::set<std::string>& columns) {
  std::string result;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const SqliteToken& token = tokens[i];
    if (i > 0) {
      const SqliteToken& before = tokens[i - 1];
      const bool is_call =
          token.IsSymbol("(") && before.IsName() && !IsKeyword(absl::AsciiStrToUpper(before.text));
      const bool glued = token.IsSymbol(",") || token.IsSymbol(")") || token.IsSymbol(".") ||
                         before.IsSymbol("(") || before.IsSymbol(".") || is_call;
      if (!glued) result.push_back(' ');
    }
    absl::StrAppend(&result, TextOf(token, columns));
  }
  return result;
}

bool MentionsInSqlite(absl::string_view sql, const std::set<std::string>& names) {
  const std::vector<SqliteToken> tokens = TokenizeSqlite(sql);
  return std::any_of(tokens.begin(), tokens.end(), [&names](const SqliteToken& token) {
    return token.IsName() && names.contains(absl::AsciiStrToLower(token.text));
  });
}

std::string QuoteSqlite(absl::string_view identifier) {
  if (NeedsNoQuotes(identifier)) return std::string(identifier);
  return absl::StrCat("\"", absl::StrReplaceAll(identifier, {{"\"", "\"\""}}), "\"");
}

std::string SqliteLiteral(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "''"}}), "'");
}

}  // namespace brant
