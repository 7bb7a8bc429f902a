#include "agent/base/error.h"

#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

namespace brant {
namespace {

constexpr absl::string_view kDomain = "brant";
constexpr absl::string_view kTypeUrl = "type.googleapis.com/google.rpc.ErrorInfo";
constexpr absl::string_view kReasonPrefix = "ERROR_REASON_";
constexpr size_t kMaxStatement = 512;

absl::StatusCode CodeOf(v1::ErrorReason reason) {
  switch (reason) {
    case v1::ERROR_REASON_INVALID_REQUEST:
    case v1::ERROR_REASON_INVALID_FILE:
    case v1::ERROR_REASON_INVALID_GRAPH:
    case v1::ERROR_REASON_REVISION_AMBIGUOUS:
    case v1::ERROR_REASON_MULTIPLE_HEADS:
    case v1::ERROR_REASON_INVALID_TARGET:
    case v1::ERROR_REASON_INVALID_BUNDLE:
      return absl::StatusCode::kInvalidArgument;
    case v1::ERROR_REASON_REVISION_NOT_FOUND:
    case v1::ERROR_REASON_NOT_FOUND:
      return absl::StatusCode::kNotFound;
    case v1::ERROR_REASON_DATABASE_UNREACHABLE:
    case v1::ERROR_REASON_COMMIT_IN_DOUBT:
    case v1::ERROR_REASON_SHUTTING_DOWN:
    case v1::ERROR_REASON_AGENT_UNREACHABLE:
    case v1::ERROR_REASON_LOCK_NOT_AVAILABLE:
      return absl::StatusCode::kUnavailable;
    case v1::ERROR_REASON_DATABASE_LOGIN_REFUSED:
      return absl::StatusCode::kUnauthenticated;
    case v1::ERROR_REASON_DATABASE_PERMISSION_DENIED:
      return absl::StatusCode::kPermissionDenied;
    case v1::ERROR_REASON_LOCK_TIMEOUT:
    case v1::ERROR_REASON_CLIENT_TIMEOUT:
      return absl::StatusCode::kDeadlineExceeded;
    case v1::ERROR_REASON_CONCURRENT_CHANGE:
    case v1::ERROR_REASON_DEADLOCK:
      return absl::StatusCode::kAborted;
    case v1::ERROR_REASON_BUNDLE_UNKNOWN:
    case v1::ERROR_REASON_DATABASE_READ_ONLY:
    case v1::ERROR_REASON_STATEMENT_FAILED:
    case v1::ERROR_REASON_IRREVERSIBLE:
    case v1::ERROR_REASON_NO_SECTION:
    case v1::ERROR_REASON_UNSUPPORTED_STATEMENT:
    case v1::ERROR_REASON_CHECKSUM_MISMATCH:
    case v1::ERROR_REASON_UNKNOWN_CURRENT_REVISION:
    case v1::ERROR_REASON_CHECK_FAILED:
    case v1::ERROR_REASON_STEP_INCOMPLETE:
    case v1::ERROR_REASON_STATEMENT_IN_DOUBT:
    case v1::ERROR_REASON_JOURNAL_TOO_NEW:
    case v1::ERROR_REASON_HISTORY_DIVERGED:
    case v1::ERROR_REASON_POOLED_CONNECTION:
    case v1::ERROR_REASON_AGENT_LOST:
      return absl::StatusCode::kFailedPrecondition;
    case v1::ERROR_REASON_CANCELLED:
      return absl::StatusCode::kCancelled;
    case v1::ERROR_REASON_LIMIT_EXCEEDED:
      return absl::StatusCode::kResourceExhausted;
    default:
      return absl::StatusCode::kInternal;
  }
}

std::string ReasonName(v1::ErrorReason reason) {
  return std::string(absl::StripPrefix(v1::ErrorReason_Name(reason), kReasonPrefix));
}

void SetInfo(absl::Status& status, const google::rpc::ErrorInfo& info) {
  status.SetPayload(kTypeUrl, absl::Cord(info.SerializeAsString()));
}

// How many bytes at the beginning of `text` could control a terminal, or show it
// in another order than it is: controls (C0 but newline and tab, DEL, C1) and
// what turns the direction of writing. C1 are U+0080 to U+009F in UTF-8.
size_t UnsafeLength(absl::string_view text) {
  const auto byte = [text](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const auto first = byte(0);
  if (first < 0x20) return first == '\n' || first == '\t' ? 0 : 1;
  if (first == 0x7f) return 1;
  if (first == 0xc2 && byte(1) >= 0x80 && byte(1) <= 0x9f) return 2;
  // U+061C ARABIC LETTER MARK.
  if (first == 0xd8 && byte(1) == 0x9c) return 2;
  // U+200E and U+200F, marks; U+2028 and U+2029, line ends; U+202A to U+202E,
  // embeddings and overrides; U+2066 to U+2069, isolates.
  if (first != 0xe2) return 0;
  const auto third = byte(2);
  const bool unsafe =
      (byte(1) == 0x80 && (third == 0x8e || third == 0x8f || (third >= 0xa8 && third <= 0xae))) ||
      (byte(1) == 0x81 && third >= 0xa6 && third <= 0xa9);
  return unsafe ? 3 : 0;
}

}  // namespace

Error::Error(v1::ErrorReason reason, absl::string_view message)
    : reason_(reason), message_(message) {
  info_.set_domain(std::string(kDomain));
  info_.set_reason(ReasonName(reason));
}

Error& Error::With(absl::string_view key, absl::string_view value) {
  (*info_.mutable_metadata())[std::string(key)] = std::string(value);
  return *this;
}

Error& Error::Hint(absl::string_view hint) { return With("hint", hint); }

Error& Error::Revision(absl::string_view id) { return With("revision", id); }

Error& Error::At(absl::string_view file, int line, int column) {
  With("file", file);
  if (line > 0) With("line", absl::StrCat(line));
  if (column > 0) With("column", absl::StrCat(column));
  return *this;
}

Error& Error::Statement(absl::string_view text) {
  return With("statement", Shorten(text, kMaxStatement));
}

Error& Error::Database(absl::string_view code, absl::string_view message) {
  With("database_code", code);
  return With("database_message", message);
}

Error::operator absl::Status() const {
  absl::Status status(CodeOf(reason_), message_);
  SetInfo(status, info_);
  return status;
}

v1::ErrorReason ReasonOf(const absl::Status& status) {
  if (status.ok()) return v1::ERROR_REASON_UNSPECIFIED;
  v1::ErrorReason reason;
  if (v1::ErrorReason_Parse(absl::StrCat(kReasonPrefix, ErrorInfoOf(status).reason()), &reason)) {
    return reason;
  }
  return v1::ERROR_REASON_INTERNAL;
}

google::rpc::ErrorInfo ErrorInfoOf(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  if (auto payload = status.GetPayload(kTypeUrl)) info.ParseFromString(std::string(*payload));
  return info;
}

std::string ErrorDetail(const absl::Status& status, absl::string_view key) {
  google::rpc::ErrorInfo info = ErrorInfoOf(status);
  auto found = info.metadata().find(std::string(key));
  return found == info.metadata().end() ? "" : found->second;
}

absl::Status WithDetail(absl::Status status, absl::string_view key, absl::string_view value) {
  if (status.ok()) return status;
  google::rpc::ErrorInfo info = ErrorInfoOf(status);
  if (info.reason().empty()) {
    info.set_domain(std::string(kDomain));
    info.set_reason(ReasonName(v1::ERROR_REASON_INTERNAL));
  }
  (*info.mutable_metadata())[std::string(key)] = std::string(value);
  SetInfo(status, info);
  return status;
}

absl::Status WithReason(const absl::Status& status, v1::ErrorReason reason) {
  if (status.ok()) return status;
  google::rpc::ErrorInfo info = ErrorInfoOf(status);
  info.set_domain(std::string(kDomain));
  info.set_reason(ReasonName(reason));
  absl::Status result(CodeOf(reason), status.message());
  SetInfo(result, info);
  return result;
}

google::rpc::Status ToRpcStatus(const absl::Status& status) {
  google::rpc::Status rpc;
  rpc.set_code(static_cast<int>(status.code()));
  rpc.set_message(std::string(status.message()));
  status.ForEachPayload([&rpc](absl::string_view type_url, const absl::Cord& payload) {
    google::protobuf::Any* detail = rpc.add_details();
    detail->set_type_url(std::string(type_url));
    detail->set_value(std::string(payload));
  });
  return rpc;
}

absl::Status FromRpcStatus(const google::rpc::Status& rpc) {
  absl::Status status(static_cast<absl::StatusCode>(rpc.code()), rpc.message());
  for (const google::protobuf::Any& detail : rpc.details()) {
    status.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return status;
}

std::string DescribeError(const absl::Status& status) {
  google::rpc::ErrorInfo info = ErrorInfoOf(status);
  auto detail = [&info](const char* key) {
    auto found = info.metadata().find(key);
    return found == info.metadata().end() ? std::string() : found->second;
  };
  std::string text;
  if (std::string file = detail("file"); !file.empty()) {
    absl::StrAppend(&text, file);
    for (const char* key : {"line", "column"}) {
      if (std::string number = detail(key); !number.empty()) absl::StrAppend(&text, ":", number);
    }
    absl::StrAppend(&text, ": ");
  }
  absl::StrAppend(&text, status.message());
  if (std::string code = detail("database_code"); !code.empty()) {
    absl::StrAppend(&text, " (", code, ")");
  }
  if (std::string statement = detail("statement"); !statement.empty()) {
    absl::StrAppend(&text, "\n  statement: ", statement);
  }
  if (std::string hint = detail("hint"); !hint.empty()) {
    absl::StrAppend(&text, "\n  hint: ", hint);
  }
  return EscapeControl(text);
}

std::string EscapeControl(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const size_t length = UnsafeLength(text.substr(i));
    if (length == 0) out.push_back(text[i++]);
    for (const size_t end = i + length; i < end; ++i) {
      absl::StrAppendFormat(&out, "\\x%02x", static_cast<unsigned char>(text[i]));
    }
  }
  return out;
}

std::string Shorten(absl::string_view text, size_t max_bytes) {
  constexpr absl::string_view kEllipsis = "…";
  if (text.size() <= max_bytes) return std::string(text);
  size_t end = max_bytes < kEllipsis.size() ? 0 : max_bytes - kEllipsis.size();
  // A byte 10xxxxxx continues a character of UTF-8.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat(text.substr(0, end), kEllipsis);
}

}  // namespace brant
