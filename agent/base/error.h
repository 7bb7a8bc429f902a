// Errors: absl::Status with a reason, as proto/brant/v1/error.proto defines it.
//
// The canonical code follows from the reason (one table in error.cc), and what
// is known of the place travels as google.rpc.ErrorInfo metadata:
//
//   return Error(v1::ERROR_REASON_INVALID_FILE, "unknown option 'x'")
//       .At("20240101_0001_init.sql", 7, 1)
//       .Hint("the only option is transaction:off");

#ifndef BRANT_AGENT_BASE_ERROR_H_
#define BRANT_AGENT_BASE_ERROR_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "brant/v1/error.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace brant {

// Builds one error. Converts to absl::Status and absl::StatusOr<T>.
class Error {
 public:
  Error(v1::ErrorReason reason, absl::string_view message);

  // What to do next, as a sentence without a full stop.
  Error& Hint(absl::string_view hint);
  Error& Revision(absl::string_view id);
  // Line and column count from 1; 0 leaves them out.
  Error& At(absl::string_view file, int line = 0, int column = 0);
  // The statement's text, which is shortened.
  Error& Statement(absl::string_view text);
  // The database's own code and message.
  Error& Database(absl::string_view code, absl::string_view message);
  Error& With(absl::string_view key, absl::string_view value);

  operator absl::Status() const;  // NOLINT(google-explicit-constructor)
  template <typename T>
  operator absl::StatusOr<T>() const {  // NOLINT(google-explicit-constructor)
    return absl::Status(*this);
  }

 private:
  v1::ErrorReason reason_;
  std::string message_;
  google::rpc::ErrorInfo info_;
};

// The reason of an error that Error made; INTERNAL for any other error, and
// UNSPECIFIED for OK.
v1::ErrorReason ReasonOf(const absl::Status& status);

// A metadata value such as "hint" or "file"; empty if there is none.
std::string ErrorDetail(const absl::Status& status, absl::string_view key);

// All that is known of an error besides its message; empty if it is not one
// that Error made.
google::rpc::ErrorInfo ErrorInfoOf(const absl::Status& status);

// Adds to (or overwrites) the metadata of an error; no effect on OK.
absl::Status WithDetail(absl::Status status, absl::string_view key, absl::string_view value);

// The error with all that is known of it, for another reason; no effect on OK.
absl::Status WithReason(const absl::Status& status, v1::ErrorReason reason);

// Both directions of the wire form, without loss.
google::rpc::Status ToRpcStatus(const absl::Status& status);
absl::Status FromRpcStatus(const google::rpc::Status& status);

// The text that a person reads: message, place, statement, hint, one a line,
// with control characters made visible.
std::string DescribeError(const absl::Status& status);

// `text` with the bytes of control characters other than newline and tab (C0, DEL
// and C1), and of those that turn the direction of writing, as \xNN, so that it
// can go to a terminal or a log.
std::string EscapeControl(absl::string_view text);

// `text` cut at a character boundary to at most `max_bytes`, with an ellipsis
// where something is missing.
std::string Shorten(absl::string_view text, size_t max_bytes);

}  // namespace brant

// Returns from the function if `expression` is an error.
#define BRANT_RETURN_IF_ERROR(expression)                                                     \
  do {                                                                                        \
    if (absl::Status brant_status_ = (expression); !brant_status_.ok()) return brant_status_; \
  } while (false)

#define BRANT_CONCAT_INNER_(a, b) a##b
#define BRANT_CONCAT_(a, b) BRANT_CONCAT_INNER_(a, b)

// BRANT_ASSIGN_OR_RETURN(auto value, Function()); returns if it is an error.
#define BRANT_ASSIGN_OR_RETURN(declaration, expression) \
  BRANT_ASSIGN_OR_RETURN_(BRANT_CONCAT_(brant_or_, __LINE__), declaration, expression)
#define BRANT_ASSIGN_OR_RETURN_(holder, declaration, expression) \
  auto holder = (expression);                                    \
  if (!holder.ok()) return std::move(holder).status();           \
  declaration = *std::move(holder)

#endif  // BRANT_AGENT_BASE_ERROR_H_
