#include "agent/database/mysql/session_settings.h"

#include <mysqld_error.h>

#include <algorithm>
#include <array>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/database/mysql/literals.h"

namespace brant::mysql {
namespace {

struct Variable {
  absl::string_view name;
  bool is_text;
};

// What migrations and dumps change, on every version of both servers. What else
// they change is set back to the server's default. The character set comes
// before the collation, which it would change.
constexpr std::array<Variable, 21> kVariables = {{
    {"autocommit", false},
    {"sql_mode", true},
    {"foreign_key_checks", false},
    {"unique_checks", false},
    {"time_zone", true},
    {"character_set_client", true},
    {"character_set_results", true},
    {"character_set_connection", true},
    {"collation_connection", true},
    {"sql_safe_updates", false},
    {"sql_notes", false},
    {"sql_warnings", false},
    {"sql_select_limit", false},
    {"sql_big_selects", false},
    {"group_concat_max_len", false},
    {"default_storage_engine", true},
    {"completion_type", true},
    {"lc_messages", true},
    {"lock_wait_timeout", false},
    {"innodb_lock_wait_timeout", false},
    {"wait_timeout", false},
}};

// An agent that was cut off holds its locks until the server ends its session:
// not for the eight hours that are the default. A run's session is never idle for
// a minute, because between two statements it waits for nobody; the others may
// be asked seldom.
constexpr int kRunWaitTimeoutSeconds = 60;
constexpr int kReadWaitTimeoutSeconds = 3600;

bool IsListed(absl::string_view name) {
  return std::any_of(kVariables.begin(), kVariables.end(),
                     [name](const Variable& variable) { return variable.name == name; });
}

std::string SetStatement(const Connection& connection, const SessionOptions& options,
                         bool tracked) {
  // English messages, because the position of an error is read from them.
  std::string sql =
      absl::StrCat("SET autocommit = 1, lc_messages = 'en_US', wait_timeout = ",
                   options.read_only ? kReadWaitTimeoutSeconds : kRunWaitTimeoutSeconds);
  const unsigned long version = connection.ServerVersion();  // NOLINT(runtime/int)
  if (connection.IsMariaDb()) {
    if (version >= 100101) absl::StrAppend(&sql, ", max_statement_time = 0");
  } else if (version >= 50708) {
    absl::StrAppend(&sql, ", max_execution_time = 0");
  }
  if (options.lock_timeout > absl::ZeroDuration()) {
    const int64_t seconds = std::max<int64_t>(
        1, absl::ToInt64Seconds(absl::Ceil(options.lock_timeout, absl::Seconds(1))));
    absl::StrAppend(&sql, ", lock_wait_timeout = ", seconds,
                    ", innodb_lock_wait_timeout = ", seconds);
  }
  if (tracked) absl::StrAppend(&sql, ", session_track_system_variables = '*'");
  return sql;
}

bool CanTrack(const Connection& connection) {
  return connection.ServerVersion() >= (connection.IsMariaDb() ? 100203 : 50708);
}

}  // namespace

std::optional<Failure> SessionSettings::Establish(Connection& connection,
                                                  const SessionOptions& options) {
  tracked_ = CanTrack(connection);
  if (auto failure = connection.Run(SetStatement(connection, options, tracked_), nullptr)) {
    return failure;
  }
  if (options.read_only) {
    if (auto failure = connection.Run("SET SESSION TRANSACTION READ ONLY", nullptr)) return failure;
  }
  const std::string names =
      absl::StrJoin(kVariables, ", ", [](std::string* out, const Variable& variable) {
        absl::StrAppend(out, "@@", variable.name);
      });
  Rows rows;
  if (auto failure = connection.Run(absl::StrCat("SELECT CONNECTION_ID(), ", names), &rows)) {
    return failure;
  }
  if (rows.size() == 1) Remember(rows[0]);
  connection.TakeChangedVariables();
  return std::nullopt;
}

void SessionSettings::Remember(const std::vector<std::optional<std::string>>& values) {
  connection_id_ = values[0].value_or("");
  std::vector<std::string> assignments;
  for (size_t i = 0; i < kVariables.size(); ++i) {
    const std::optional<std::string>& value = values[i + 1];
    const std::string literal = !value                  ? "NULL"
                                : kVariables[i].is_text ? TextLiteral(*value)
                                                        : *value;
    assignments.push_back(absl::StrCat(kVariables[i].name, " = ", literal));
  }
  restore_ = absl::StrCat("SET ", absl::StrJoin(assignments, ", "));
}

std::optional<Failure> SessionSettings::Restore(Connection& connection, bool failed) {
  const std::vector<std::string> changed = connection.TakeChangedVariables();
  if (tracked_ && changed.empty() && !failed) return std::nullopt;
  if (auto failure = connection.Run(restore_, nullptr)) return failure;
  std::set<std::string> others(changed.begin(), changed.end());
  for (const std::string& name : others) {
    if (IsListed(name)) continue;
    // One at a time: a few have no default (insert_id) and need none, because
    // they hold for one statement.
    auto failure = connection.Run(absl::StrCat("SET ", QuoteName(name), " = DEFAULT"), nullptr);
    if (failure && failure->code != ER_NO_DEFAULT) return failure;
  }
  connection.TakeChangedVariables();
  return std::nullopt;
}

}  // namespace brant::mysql
