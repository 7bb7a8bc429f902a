#include "agent/database/mysql/fingerprint.h"

#include <mysqld_error.h>

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/base/error.h"
#include "agent/base/sha256.h"
#include "agent/database/mysql/literals.h"
#include "agent/database/mysql/token_reader.h"

namespace brant::mysql {
namespace {

using Answer = absl::StatusOr<std::optional<std::string>>;

bool IsAbsent(unsigned code) {
  switch (code) {
    case ER_NO_SUCH_TABLE:
    case ER_BAD_DB_ERROR:
    case ER_SP_DOES_NOT_EXIST:
    case ER_TRG_DOES_NOT_EXIST:
    case ER_EVENT_DOES_NOT_EXIST:
      return true;
    default:
      return false;
  }
}

// A failure that says nothing of the catalogue, and may be gone the next time.
bool IsPassing(const Failure& failure) {
  return failure.IsDisconnect() || failure.IsInterrupt() || failure.code == ER_LOCK_WAIT_TIMEOUT ||
         failure.code == ER_LOCK_DEADLOCK;
}

// The counter moves as rows come, and after a restart.
std::string WithoutCounter(absl::string_view definition) {
  constexpr absl::string_view kCounter = " AUTO_INCREMENT=";
  const size_t begin = definition.rfind(kCounter);
  if (begin == absl::string_view::npos) return std::string(definition);
  size_t end = begin + kCounter.size();
  while (end < definition.size() && absl::ascii_isdigit(definition[end])) ++end;
  return absl::StrCat(definition.substr(0, begin), definition.substr(end));
}

class Fingerprinter {
 public:
  Fingerprinter(const Ddl& ddl, bool mariadb, absl::string_view database, const RunStatement& run)
      : ddl_(ddl), mariadb_(mariadb), database_(database), run_(run) {}

  Answer Take() {
    if (ddl_.trace == Ddl::Trace::kNone) return std::nullopt;
    if (ddl_.trace == Ddl::Trace::kRepeatable) return Sha256Hex("repeatable");
    BRANT_ASSIGN_OR_RETURN(const bool independent, MeansTheSameInEverySession());
    if (!independent) return std::nullopt;
    switch (ddl_.trace) {
      case Ddl::Trace::kNone:
      case Ddl::Trace::kRepeatable:
        break;
      case Ddl::Trace::kExistence:
        return TakeExistence();
      case Ddl::Trace::kDefinition:
        return TakeDefinition();
      case Ddl::Trace::kStorage:
      case Ddl::Trace::kSwap:
        return TakeStorage();
    }
    return std::nullopt;
  }

 private:
  struct Shown {
    bool exists = false;
    std::string definition;
  };

  absl::StatusOr<bool> MeansTheSameInEverySession() {
    Rows rows;
    auto failure = run_(
        absl::StrCat("SELECT DATABASE() <=> ", TextLiteral(database_),
                     ", @@sql_quote_show_create = 1 AND @@character_set_results LIKE 'utf8%' AND "
                     "@@sql_mode NOT LIKE '%ANSI_QUOTES%' AND @@sql_mode NOT LIKE '%_OPTIONS%'"),
        &rows);
    if (failure && IsPassing(*failure)) return ToStatus(*failure, Activity::kRunning);
    if (failure || rows.size() != 1) return false;
    const bool qualified =
        ddl_.object == "DATABASE" ||
        std::all_of(ddl_.names.begin(), ddl_.names.end(),
                    [](const std::string& name) { return Parts(name).size() > 1; });
    const bool plainly_shown = rows[0][1] == "1";
    return (qualified || rows[0][0] == "1") &&
           (plainly_shown || ddl_.trace != Ddl::Trace::kDefinition);
  }

  // Nothing: it can't be seen, or hides behind a temporary table.
  absl::StatusOr<std::optional<Shown>> Show(const std::string& name) {
    Rows rows;
    if (auto failure = run_(absl::StrCat("SHOW CREATE ", ddl_.object, " ", name), &rows)) {
      if (IsAbsent(failure->code)) return Shown{};
      if (IsPassing(*failure)) return ToStatus(*failure, Activity::kRunning);
      return std::nullopt;
    }
    if (rows.size() != 1 || rows[0].size() < 2) return std::nullopt;
    Shown shown{true, rows[0][1].value_or("")};
    if (absl::StartsWith(shown.definition, "CREATE TEMPORARY ")) return std::nullopt;
    return shown;
  }

  Answer TakeExistence() {
    std::string pattern;
    for (const std::string& name : ddl_.names) {
      BRANT_ASSIGN_OR_RETURN(std::optional<Shown> shown, Show(name));
      if (!shown) return std::nullopt;
      absl::StrAppend(&pattern, shown->exists ? "1" : "0");
    }
    const bool mixed = absl::StrContains(pattern, "0") && absl::StrContains(pattern, "1");
    if (ddl_.one_by_one && mixed) return std::nullopt;
    return Sha256Hex(absl::StrCat("existence ", pattern));
  }

  Answer TakeDefinition() {
    BRANT_ASSIGN_OR_RETURN(std::optional<Shown> shown, Show(ddl_.names[0]));
    if (!shown) return std::nullopt;
    if (!shown->exists) return Sha256Hex("absent");
    // The server adds partitions of these by itself.
    if (absl::StrContains(shown->definition, "PARTITION BY SYSTEM_TIME")) return std::nullopt;
    return Sha256Hex(absl::StrCat("definition ", WithoutCounter(shown->definition)));
  }

  // InnoDB gives a table a new number whenever it makes its storage anew, and
  // the number goes with the table when that is renamed. A partitioned table has
  // none of its own.
  Answer TakeStorage() {
    std::string text = "storage";
    for (const std::string& name : ddl_.names) {
      BRANT_ASSIGN_OR_RETURN(std::optional<Shown> shown, Show(name));
      if (!shown) return std::nullopt;
      if (shown->exists) {
        BRANT_ASSIGN_OR_RETURN(std::optional<std::string> id, TableId(name));
        if (!id) return std::nullopt;
        absl::StrAppend(&text, " ", *id);
      } else if (ddl_.trace == Ddl::Trace::kSwap) {
        absl::StrAppend(&text, " absent");
      } else {
        // CREATE OR REPLACE that was cut off between dropping and creating.
        return std::nullopt;
      }
    }
    return Sha256Hex(text);
  }

  absl::StatusOr<std::optional<std::string>> TableId(const std::string& name) {
    std::vector<std::string> parts = Parts(name);
    const std::string database =
        parts.size() > 1 ? TextLiteral(parts[parts.size() - 2]) : "DATABASE()";
    // InnoDB's names are in the character set of file names, with lower-case
    // letters where the server's names have no case.
    const auto part = [](absl::string_view sql) {
      return absl::StrCat("CAST(CONVERT(IF(@@lower_case_table_names = 0, ", sql, ", LOWER(", sql,
                          ")) USING filename) AS BINARY)");
    };
    Rows rows;
    auto failure = run_(absl::StrCat("SELECT TABLE_ID FROM information_schema.",
                                     mariadb_ ? "INNODB_SYS_TABLES" : "INNODB_TABLES",
                                     " WHERE CAST(NAME AS BINARY) = CONCAT(", part(database),
                                     ", '/', ", part(TextLiteral(parts.back())), ")"),
                        &rows);
    if (failure && IsPassing(*failure)) return ToStatus(*failure, Activity::kRunning);
    if (failure || rows.size() != 1) return std::nullopt;
    return rows[0][0];
  }

  static std::vector<std::string> Parts(const std::string& name) {
    std::vector<std::string> parts;
    TokenReader reader(name);
    for (; !reader.AtEnd(); reader.Advance()) {
      if (!reader.token().IsSymbol('.')) parts.push_back(LastPart(reader.token().text));
    }
    if (parts.empty()) parts.push_back("");
    return parts;
  }

  const Ddl& ddl_;
  const bool mariadb_;
  const absl::string_view database_;
  const RunStatement& run_;
};

}  // namespace

Answer FingerprintOf(const Ddl& ddl, const Connection& connection, absl::string_view database,
                     const RunStatement& run) {
  const bool mariadb = connection.IsMariaDb();
  if (connection.ServerVersion() < (mariadb ? 100600 : 80000)) return std::nullopt;
  return Fingerprinter(ddl, mariadb, database, run).Take();
}

}  // namespace brant::mysql
