#include "agent/database/postgresql/postgres_connection.h"

#include <poll.h>

#include <algorithm>
#include <pqxx/connection_base>
#include <pqxx/connectionpolicy.hxx>
#include <pqxx/nontransaction>
#include <pqxx/result>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "agent/base/error.h"
#include "agent/database/postgresql/postgres_error.h"

namespace brant {
namespace {

constexpr absl::string_view kQueryCanceled = "57014";

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ClearResult>;

// Goes on with what PQconnectStart began.
absl::Status FinishConnecting(PGconn* connection, absl::Duration timeout) {
  absl::Time deadline = absl::Now() + timeout;
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  while (state != PGRES_POLLING_OK) {
    if (PQstatus(connection) == CONNECTION_BAD || state == PGRES_POLLING_FAILED) {
      return ConnectError(PQerrorMessage(connection));
    }
    absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) {
      return ConnectError(absl::StrCat("no connection within ", absl::FormatDuration(timeout), "\n",
                                       PQerrorMessage(connection)));
    }
    struct pollfd socket = {};
    socket.fd = PQsocket(connection);
    socket.events = state == PGRES_POLLING_WRITING ? POLLOUT : POLLIN;
    // At most a second at a time: the clock may be set meanwhile.
    int64_t milliseconds = std::min<int64_t>(absl::ToInt64Milliseconds(left) + 1, 1000);
    if (poll(&socket, 1, static_cast<int>(milliseconds)) > 0) state = PQconnectPoll(connection);
  }
  return absl::OkStatus();
}

// Rows that a SELECT returns are not rows that it changed.
int64_t ChangedRows(PGresult* result) {
  absl::string_view tag = PQcmdStatus(result);
  for (absl::string_view verb : {"INSERT ", "UPDATE ", "DELETE ", "MERGE ", "COPY "}) {
    int64_t rows = 0;
    if (absl::StartsWith(tag, verb) && absl::SimpleAtoi(PQcmdTuples(result), &rows)) return rows;
  }
  return 0;
}

}  // namespace

// libpqxx on a connection that is there already, and that it does not end.
class PostgresConnection::Adopted : public pqxx::connection_base {
 public:
  explicit Adopted(PGconn* connection) : connection_base(policy_), policy_(connection) { init(); }
  ~Adopted() { close(); }

 private:
  class Policy : public pqxx::connectionpolicy {
   public:
    explicit Policy(PGconn* connection) : connectionpolicy(""), connection_(connection) {}
    handle do_startconnect(handle) override { return connection_; }
    handle do_completeconnect(handle orig) override { return orig; }
    handle do_dropconnect(handle) noexcept override { return nullptr; }
    handle do_disconnect(handle) noexcept override { return nullptr; }
    bool is_ready(handle connection) const noexcept override { return connection != nullptr; }

   private:
    PGconn* const connection_;
  };

  Policy policy_;
};

PostgresConnection::PostgresConnection(std::unique_ptr<PGconn, Finish> connection)
    : connection_(std::move(connection)), cancel_(PQgetCancel(connection_.get())) {}

PostgresConnection::~PostgresConnection() = default;

absl::StatusOr<std::unique_ptr<PostgresConnection>> PostgresConnection::Connect(
    const PostgresParameters& parameters, absl::Duration timeout) {
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : parameters) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  std::unique_ptr<PGconn, Finish> connection(
      PQconnectStartParams(names.data(), values.data(), /*expand_dbname=*/0));
  if (connection == nullptr) return ConnectError("out of memory");
  // Verbose messages have the SQLSTATE, which libpq keeps to itself otherwise.
  PQsetErrorVerbosity(connection.get(), PQERRORS_VERBOSE);
  BRANT_RETURN_IF_ERROR(FinishConnecting(connection.get(), timeout));
  PQsetErrorVerbosity(connection.get(), PQERRORS_DEFAULT);
  auto made = std::unique_ptr<PostgresConnection>(new PostgresConnection(std::move(connection)));
  try {
    made->pqxx_ = std::make_unique<Adopted>(made->connection_.get());
    PQsetNoticeReceiver(
        made->connection_.get(), [](void*, const PGresult*) {}, nullptr);
  } catch (const std::exception&) {
    return CaughtError();
  }
  return made;
}

absl::Status PostgresConnection::Explain(absl::Status status) {
  if (ErrorDetail(status, "database_code") == kQueryCanceled && cancelling_.exchange(false)) {
    return Error(v1::ERROR_REASON_CANCELLED, "the statement was cancelled")
        .Database(kQueryCanceled, status.message());
  }
  if (!IsAlive() && ReasonOf(status) == v1::ERROR_REASON_DATABASE_ERROR) {
    return BrokenConnection(status.message(), ErrorDetail(status, "database_code"));
  }
  return status;
}

absl::StatusOr<Rows> PostgresConnection::Query(const std::string& sql) {
  if (!IsAlive()) return BrokenConnection(PQerrorMessage(connection_.get()));
  try {
    pqxx::nontransaction work(*pqxx_);
    pqxx::result result = work.exec(sql);
    Rows rows;
    rows.reserve(result.size());
    for (const pqxx::row& from : result) {
      auto& row = rows.emplace_back(from.size());
      for (size_t i = 0; i < row.size(); ++i) {
        pqxx::field field = from[static_cast<pqxx::row_size_type>(i)];
        if (!field.is_null()) row[i] = std::string(field.c_str(), field.size());
      }
    }
    return rows;
  } catch (const std::exception&) {
    return Explain(CaughtError());
  }
}

// The rows of COPY … TO STDOUT.
void PostgresConnection::DropCopiedRows() {
  char* row = nullptr;
  while (PQgetCopyData(connection_.get(), &row, /*async=*/0) > 0) PQfreemem(row);
}

PostgresConnection::Outcome PostgresConnection::Run(const std::string& sql) {
  Outcome outcome;
  PGconn* connection = connection_.get();
  if (!IsAlive() || PQsendQuery(connection, sql.c_str()) == 0) {
    outcome.status = BrokenConnection(PQerrorMessage(connection));
    return outcome;
  }
  // So that a large result does not fill the memory.
  PQsetSingleRowMode(connection);
  bool copies_in = false;
  while (Result result{PQgetResult(connection)}) {
    switch (PQresultStatus(result.get())) {
      case PGRES_COPY_IN:
        copies_in = true;
        PQputCopyEnd(connection, "there are no rows to copy");
        break;
      case PGRES_COPY_OUT:
        DropCopiedRows();
        break;
      case PGRES_COMMAND_OK:
      case PGRES_TUPLES_OK:
        outcome.rows_affected += ChangedRows(result.get());
        outcome.last_tag = PQcmdStatus(result.get());
        break;
      case PGRES_SINGLE_TUPLE:
      case PGRES_EMPTY_QUERY:
      case PGRES_NONFATAL_ERROR:
        break;
      default:
        if (outcome.status.ok()) outcome.status = ResultError(result.get(), sql);
    }
    if (!IsAlive() && PQresultStatus(result.get()) != PGRES_FATAL_ERROR) break;
  }
  if (!outcome.status.ok()) {
    outcome.status = Explain(outcome.status);
    if (copies_in && IsAlive()) {
      outcome.status = Error(v1::ERROR_REASON_UNSUPPORTED_STATEMENT,
                             "COPY … FROM stdin needs a client that sends the rows")
                           .Hint("write the rows as INSERT statements (pg_dump --inserts does)");
    }
  } else if (!IsAlive()) {
    outcome.status = BrokenConnection(PQerrorMessage(connection));
  }
  return outcome;
}

absl::StatusOr<std::string> PostgresConnection::Quote(const Value& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) {
    // In parentheses, for what may stand before a minus sign.
    return *number < 0 ? absl::StrCat("(", *number, ")") : absl::StrCat(*number);
  }
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return "NULL";
  if (text->find('\0') != std::string::npos) {
    return Error(v1::ERROR_REASON_DATABASE_ERROR, "PostgreSQL can't store a NUL byte in a text");
  }
  try {
    return pqxx_->quote(*text);
  } catch (const std::exception&) {
    return CaughtError();
  }
}

void PostgresConnection::Cancel() {
  cancelling_ = true;
  char error[256];
  // If it fails, the connection is as good as gone, and the statement with it.
  if (cancel_ != nullptr) PQcancel(cancel_.get(), error, sizeof(error));
}

bool PostgresConnection::InTransaction() const {
  PGTransactionStatusType status = PQtransactionStatus(connection_.get());
  return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

bool PostgresConnection::IsAlive() const { return PQstatus(connection_.get()) == CONNECTION_OK; }

int PostgresConnection::ProcessId() const { return PQbackendPID(connection_.get()); }

int PostgresConnection::ServerVersion() const { return PQserverVersion(connection_.get()); }

std::string PostgresConnection::ReportedSetting(const char* name) const {
  const char* value = PQparameterStatus(connection_.get(), name);
  return value == nullptr ? "" : value;
}

}  // namespace brant
