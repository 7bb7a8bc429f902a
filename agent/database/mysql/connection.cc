#include "agent/database/mysql/connection.h"

#include <errmsg.h>
#include <mysqld_error.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "absl/base/call_once.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace brant::mysql {
namespace {

// A peer that vanished without a word is noticed within about 20 seconds: while
// nothing is sent by keepalive, and else by what it leaves unacknowledged.
constexpr int kUserTimeoutMilliseconds = 20'000;
constexpr int kKeepaliveIdleSeconds = 10;
constexpr int kKeepaliveIntervalSeconds = 3;
constexpr int kKeepaliveCount = 3;

// A variable that nobody sets.
constexpr absl::string_view kStatementNumber = "statement_id";

// No server has a smaller max_allowed_packet that works.
constexpr size_t kSmallStatement = 16 << 10;

void InitializeLibrary() {
  static absl::once_flag once;
  absl::call_once(once, [] { mysql_library_init(0, nullptr, nullptr); });
}

const char* OrNull(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

unsigned WholeSeconds(absl::Duration duration) {
  return static_cast<unsigned>(
      std::max<int64_t>(1, absl::ToInt64Seconds(absl::Ceil(duration, absl::Seconds(1)))));
}

Failure FailureOf(MYSQL* handle) {
  return Failure{mysql_errno(handle), mysql_sqlstate(handle), mysql_error(handle)};
}

// Fails on a Unix socket, which needs none.
void SetTimeouts(MYSQL* handle) {
  const int socket = mysql_get_socket(handle);
  const auto set = [socket](int level, int option, int value) {
    setsockopt(socket, level, option, &value, sizeof(value));
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, kKeepaliveIdleSeconds);
  set(IPPROTO_TCP, TCP_KEEPINTVL, kKeepaliveIntervalSeconds);
  set(IPPROTO_TCP, TCP_KEEPCNT, kKeepaliveCount);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, kUserTimeoutMilliseconds);
}

void SetTls(MYSQL* handle, const ConnectionOptions& options) {
  const my_bool verify = options.tls == ConnectionOptions::Tls::kVerified;
  const my_bool enforce = options.tls != ConnectionOptions::Tls::kOff;
  mysql_options(handle, MYSQL_OPT_SSL_ENFORCE, &enforce);
  mysql_options(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
  if (!enforce) return;
  mysql_ssl_set(handle, OrNull(options.tls_key), OrNull(options.tls_certificate),
                OrNull(options.tls_authority), OrNull(options.tls_authority_folder),
                OrNull(options.tls_cipher));
}

}  // namespace

void Connection::SetOptions(MYSQL* handle, const ConnectionOptions& options, absl::string_view name,
                            absl::Duration connect_timeout, absl::Duration answer_timeout) {
  const unsigned connect_seconds = WholeSeconds(connect_timeout);
  mysql_options(handle, MYSQL_OPT_CONNECT_TIMEOUT, &connect_seconds);
  if (answer_timeout > absl::ZeroDuration()) {
    const unsigned answer_seconds = WholeSeconds(answer_timeout);
    mysql_options(handle, MYSQL_OPT_READ_TIMEOUT, &answer_seconds);
    mysql_options(handle, MYSQL_OPT_WRITE_TIMEOUT, &answer_seconds);
  }
  mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  // A server could otherwise ask for any file that the agent can read.
  const unsigned local_infile = 0;
  mysql_options(handle, MYSQL_OPT_LOCAL_INFILE, &local_infile);
  const std::string program(name);
  mysql_options4(handle, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", program.c_str());
  if (!options.unix_socket.empty()) {
    const unsigned protocol = MYSQL_PROTOCOL_SOCKET;
    mysql_options(handle, MYSQL_OPT_PROTOCOL, &protocol);
  } else if (options.port != 0 || (!options.host.empty() && options.host != "localhost")) {
    const unsigned protocol = MYSQL_PROTOCOL_TCP;
    mysql_options(handle, MYSQL_OPT_PROTOCOL, &protocol);
  }
  SetTls(handle, options);
}

std::optional<Failure> Connection::Open(const ConnectionOptions& options, absl::string_view name,
                                        absl::Duration connect_timeout,
                                        absl::Duration answer_timeout,
                                        std::unique_ptr<Connection>& connection) {
  InitializeLibrary();
  MYSQL* handle = mysql_init(nullptr);
  if (handle == nullptr) return Failure{CR_OUT_OF_MEMORY, "HY000", "out of memory"};
  connection.reset(new Connection(handle));
  SetOptions(handle, options, name, connect_timeout, answer_timeout);
  if (mysql_real_connect(handle, OrNull(options.host), OrNull(options.user),
                         options.password.c_str(), OrNull(options.database),
                         static_cast<unsigned>(options.port), OrNull(options.unix_socket),
                         CLIENT_MULTI_RESULTS) == nullptr) {
    Failure failure = FailureOf(handle);
    connection.reset();
    return failure;
  }
  // Connector/C goes on in the clear if the server offers no TLS, whatever
  // MYSQL_OPT_SSL_ENFORCE says.
  if (options.tls != ConnectionOptions::Tls::kOff && mysql_get_ssl_cipher(handle) == nullptr) {
    connection.reset();
    return Failure{CR_SSL_CONNECTION_ERROR, "HY000", "the server offers no TLS"};
  }
  SetTimeouts(handle);
  return std::nullopt;
}

Connection::~Connection() { mysql_close(handle_); }

Failure Connection::TakeFailure() {
  Failure failure = FailureOf(handle_);
  if (failure.IsDisconnect()) alive_ = false;
  return failure;
}

std::optional<Failure> Connection::Run(absl::string_view sql, Rows* rows) {
  if (sql.size() > kSmallStatement) {
    if (std::optional<Failure> failure = CheckSize(sql.size())) return failure;
  }
  rows_affected_ = 0;
  if (mysql_real_query(handle_, sql.data(), sql.size()) != 0) return TakeFailure();
  while (true) {
    if (std::optional<Failure> failure = ReadResult(rows)) return failure;
    rows = nullptr;
    // CALL gives a result for each SELECT in the procedure, and one of its own.
    const int next = mysql_next_result(handle_);
    if (next < 0) return std::nullopt;
    if (next > 0) return TakeFailure();
  }
}

// The server would hang up on it, which looks like a broken connection.
std::optional<Failure> Connection::CheckSize(size_t size) {
  if (largest_packet_ == 0) {
    Rows rows;
    if (std::optional<Failure> failure = Run("SELECT @@max_allowed_packet", &rows)) return failure;
    if (rows.size() != 1 || !absl::SimpleAtoi(rows[0][0].value_or(""), &largest_packet_)) {
      return Failure{CR_UNKNOWN_ERROR, "HY000", "the server has no max_allowed_packet"};
    }
  }
  // A byte goes before it, and the packet must be smaller than the limit.
  if (size + 1 < largest_packet_) return std::nullopt;
  return Failure{ER_NET_PACKET_TOO_LARGE, "08S01",
                 absl::StrCat("the statement is sent as ", size,
                              " bytes, and the server's max_allowed_packet is ", largest_packet_)};
}

std::optional<Failure> Connection::ReadResult(Rows* rows) {
  // Row by row, because a migration may select a table larger than memory.
  MYSQL_RES* result = mysql_use_result(handle_);
  if (result == nullptr) {
    if (mysql_field_count(handle_) != 0) return TakeFailure();
    rows_affected_ += static_cast<int64_t>(mysql_affected_rows(handle_));
    CollectChangedVariables();
    return std::nullopt;
  }
  const unsigned columns = mysql_num_fields(result);
  while (MYSQL_ROW row = mysql_fetch_row(result)) {
    if (rows == nullptr) continue;
    const unsigned long* lengths = mysql_fetch_lengths(result);  // NOLINT(runtime/int)
    auto& out = rows->emplace_back(columns);
    for (unsigned i = 0; i < columns; ++i) {
      if (row[i] != nullptr) out[i] = std::string(row[i], lengths[i]);
    }
  }
  const bool failed = mysql_errno(handle_) != 0;
  std::optional<Failure> failure;
  if (failed) failure = TakeFailure();
  mysql_free_result(result);
  return failure;
}

std::optional<Failure> Connection::SelectDatabase(const std::string& name) {
  if (mysql_select_db(handle_, name.c_str()) != 0) return TakeFailure();
  return std::nullopt;
}

// The server reports names and values in turn; MySQL, at each statement, also its number.
void Connection::CollectChangedVariables() {
  const char* data = nullptr;
  size_t length = 0;
  bool is_name = true;
  for (int end =
           mysql_session_track_get_first(handle_, SESSION_TRACK_SYSTEM_VARIABLES, &data, &length);
       end == 0; end = mysql_session_track_get_next(handle_, SESSION_TRACK_SYSTEM_VARIABLES, &data,
                                                    &length)) {
    const absl::string_view text(data, length);
    if (is_name && text != kStatementNumber) changed_variables_.emplace_back(text);
    is_name = !is_name;
  }
}

std::vector<std::string> Connection::TakeChangedVariables() {
  return std::exchange(changed_variables_, {});
}

bool Connection::InTransaction() const {
  unsigned status = 0;
  mariadb_get_infov(handle_, MARIADB_CONNECTION_SERVER_STATUS, &status);
  return alive_ && (status & SERVER_STATUS_IN_TRANS) != 0;
}

bool Connection::IsMariaDb() const { return mariadb_connection(handle_) != 0; }

unsigned long Connection::ServerVersion() const {  // NOLINT(runtime/int)
  return mysql_get_server_version(handle_);
}

}  // namespace brant::mysql
