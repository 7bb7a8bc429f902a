// What the journal tells other agents about a run that executes.

#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/delimited_message_util.h>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/migrate/journal.h"
#include "agent/migrate/journal_rows.h"

namespace brant {
namespace {

// Far below the smallest limit that a server has for a statement.
constexpr size_t kEventBytesOfARow = 256 << 10;

}  // namespace

// The server's clock, so that agents need not agree about the time.
std::string Journal::Now() const {
  switch (tables_.dialect()) {
    case Dialect::kPostgresql:
      return "pg_catalog.clock_timestamp()";
    case Dialect::kMysql:
      return "UTC_TIMESTAMP(6)";
    case Dialect::kSqlite:
      return "julianday('now')";
  }
  return "";
}

std::string Journal::NowText() const {
  switch (tables_.dialect()) {
    case Dialect::kPostgresql:
      return absl::StrCat("pg_catalog.to_char(", Now(),
                          " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')");
    case Dialect::kMysql:
      return absl::StrCat("DATE_FORMAT(", Now(), ", '%Y-%m-%dT%H:%i:%s.%fZ')");
    case Dialect::kSqlite:
      return "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";
  }
  return "";
}

std::string Journal::HeartbeatAge() const {
  switch (tables_.dialect()) {
    case Dialect::kPostgresql:
      return absl::StrCat("EXTRACT(EPOCH FROM ", Now(), " - p.heartbeat)");
    case Dialect::kMysql:
      return absl::StrCat("TIMESTAMPDIFF(MICROSECOND, p.heartbeat, ", Now(), ") / 1000000");
    case Dialect::kSqlite:
      return absl::StrCat("(", Now(), " - p.heartbeat) * 86400");
  }
  return "";
}

absl::StatusOr<std::optional<ActiveRun>> Journal::ReadActiveRun(Session& session) const {
  BRANT_ASSIGN_OR_RETURN(
      Rows rows,
      session.Query(
          absl::StrCat("SELECT ", kRunColumns, ", p.session_id, p.heartbeat, ", HeartbeatAge(),
                       " FROM ", tables_.Runs(), " LEFT JOIN ", tables_.Progress(),
                       " p ON p.run_id = id WHERE version_table = ? AND state = "
                       "'running' ORDER BY epoch DESC LIMIT 1"),
          {Value(tables_.version_table())}));
  if (rows.empty()) return std::optional<ActiveRun>();
  const auto& row = rows[0];
  ActiveRun active;
  active.run = ParseRun(row);
  active.session_id = row[kRunColumnCount].value_or("");
  active.heartbeat = row[kRunColumnCount + 1].value_or("");
  double age = 0;
  if (absl::SimpleAtod(row[kRunColumnCount + 2].value_or(""), &age)) {
    active.heartbeat_age = absl::Seconds(age);
  }
  return std::optional<ActiveRun>(std::move(active));
}

absl::StatusOr<std::vector<v1::RunEvent>> Journal::ReadEvents(Session& session,
                                                              absl::string_view run_id,
                                                              int64_t after) const {
  BRANT_ASSIGN_OR_RETURN(Rows rows,
                         session.Query(absl::StrCat("SELECT events FROM ", tables_.Events(),
                                                    " WHERE run_id = ? AND last_sequence > ? "
                                                    "ORDER BY first_sequence"),
                                       {Value(std::string(run_id)), Value(after)}));
  std::vector<v1::RunEvent> events;
  for (const auto& row : rows) {
    std::string bytes;
    if (!absl::Base64Unescape(row[0].value_or(""), &bytes)) continue;
    google::protobuf::io::ArrayInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
    v1::RunEvent event;
    bool clean_end = false;
    while (google::protobuf::util::ParseDelimitedFromZeroCopyStream(&event, &stream, &clean_end)) {
      if (event.sequence() > after) {
        after = event.sequence();
        events.push_back(std::move(event));
      }
      event.Clear();
    }
  }
  return events;
}

absl::StatusOr<bool> Journal::ReadCancelRequest(Session& session, absl::string_view run_id) const {
  BRANT_ASSIGN_OR_RETURN(
      Rows rows, session.Query(absl::StrCat("SELECT cancel_request FROM ", tables_.Progress(),
                                            " WHERE run_id = ?"),
                               {Value(std::string(run_id))}));
  return !rows.empty() && ToInt(rows[0][0]) != 0;
}

BoundStatement Journal::ContinueRun(absl::string_view run_id, absl::string_view session_id,
                                    bool shows_life) const {
  return {absl::StrCat("UPDATE ", tables_.Progress(), " SET session_id = ?, heartbeat = ",
                       shows_life ? Now() : "NULL", " WHERE run_id = ?"),
          {std::string(session_id), std::string(run_id)}};
}

BoundStatement Journal::Heartbeat(absl::string_view run_id) const {
  return {
      absl::StrCat("UPDATE ", tables_.Progress(), " SET heartbeat = ", Now(), " WHERE run_id = ?"),
      {std::string(run_id)}};
}

BoundStatement Journal::WithdrawHeartbeat(absl::string_view run_id) const {
  return {absl::StrCat("UPDATE ", tables_.Progress(), " SET heartbeat = NULL WHERE run_id = ?"),
          {std::string(run_id)}};
}

std::vector<BoundStatement> Journal::InsertEvents(absl::Span<const v1::RunEvent> events) const {
  // A row for many events: they are read and written together.
  std::vector<BoundStatement> statements;
  for (size_t begin = 0; begin < events.size();) {
    std::string bytes;
    size_t end = begin;
    {
      google::protobuf::io::StringOutputStream stream(&bytes);
      for (size_t size = 0; end < events.size() && size < kEventBytesOfARow; ++end) {
        google::protobuf::util::SerializeDelimitedToZeroCopyStream(events[end], &stream);
        size += events[end].ByteSizeLong();
      }
    }
    statements.push_back(
        {absl::StrCat(
             "INSERT INTO ", tables_.Events(),
             " (run_id, first_sequence, last_sequence, events) VALUES (?, ?, ?, ?)",
             // Whether an earlier try took effect may not be known.
             OnConflict(tables_.dialect(), "run_id, first_sequence", {"last_sequence", "events"})),
         {events[begin].run_id(), events[begin].sequence(), events[end - 1].sequence(),
          absl::Base64Escape(bytes)}});
    begin = end;
  }
  return statements;
}

BoundStatement Journal::RequestCancel(absl::string_view run_id) const {
  return {absl::StrCat("UPDATE ", tables_.Progress(), " SET cancel_request = 1 WHERE run_id = ?"),
          {std::string(run_id)}};
}

}  // namespace brant
