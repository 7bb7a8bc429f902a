#include "agent/schema/mysql/refusal.h"

#include <array>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/database/mysql/lexer.h"
#include "agent/database/mysql/token_reader.h"

namespace brant::mysql {
namespace {

// Words between CREATE, ALTER or DROP and the kind of object.
constexpr std::array<absl::string_view, 14> kAttributes = {
    "or",      "replace", "temporary", "unique",   "fulltext",  "spatial",   "online",
    "offline", "ignore",  "sql",       "security", "aggregate", "algorithm", "definer"};
constexpr std::array<absl::string_view, 8> kObjects = {
    "table", "tables", "index", "view", "trigger", "function", "procedure", "sequence"};
constexpr std::array<absl::string_view, 5> kWrites = {"insert", "replace", "update", "delete",
                                                      "truncate"};
// What else migrations do within their database.
constexpr std::array<absl::string_view, 19> kMigrations = {
    "select",  "with",     "values",   "(",         "analyze", "optimize", "check",
    "repair",  "checksum", "call",     "do",        "show",    "describe", "desc",
    "explain", "commit",   "rollback", "savepoint", "release"};
// In the body of a routine, which may be called.
constexpr std::array<absl::string_view, 12> kServersWords = {
    "grant",  "revoke",  "prepare",      "execute", "kill",    "shutdown",
    "global", "persist", "persist_only", "flush",   "install", "uninstall"};
// What CREATE, ALTER, DROP and RENAME make of the server's there.
constexpr std::array<absl::string_view, 10> kServersObjects = {
    "database", "schema",     "user",     "role",     "server",
    "event",    "tablespace", "instance", "resource", "logfile"};
// Functions that reach beyond the session's database.
constexpr std::array<absl::string_view, 4> kFunctions = {"get_lock", "release_lock",
                                                         "release_all_locks", "load_file"};
// In front of a column, never of a table.
constexpr std::array<absl::string_view, 14> kBeforeExpressions = {
    "select", "distinct", "where", "and", "or",     "by",      "when",
    "then",   "else",     "case",  "not", "having", "between", "xor"};

std::vector<Token> TokensOf(absl::string_view statement) {
  std::vector<Token> tokens;
  Lexer lexer(statement);
  while (true) {
    const auto token = lexer.Next();
    if (!token.ok() || token->kind == TokenKind::kEnd) return tokens;
    if (token->kind != TokenKind::kHint) tokens.push_back(*token);
  }
}

bool IsConditional(const Token& token) {
  return token.kind == TokenKind::kConditionalOpen || token.kind == TokenKind::kConditionalClose;
}

// What may be a name; empty if nothing. In ANSI_QUOTES mode a string is one.
std::string NameOf(const Token& token) {
  const bool name = token.kind == TokenKind::kWord || token.kind == TokenKind::kQuotedName ||
                    (token.kind == TokenKind::kString && token.text[0] == '"');
  return name ? absl::AsciiStrToLower(LastPart(token.text)) : "";
}

// A dot comes next. A conditional comment that begins behind the name may be code
// or nothing to the server.
bool IsQualifier(const std::vector<Token>& tokens, size_t at) {
  bool skippable = false;
  for (size_t next = at + 1; next < tokens.size(); ++next) {
    if (tokens[next].IsSymbol('.')) return true;
    if (IsConditional(tokens[next])) {
      skippable = tokens[next].kind == TokenKind::kConditionalOpen;
    } else if (!skippable) {
      return false;
    }
  }
  return false;
}

// `a.b` where there can be no table, so that `a` is a table and `b` its column.
bool IsColumnsTable(const std::vector<Token>& tokens, size_t at) {
  if (at == 0 || at + 2 >= tokens.size() || !tokens[at + 1].IsSymbol('.')) return false;
  if (at + 3 < tokens.size() && (tokens[at + 3].IsSymbol('.') || tokens[at + 3].IsSymbol('(') ||
                                 IsConditional(tokens[at + 3]))) {
    return false;
  }
  const Token& before = tokens[at - 1];
  if (before.kind == TokenKind::kSymbol) return absl::StrContains("=<>+-*/%|&^!~.", before.text);
  return before.kind == TokenKind::kWord &&
         absl::c_linear_search(kBeforeExpressions, absl::AsciiStrToLower(before.text));
}

std::string ForeignDatabase(absl::string_view statement, const std::set<std::string>& databases) {
  const std::vector<Token> tokens = TokensOf(statement);
  for (size_t at = 0; at < tokens.size(); ++at) {
    std::string name = NameOf(tokens[at]);
    // A word that begins with a digit holds its dots.
    const size_t dot = tokens[at].kind == TokenKind::kWord ? name.find('.') : std::string::npos;
    if (dot != std::string::npos) name.resize(dot);
    if (name.empty() || !databases.contains(name)) continue;
    if (dot == std::string::npos && !IsQualifier(tokens, at)) continue;
    if (!IsColumnsTable(tokens, at)) return name;
  }
  return "";
}

std::string ForbiddenFunction(absl::string_view statement) {
  for (TokenReader reader(statement); !reader.AtEnd();) {
    std::string word = absl::AsciiStrToLower(LastPart(reader.token().text));
    reader.Advance();
    if (reader.token().IsSymbol('(') && absl::c_linear_search(kFunctions, word)) return word;
  }
  return "";
}

// Behind CREATE, ALTER or DROP.
bool IsOfDatabase(TokenReader reader) {
  while (!reader.AtEnd()) {
    const std::string word = reader.TakeLower();
    if (absl::c_linear_search(kObjects, word)) return true;
    if (!absl::c_linear_search(kAttributes, word)) return false;
    if (word == "security") reader.TakeLower();
    if ((word == "algorithm" || word == "definer") && reader.ConsumeSymbol('=')) {
      reader.TakeLower();
      if (reader.ConsumeSymbol('@')) reader.TakeLower();
      if (reader.ConsumeSymbol('(')) reader.ConsumeSymbol(')');
    }
  }
  return false;
}

// Behind SET: only variables of the session and of the user.
bool SetsSession(TokenReader reader) {
  bool begins = true;
  for (; !reader.AtEnd(); reader.Advance()) {
    if (reader.IsWord("global") || reader.IsWord("persist") || reader.IsWord("persist_only")) {
      return false;
    }
    if (begins && (reader.IsWord("password") || reader.IsWord("default") || reader.IsWord("role") ||
                   reader.IsWord("resource"))) {
      return false;
    }
    begins = reader.token().IsSymbol(',');
  }
  return true;
}

bool MigratesOneDatabase(absl::string_view first, const TokenReader& rest) {
  if (first == "start") return rest.IsWord("transaction");
  // BEGIN NOT ATOMIC is a block that holds any statement.
  if (first == "begin") return rest.AtEnd() || rest.IsWord("work");
  // Without tables, the whole instance.
  if (first == "lock" || first == "unlock") return rest.IsWord("table") || rest.IsWord("tables");
  return absl::c_linear_search(kMigrations, first);
}

bool ChangesServersObject(absl::string_view first, TokenReader rest) {
  if (first == "set")
    return rest.IsWord("password") || rest.IsWord("default") || rest.IsWord("role");
  if (first != "create" && first != "alter" && first != "drop" && first != "rename") return false;
  if (rest.ConsumeWord("or")) rest.ConsumeWord("replace");
  return absl::c_linear_search(kServersObjects, rest.TakeLower());
}

// A word of a routine's definition that may change more than its database; empty:
// there is none. A loadable function is the server's.
std::string ServersWord(TokenReader reader) {
  reader.SkipSetStatement();
  if (!reader.ConsumeWord("create")) return "";
  bool routine = false;
  while (!reader.AtEnd()) {
    const bool quoted = reader.token().kind == TokenKind::kQuotedName;
    const std::string word = reader.TakeLower();
    if (quoted) continue;
    routine = routine || word == "procedure" || word == "function" || word == "trigger";
    if (!routine) continue;
    if (word == "soname" || absl::c_linear_search(kServersWords, word) ||
        ChangesServersObject(word, reader)) {
      return absl::AsciiStrToUpper(word);
    }
  }
  return "";
}

std::string RefusedKind(TokenReader reader, ScratchUse use) {
  reader.SkipSetStatement();
  const std::string first = reader.TakeLower();
  if (first == "use") return "it would leave the scratch database";
  if (first == "set") {
    // One inside another, of which only the outer one is skipped.
    if (reader.IsWord("statement")) return "it changes more than the session";
    return SetsSession(reader) ? "" : "it changes more than the session";
  }
  if (first == "create" || first == "alter" || first == "drop") {
    return IsOfDatabase(reader) ? "" : "it changes more than the tables of one database";
  }
  if (first == "rename") {
    const bool tables = reader.IsWord("table") || reader.IsWord("tables");
    return tables ? "" : "it changes more than the tables of one database";
  }
  if (absl::c_linear_search(kWrites, first)) return "";
  if (use == ScratchUse::kDesiredSchema) return "it defines nothing";
  return MigratesOneDatabase(first, reader) ? "" : "it may change more than one database";
}

// What is left for a server to which all conditional comments are comments.
std::string WithoutConditional(absl::string_view statement) {
  std::string left;
  bool skipped = false;
  for (const Token& token : TokensOf(statement)) {
    if (IsConditional(token)) {
      skipped = token.kind == TokenKind::kConditionalOpen;
    } else if (!skipped) {
      absl::StrAppend(&left, token.text, " ");
    }
  }
  return left;
}

bool WritesFile(absl::string_view statement) {
  for (TokenReader reader(statement); !reader.AtEnd(); reader.Advance()) {
    if (!reader.ConsumeWord("into")) continue;
    if (reader.IsWord("outfile") || reader.IsWord("dumpfile")) return true;
  }
  return false;
}

}  // namespace

std::string ReasonToRefuse(absl::string_view statement, const std::set<std::string>& databases,
                           ScratchUse use) {
  if (std::string reason = RefusedKind(TokenReader(statement), use); !reason.empty()) {
    return reason;
  }
  const std::string unconditional = WithoutConditional(statement);
  if (!unconditional.empty()) {
    if (std::string reason = RefusedKind(TokenReader(unconditional), use); !reason.empty()) {
      return reason;
    }
  }
  if (use == ScratchUse::kMigration) {
    if (WritesFile(statement)) return "it writes a file";
    if (const std::string word = ServersWord(TokenReader(statement)); !word.empty()) {
      return absl::StrCat("what it makes holds ", word,
                          ", which may change more than one database");
    }
  }
  if (const std::string name = ForbiddenFunction(statement); !name.empty()) {
    return absl::StrCat("it calls ", name);
  }
  if (const std::string name = ForeignDatabase(statement, databases); !name.empty()) {
    return absl::StrCat("it names the database '", name, "'");
  }
  return "";
}

}  // namespace brant::mysql
