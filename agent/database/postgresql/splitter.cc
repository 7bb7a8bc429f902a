#include "agent/database/postgresql/splitter.h"

#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/database/postgresql/scanner.h"
#include "pg_query.h"

namespace brant {
namespace {

using Kind = PostgresqlTokenKind;

// Follows the words of one statement, as psql does (psqlscan.l).
class StatementState {
 public:
  void Add(const PostgresqlToken& token) {
    if (token.kind == Kind::kWord) {
      AddWord(token.text);
    } else {
      previous_word_ = "";
      if (token.text == "(") ++parentheses_;
      if (token.text == ")" && parentheses_ > 0) --parentheses_;
    }
  }

  // False within the parentheses of CREATE RULE … DO (a; b), and within BEGIN
  // ATOMIC … END of a function.
  bool EndsAtSemicolon() const { return parentheses_ == 0 && blocks_ == 0; }

  bool IsCopyFromStdin() const { return copy_from_stdin_; }

 private:
  void AddWord(absl::string_view word) {
    auto is = [word](absl::string_view key_word) { return absl::EqualsIgnoreCase(word, key_word); };
    ++words_;
    if (words_ == 1) {
      creates_ = is("create");
      copies_ = is("copy");
    } else if (words_ <= 4 && creates_ && (is("function") || is("procedure"))) {
      routine_ = true;
    }
    if (routine_ && parentheses_ == 0) {
      if (is("atomic") && absl::EqualsIgnoreCase(previous_word_, "begin")) ++blocks_;
      if (is("case") && blocks_ > 0) ++blocks_;
      if (is("end") && blocks_ > 0) --blocks_;
    }
    if (copies_ && parentheses_ == 0 && is("stdin") &&
        absl::EqualsIgnoreCase(previous_word_, "from")) {
      copy_from_stdin_ = true;
    }
    previous_word_ = word;
  }

  int words_ = 0;
  bool creates_ = false;
  bool routine_ = false;
  bool copies_ = false;
  bool copy_from_stdin_ = false;
  int parentheses_ = 0;
  int blocks_ = 0;
  absl::string_view previous_word_;
};

absl::Status MetaCommand(absl::string_view script, size_t offset) {
  absl::string_view line = script.substr(offset, script.substr(offset).find_first_of("\r\n"));
  absl::string_view command = line.substr(0, line.find_first_of(" \t;"));
  absl::string_view hint = "remove the line, or write it as SQL";
  if (command == "\\copy") {
    hint = "write the rows as INSERT statements";
  } else if (command == "\\c" || command == "\\connect") {
    hint = "remove the line: a migration runs in the database that its agent is connected to";
  } else if (absl::StartsWith(command, "\\i")) {
    hint = "put the included file's SQL into the migration itself";
  } else if (command == "\\." || command == "\\restrict" || command == "\\unrestrict") {
    hint =
        "for a dump that is plain SQL use pg_dump --inserts, and remove lines that begin with \\";
  }
  return Error(v1::ERROR_REASON_UNSUPPORTED_STATEMENT,
               absl::StrCat("'", command, "' is a meta-command of psql, not SQL"))
      .Statement(line)
      .With("position", absl::StrCat(offset))
      .Hint(hint);
}

absl::Status CopyFromStdin(absl::string_view statement, size_t offset) {
  return Error(v1::ERROR_REASON_UNSUPPORTED_STATEMENT,
               "COPY … FROM stdin needs a client that sends the rows")
      .Statement(statement)
      .With("position", absl::StrCat(offset))
      .Hint("write the rows as INSERT statements (pg_dump --inserts does)");
}

// Cuts where psql does, and finds what only psql understands.
absl::StatusOr<std::vector<Statement>> Scan(absl::string_view script) {
  std::vector<Statement> statements;
  StatementState state;
  size_t begin = 0;  // of the statement; equal to `end` while nothing of it is seen
  size_t end = 0;    // of its last token that is no blank
  size_t offset = 0;
  for (;;) {
    PostgresqlToken token = FirstPostgresqlToken(script.substr(offset));
    size_t next = offset + token.text.size();
    bool ends =
        token.kind == Kind::kEnd || (token.kind == Kind::kSemicolon && state.EndsAtSemicolon());
    if (token.kind == Kind::kBackslash) return MetaCommand(script, offset);
    if (ends) {
      absl::string_view text = script.substr(begin, end - begin);
      if (state.IsCopyFromStdin()) return CopyFromStdin(text, begin);
      if (!text.empty()) statements.push_back({text, begin});
      if (token.kind == Kind::kEnd) return statements;
      state = StatementState();
      begin = end = next;
    } else if (token.kind != Kind::kBlank) {
      if (begin == end) begin = offset;
      end = next;
      state.Add(token);
    }
    offset = next;
  }
}

// Without blanks and comments around it; `offset` moves along.
Statement Trim(absl::string_view text, size_t offset) {
  size_t begin = text.size();
  size_t end = text.size();
  for (size_t at = 0;;) {
    PostgresqlToken token = FirstPostgresqlToken(text.substr(at));
    if (token.kind == Kind::kEnd) break;
    size_t next = at + token.text.size();
    if (token.kind != Kind::kBlank) {
      if (begin == text.size()) begin = at;
      end = next;
    }
    at = next;
  }
  return {text.substr(begin, end - begin), offset + begin};
}

}  // namespace

absl::StatusOr<std::vector<Statement>> SplitPostgresql(absl::string_view script) {
  BRANT_ASSIGN_OR_RETURN(std::vector<Statement> scanned, Scan(script));
  PgQuerySplitResult parsed = pg_query_split_with_parser(std::string(script).c_str());
  absl::Cleanup free_parsed = [&parsed] { pg_query_free_split_result(parsed); };
  if (parsed.error != nullptr) return scanned;
  std::vector<Statement> statements;
  statements.reserve(parsed.n_stmts);
  for (int i = 0; i < parsed.n_stmts; ++i) {
    size_t location = parsed.stmts[i]->stmt_location;
    size_t size = parsed.stmts[i]->stmt_len;
    Statement statement = Trim(script.substr(location, size), location);
    if (!statement.text.empty()) statements.push_back(statement);
  }
  return statements;
}

}  // namespace brant
