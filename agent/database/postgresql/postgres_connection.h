#ifndef BRANT_AGENT_DATABASE_POSTGRESQL_POSTGRES_CONNECTION_H_
#define BRANT_AGENT_DATABASE_POSTGRESQL_POSTGRES_CONNECTION_H_

#include <libpq-fe.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/database/value.h"

namespace brant {

// Parameters as libpq names them.
using PostgresParameters = std::map<std::string, std::string>;

// One connection. libpqxx runs what returns rows to Brant. libpq itself runs
// migrations' statements, for what libpqxx 6 does not tell (the position of an
// error, the tag of a COMMIT) or can't do (drop rows as they come, get out of
// COPY). Neither ever reconnects: the lock would be lost unseen. One thread at
// a time, but for Cancel.
class PostgresConnection {
 public:
  // Errors: DATABASE_UNREACHABLE, DATABASE_LOGIN_REFUSED.
  static absl::StatusOr<std::unique_ptr<PostgresConnection>> Connect(
      const PostgresParameters& parameters, absl::Duration timeout);
  ~PostgresConnection();

  // One statement of which the rows are wanted.
  absl::StatusOr<Rows> Query(const std::string& sql);

  struct Outcome {
    absl::Status status;
    int64_t rows_affected = 0;
    // Of the last statement that succeeded, such as "COMMIT" or "INSERT 0 1".
    std::string last_tag;
  };
  // One or more statements, in one message. Their rows are dropped.
  Outcome Run(const std::string& sql);

  // `value` as a literal. Errors: DATABASE_ERROR for what PostgreSQL can't hold.
  absl::StatusOr<std::string> Quote(const Value& value);

  // From any thread.
  void Cancel();

  bool InTransaction() const;
  bool IsAlive() const;
  // As the server told it; a pooler makes it up.
  int ProcessId() const;
  // Such as 150006.
  int ServerVersion() const;
  // Of a setting that the server reports by itself; empty: it does not.
  std::string ReportedSetting(const char* name) const;

 private:
  class Adopted;
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  struct FreeCancel {
    void operator()(PGcancel* cancel) const { PQfreeCancel(cancel); }
  };

  explicit PostgresConnection(std::unique_ptr<PGconn, Finish> connection);

  // Gives an error of the server the meaning that this connection knows of.
  absl::Status Explain(absl::Status status);
  void DropCopiedRows();

  const std::unique_ptr<PGconn, Finish> connection_;
  const std::unique_ptr<PGcancel, FreeCancel> cancel_;
  std::unique_ptr<Adopted> pqxx_;
  // Cancel was called, and no statement has failed by it yet.
  std::atomic<bool> cancelling_ = false;
};

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_POSTGRESQL_POSTGRES_CONNECTION_H_
