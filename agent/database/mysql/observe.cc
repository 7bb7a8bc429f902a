#include "agent/database/mysql/observe.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/database/mysql/ddl.h"
#include "agent/database/mysql/token_reader.h"

namespace brant::mysql {
namespace {

// What is told of a session `b` that may have the transaction `t`. InnoDB's times
// are in the system's time zone.
constexpr absl::string_view kBlocker =
    "SELECT DISTINCT b.ID, b.USER, b.HOST, b.INFO, t.trx_id IS NOT NULL, "
    "COALESCE(TIMESTAMPDIFF(SECOND, CONVERT_TZ(t.trx_started, 'SYSTEM', @@time_zone), NOW()), "
    "b.TIME) AS age ";
constexpr absl::string_view kTransactionOfB =
    " LEFT JOIN information_schema.INNODB_TRX t ON t.trx_mysql_thread_id = b.ID ";
constexpr absl::string_view kOldestFirst = " ORDER BY age DESC LIMIT 20";

std::string RowLocks(bool mariadb, int64_t id) {
  return absl::StrCat(
      kBlocker, "FROM information_schema.INNODB_TRX r JOIN ",
      mariadb ? "information_schema.INNODB_LOCK_WAITS w ON w.requesting_trx_id = r.trx_id JOIN "
                "information_schema.INNODB_TRX t ON t.trx_id = w.blocking_trx_id"
              : "performance_schema.data_lock_waits w "
                "ON w.REQUESTING_ENGINE_TRANSACTION_ID = r.trx_id JOIN "
                "information_schema.INNODB_TRX t "
                "ON t.trx_id = w.BLOCKING_ENGINE_TRANSACTION_ID",
      " JOIN information_schema.PROCESSLIST b ON b.ID = t.trx_mysql_thread_id "
      "WHERE r.trx_mysql_thread_id = ",
      id, kOldestFirst);
}

std::string AccountedMetadataLocks(int64_t id) {
  return absl::StrCat(
      kBlocker,
      "FROM performance_schema.threads wt "
      "JOIN performance_schema.metadata_locks w ON w.OWNER_THREAD_ID = wt.THREAD_ID "
      "JOIN performance_schema.metadata_locks h ON h.OBJECT_TYPE = w.OBJECT_TYPE "
      "AND h.OBJECT_SCHEMA <=> w.OBJECT_SCHEMA AND h.OBJECT_NAME <=> w.OBJECT_NAME "
      "JOIN performance_schema.threads ht ON ht.THREAD_ID = h.OWNER_THREAD_ID "
      "JOIN information_schema.PROCESSLIST b ON b.ID = ht.PROCESSLIST_ID",
      kTransactionOfB, "WHERE wt.PROCESSLIST_ID = ", id, " AND b.ID <> ", id,
      " AND w.LOCK_STATUS = 'PENDING' AND h.LOCK_STATUS = 'GRANTED'", kOldestFirst);
}

std::string PluginMetadataLocks(int64_t id) {
  return absl::StrCat(kBlocker,
                      "FROM information_schema.METADATA_LOCK_INFO m "
                      "JOIN information_schema.PROCESSLIST b ON b.ID = m.THREAD_ID "
                      "JOIN information_schema.PROCESSLIST w ON w.ID = ",
                      id, kTransactionOfB, "WHERE b.ID <> ", id,
                      " AND m.LOCK_TYPE = 'Table metadata lock' "
                      "AND LOCATE(m.TABLE_NAME, w.INFO) > 0",
                      kOldestFirst);
}

std::string MetadataLockCandidates(int64_t id) {
  return absl::StrCat(kBlocker, "FROM information_schema.PROCESSLIST b", kTransactionOfB,
                      "WHERE b.ID <> ", id, " AND b.ID <> CONNECTION_ID() ",
                      "AND (t.trx_id IS NOT NULL OR b.COMMAND IN ('Query', 'Execute')) "
                      "AND COALESCE(b.STATE, '') NOT LIKE 'Waiting for%metadata lock'",
                      kOldestFirst);
}

int64_t Number(const std::optional<std::string>& text) {
  int64_t number = 0;
  return text && absl::SimpleAtoi(*text, &number) ? number : 0;
}

std::vector<Blocker> ToBlockers(const Rows& rows) {
  std::vector<Blocker> blockers;
  for (const auto& row : rows) {
    Blocker blocker;
    blocker.server_id = row[0].value_or("");
    blocker.session = absl::StrCat(row[1].value_or(""), "@", row[2].value_or(""));
    blocker.statement = row[3].value_or(Number(row[4]) != 0 ? "idle in transaction" : "idle");
    blocker.age = absl::Seconds(std::max<int64_t>(0, Number(row[5])));
    blockers.push_back(std::move(blocker));
  }
  return blockers;
}

// Nothing where the server lacks the tables or the user may not read them.
absl::StatusOr<std::vector<Blocker>> Ask(Session& session, const std::string& sql) {
  absl::StatusOr<Rows> rows = session.Query(sql);
  if (rows.ok()) return ToBlockers(*rows);
  if (ReasonOf(rows.status()) == v1::ERROR_REASON_DATABASE_ERROR ||
      ReasonOf(rows.status()) == v1::ERROR_REASON_DATABASE_PERMISSION_DENIED) {
    return std::vector<Blocker>();
  }
  return rows.status();
}

bool NamesOne(absl::string_view statement, const std::vector<std::string>& tables) {
  return std::any_of(tables.begin(), tables.end(), [statement](const std::string& table) {
    return absl::StrContains(absl::AsciiStrToLower(statement),
                             absl::AsciiStrToLower(LastPart(table)));
  });
}

absl::StatusOr<std::vector<Blocker>> MetadataLocks(Session& session, bool mariadb, int64_t id,
                                                   absl::string_view statement) {
  BRANT_ASSIGN_OR_RETURN(std::vector<Blocker> holders, Ask(session, AccountedMetadataLocks(id)));
  if (holders.empty() && mariadb) {
    BRANT_ASSIGN_OR_RETURN(holders, Ask(session, PluginMetadataLocks(id)));
  }
  if (!holders.empty()) return holders;
  BRANT_ASSIGN_OR_RETURN(std::vector<Blocker> candidates, Ask(session, MetadataLockCandidates(id)));
  const std::vector<std::string> tables = ReadDdl(statement).names;
  for (Blocker& candidate : candidates) {
    if (candidate.statement == "idle in transaction" || NamesOne(candidate.statement, tables)) {
      holders.push_back(std::move(candidate));
    }
  }
  return holders;
}

// MariaDB's account of a long statement.
void ReadProgress(const std::vector<std::optional<std::string>>& row, brant::Activity& activity) {
  const int64_t stages = Number(row[3]);
  double percent = 0;
  if (stages == 0 || !absl::SimpleAtod(row[4].value_or(""), &percent)) return;
  activity.phase = row[0].value_or("");
  if (stages > 1) {
    absl::StrAppend(&activity.phase, " (stage ", row[2].value_or(""), " of ", stages, ")");
  }
  activity.share = std::clamp(percent / 100, 0.0, 1.0);
}

}  // namespace

absl::StatusOr<brant::Activity> ObserveSession(Session& session, bool mariadb,
                                               int64_t connection_id) {
  brant::Activity activity;
  BRANT_ASSIGN_OR_RETURN(Rows rows,
                         session.Query(absl::StrCat(
                             "SELECT STATE, INFO", mariadb ? ", STAGE, MAX_STAGE, PROGRESS" : "",
                             " FROM information_schema.PROCESSLIST WHERE ID = ", connection_id)));
  if (rows.empty()) return activity;
  if (mariadb) ReadProgress(rows[0], activity);
  const std::string state = rows[0][0].value_or("");
  const std::string statement = rows[0][1].value_or("");
  if (statement.empty()) return activity;
  if (absl::StrContains(state, "metadata lock")) {
    BRANT_ASSIGN_OR_RETURN(activity.blockers,
                           MetadataLocks(session, mariadb, connection_id, statement));
  } else {
    BRANT_ASSIGN_OR_RETURN(activity.blockers, Ask(session, RowLocks(mariadb, connection_id)));
  }
  return activity;
}

}  // namespace brant::mysql
