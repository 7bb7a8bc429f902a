#include "agent/database/mysql/resumable.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/database/mysql/prepared_statements.h"
#include "agent/database/mysql/session_use.h"
#include "agent/database/mysql/temporary_tables.h"
#include "agent/database/mysql/token_reader.h"
#include "agent/database/not_resumable.h"

namespace brant {
namespace {

using mysql::PreparedUse;
using mysql::SessionUse;
using mysql::TokenReader;

std::string FirstWord(absl::string_view statement) {
  TokenReader reader(statement);
  reader.SkipSetStatement();
  return reader.TakeLower();
}

std::string LowerName(absl::string_view name) {
  return absl::AsciiStrToLower(mysql::LastPart(name));
}

// The tables of DROP [TEMPORARY] TABLE [IF EXISTS] a, b.
struct Dropped {
  bool if_exists = false;
  std::set<std::string> names;
};
Dropped ReadDropped(absl::string_view statement) {
  TokenReader reader(statement);
  Dropped dropped;
  if (!reader.ConsumeWord("drop")) return dropped;
  reader.ConsumeWord("temporary");
  if (!reader.ConsumeAnyWord({"table", "tables"})) return dropped;
  dropped.if_exists = reader.ConsumeWord("if") && reader.ConsumeWord("exists");
  do {
    dropped.names.insert(LowerName(reader.ConsumeName()));
  } while (reader.ConsumeSymbol(','));
  return dropped;
}

// CREATE TEMPORARY TABLE that needs no such table to be there, nor to be gone.
bool MakesAnew(absl::string_view statement) {
  TokenReader reader(statement);
  while (!reader.AtEnd() && !reader.IsWord("table")) reader.Advance();
  reader.ConsumeWord("table");
  return !reader.IsWord("if");
}

// May give LAST_INSERT_ID() another value.
bool Inserts(absl::string_view first) {
  return first == "insert" || first == "replace" || first == "load" || first == "call" ||
         first == "execute" || first == "begin";
}

// What the statements done have left in their session, as far as it is lost.
// Values are the numbers of statements, from 1.
class LostSession {
 public:
  void Done(const Statement& statement, int number) {
    const SessionUse use = mysql::ReadSessionUse(statement.text);
    const std::string first = FirstWord(statement.text);
    TakeTransaction(statement, first, use, number);
    TakeVariables(statement, use, number);
    TakePrepared(statement, use);
    if (Inserts(first)) inserted_ = number;
    last_ = number;
    if (std::string table = mysql::CreatedTemporaryTable(statement.text); !table.empty()) {
      tables_[LowerName(table)] = number;
    }
    for (const std::string& name : ReadDropped(statement.text).names) tables_.erase(name);
  }

  absl::Status CheckTransaction(int next) const {
    return begun_ == 0 ? absl::OkStatus() : NotResumable(begun_, next, "the open transaction");
  }

  // The next one of the statements that remain, in order.
  absl::Status Check(const Statement& statement, int number) {
    SessionUse use = mysql::ReadSessionUse(statement.text);
    const std::string first = FirstWord(statement.text);
    const PreparedUse prepared = mysql::ReadPreparedUse(statement.text);
    if (prepared.action == PreparedUse::Action::kExecute) AddPrepared(prepared.name, use);
    if (prepared.action != PreparedUse::Action::kNone) AddWordsOfVariables(use);
    const bool is_next = number == last_ + 1;
    if (inserted_ != 0 &&
        (use.words.contains("last_insert_id") || use.words.contains("identity"))) {
      return NotResumable(inserted_, number, "LAST_INSERT_ID()");
    }
    for (const char* function : {"row_count", "found_rows"}) {
      if (is_next && last_ != 0 && use.words.contains(function)) {
        return NotResumable(last_, number, absl::StrCat(absl::AsciiStrToUpper(function), "()"));
      }
    }
    if (Inserts(first)) inserted_ = 0;
    for (const std::string& name : use.reads) {
      if (auto lost = lost_variables_.find(name); lost != lost_variables_.end()) {
        return NotResumable(lost->second, number, absl::StrCat("the variable @", name));
      }
    }
    for (const auto& [name, assignment] : use.sets) lost_variables_.erase(name);
    if (prepared.action == PreparedUse::Action::kPrepare) prepared_.erase(prepared.name);
    return CheckTables(statement, use, number);
  }

 private:
  void TakeTransaction(const Statement& statement, const std::string& first, const SessionUse& use,
                       int number) {
    if (statement.kind == StatementKind::kAutonomous) begun_ = 0;
    if (statement.kind != StatementKind::kTransactionControl) return;
    TokenReader reader(statement.text);
    reader.Advance();
    if (first == "set" || first == "lock") {
      begun_ = 0;
    } else if (first == "begin" || first == "start") {
      begun_ = number;
    } else if (first == "xa") {
      const bool ends =
          reader.IsWord("prepare") || reader.IsWord("commit") || reader.IsWord("rollback");
      begun_ = ends ? 0 : number;
    } else if (first == "commit" || (first == "rollback" && !use.words.contains("to"))) {
      begun_ = use.words.contains("chain") && !use.words.contains("no") ? number : 0;
    }
  }

  void TakeVariables(const Statement& statement, const SessionUse& use, int number) {
    // What changes the catalogue makes other values of what is read from it.
    if (statement.kind == StatementKind::kAutonomous ||
        statement.kind == StatementKind::kProcedure) {
      for (const std::string& name : of_catalogue_) lost_variables_.emplace(name, set_by_[name]);
      of_catalogue_.clear();
    }
    const bool repeated = statement.kind == StatementKind::kSession;
    for (const auto& [name, assignment] : use.sets) {
      const bool computed_from_lost =
          std::any_of(assignment.from.begin(), assignment.from.end(),
                      [this](const std::string& from) { return lost_variables_.contains(from); });
      const bool from_catalogue =
          assignment.of_catalogue ||
          std::any_of(assignment.from.begin(), assignment.from.end(),
                      [this](const std::string& from) { return of_catalogue_.contains(from); });
      lost_variables_.erase(name);
      of_catalogue_.erase(name);
      set_by_[name] = number;
      words_[name] = use.words;
      if (!repeated || !assignment.repeatable || computed_from_lost) {
        lost_variables_[name] = number;
      } else if (from_catalogue) {
        of_catalogue_.insert(name);
      }
    }
  }

  void TakePrepared(const Statement& statement, SessionUse use) {
    const PreparedUse prepared = mysql::ReadPreparedUse(statement.text);
    if (prepared.action != PreparedUse::Action::kPrepare) return;
    AddWordsOfVariables(use);
    prepared_[prepared.name] = std::move(use);
  }

  // A text that a variable holds names what its SET names.
  void AddWordsOfVariables(SessionUse& use) {
    for (const std::string& name : use.reads) {
      const std::set<std::string>& words = words_[name];
      use.words.insert(words.begin(), words.end());
    }
  }

  // EXECUTE needs what its text names, and what that was made from.
  void AddPrepared(const std::string& name, SessionUse& use) const {
    const auto found = prepared_.find(name);
    if (found == prepared_.end()) return;
    use.reads.insert(found->second.reads.begin(), found->second.reads.end());
    use.words.insert(found->second.words.begin(), found->second.words.end());
  }

  absl::Status CheckTables(const Statement& statement, const SessionUse& use, int number) {
    const Dropped dropped = ReadDropped(statement.text);
    const std::string created = mysql::CreatedTemporaryTable(statement.text);
    if (!created.empty() && MakesAnew(statement.text)) tables_.erase(LowerName(created));
    if (dropped.if_exists) {
      for (const std::string& name : dropped.names) tables_.erase(name);
    }
    for (const auto& [name, made] : tables_) {
      if (use.words.contains(name)) {
        return NotResumable(made, number, absl::StrCat("the temporary table ", name));
      }
    }
    return absl::OkStatus();
  }

  std::map<std::string, int> tables_;
  std::map<std::string, int> set_by_;
  // Whose value can't be had again, and whose is the catalogue's.
  std::map<std::string, int> lost_variables_;
  std::set<std::string> of_catalogue_;
  // Words of what a variable was set to.
  std::map<std::string, std::set<std::string>> words_;
  std::map<std::string, SessionUse> prepared_;
  int inserted_ = 0;
  int last_ = 0;
  int begun_ = 0;
};

}  // namespace

absl::Status CheckMysqlResumable(absl::Span<const Statement> statements, int done) {
  const int total = static_cast<int>(statements.size());
  if (done == 0 || done >= total) return absl::OkStatus();
  LostSession lost;
  for (int i = 0; i < done; ++i) lost.Done(statements[i], i + 1);
  if (absl::Status status = lost.CheckTransaction(done + 1); !status.ok()) return status;
  for (int i = done; i < total; ++i) {
    if (absl::Status status = lost.Check(statements[i], i + 1); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace brant
