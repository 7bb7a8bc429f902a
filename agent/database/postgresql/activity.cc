#include "agent/database/postgresql/activity.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"

namespace brant {
namespace {

// A view of what is under way in sessions.
struct Progress {
  absl::string_view view;
  // Of the server that has it first, as PQserverVersion tells it.
  int since;
  absl::string_view phase;
  absl::string_view done;
  absl::string_view total;
};

constexpr Progress kProgress[] = {
    // What does not count in this phase is 0. Waiting counts lockers. At its first
    // block a scan says that all are done.
    {"pg_stat_progress_create_index", 120000, "p.phase",
     "CASE WHEN p.phase LIKE 'waiting%' THEN p.lockers_done WHEN p.tuples_total > 0 "
     "THEN p.tuples_done ELSE nullif(p.blocks_done, p.blocks_total) END",
     "CASE WHEN p.phase LIKE 'waiting%' THEN p.lockers_total WHEN p.tuples_total > 0 "
     "THEN p.tuples_total ELSE p.blocks_total END"},
    {"pg_stat_progress_cluster", 120000, "p.phase", "p.heap_blks_scanned", "p.heap_blks_total"},
    {"pg_stat_progress_vacuum", 120000, "p.phase", "p.heap_blks_scanned", "p.heap_blks_total"},
    {"pg_stat_progress_analyze", 130000, "p.phase", "p.sample_blks_scanned", "p.sample_blks_total"},
    {"pg_stat_progress_copy", 140000, "'copying rows'", "p.bytes_processed", "p.bytes_total"},
};

// Rows of blockers: "b", pid, session, statement, age in seconds. A row of
// progress: "p", phase, done, total. Prepared transactions have pid 0.
constexpr absl::string_view kBlockers =
    "SELECT 'b', b.pid::text, pg_catalog.concat_ws(' ', nullif(a.application_name, ''), "
    "'user ' || a.usename, 'from ' || coalesce(pg_catalog.host(a.client_addr), 'local')), "
    "a.query, extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)::text "
    "FROM (SELECT DISTINCT pg_catalog.unnest(pg_catalog.pg_blocking_pids(?)) AS pid) b "
    "LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = b.pid";

std::string ObserveSql(int server_version) {
  std::string sql(kBlockers);
  for (const Progress& progress : kProgress) {
    if (server_version < progress.since) continue;
    absl::StrAppend(&sql, " UNION ALL SELECT 'p', ", progress.phase, ", (", progress.done,
                    ")::text, (", progress.total, ")::text, NULL FROM pg_catalog.", progress.view,
                    " p WHERE p.pid = ?");
  }
  return sql;
}

Blocker ToBlocker(const std::vector<std::optional<std::string>>& row) {
  Blocker blocker;
  blocker.server_id = row[1].value_or("");
  blocker.session = blocker.server_id == "0" ? "a prepared transaction" : row[2].value_or("");
  blocker.statement = row[3].value_or("");
  double seconds = 0;
  (void)absl::SimpleAtod(row[4].value_or(""), &seconds);
  blocker.age = absl::Seconds(seconds);
  return blocker;
}

void SetProgress(const std::vector<std::optional<std::string>>& row, Activity& activity) {
  activity.phase = row[1].value_or("");
  double done = 0;
  double total = 0;
  if (absl::SimpleAtod(row[2].value_or(""), &done) &&
      absl::SimpleAtod(row[3].value_or(""), &total) && total > 0) {
    activity.share = std::clamp(done / total, 0.0, 1.0);
  }
}

}  // namespace

absl::StatusOr<Activity> ObservePostgresSession(Session& session, int server_version,
                                                absl::string_view server_id) {
  Activity activity;
  int32_t pid = 0;
  if (!absl::SimpleAtoi(server_id, &pid)) return activity;
  const std::string sql = ObserveSql(server_version);
  const std::vector<Value> arguments(std::count(sql.begin(), sql.end(), '?'),
                                     Value(static_cast<int64_t>(pid)));
  BRANT_ASSIGN_OR_RETURN(Rows rows, session.Query(sql, arguments));
  for (const auto& row : rows) {
    if (row[0] == "b") {
      activity.blockers.push_back(ToBlocker(row));
    } else {
      SetProgress(row, activity);
    }
  }
  return activity;
}

absl::StatusOr<bool> TerminatePostgresSession(Session& session, absl::string_view server_id) {
  int32_t pid = 0;
  if (!absl::SimpleAtoi(server_id, &pid)) return false;
  BRANT_ASSIGN_OR_RETURN(Rows rows,
                         session.Query("SELECT pg_catalog.pg_terminate_backend(pid) "
                                       "FROM pg_catalog.pg_stat_activity "
                                       "WHERE pid = ? AND datname = pg_catalog.current_database()",
                                       {Value(static_cast<int64_t>(pid))}));
  return !rows.empty() && rows[0][0] == "t";
}

}  // namespace brant
