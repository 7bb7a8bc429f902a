#include "agent/database/mysql/connection_options.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agent/base/error.h"

namespace brant::mysql {
namespace {

using Tls = ConnectionOptions::Tls;

absl::Status BadOption(absl::string_view name, absl::string_view problem, absl::string_view hint) {
  return Error(v1::ERROR_REASON_INVALID_REQUEST,
               absl::StrCat("the option '", name, "' of the database URL ", problem))
      .Hint(hint);
}

absl::StatusOr<bool> ReadBool(absl::string_view name, absl::string_view value) {
  bool result;
  if (absl::SimpleAtob(value, &result)) return result;
  return BadOption(name, "is neither true nor false", "write true or false");
}

absl::StatusOr<Tls> ReadTlsMode(absl::string_view name, absl::string_view value) {
  const std::string mode = absl::StrReplaceAll(absl::AsciiStrToLower(value), {{"-", "_"}});
  if (mode == "disabled") return Tls::kOff;
  if (mode == "required") return Tls::kRequired;
  // Connector/C checks the name together with the signature.
  if (mode == "verify_ca" || mode == "verify_identity") return Tls::kVerified;
  return BadOption(name, absl::StrCat("has the unknown value '", value, "'"),
                   "it is one of disabled, required, verify_ca, verify_identity");
}

absl::Status ReadCharset(absl::string_view name, absl::string_view value) {
  if (absl::StartsWithIgnoreCase(value, "utf8")) return absl::OkStatus();
  return BadOption(name, absl::StrCat("is '", value, "'"),
                   "leave it out: migrations are UTF-8 and are sent as utf8mb4");
}

absl::Status ReadOption(absl::string_view written, absl::string_view value,
                        ConnectionOptions& options) {
  const std::string name = absl::StrReplaceAll(absl::AsciiStrToLower(written), {{"-", "_"}});
  if (name == "unix_socket" || name == "socket") {
    options.unix_socket = std::string(value);
  } else if (name == "ssl_ca") {
    options.tls_authority = std::string(value);
  } else if (name == "ssl_capath") {
    options.tls_authority_folder = std::string(value);
  } else if (name == "ssl_cert") {
    options.tls_certificate = std::string(value);
  } else if (name == "ssl_key") {
    options.tls_key = std::string(value);
  } else if (name == "ssl_cipher") {
    options.tls_cipher = std::string(value);
  } else if (name == "charset") {
    return ReadCharset(written, value);
  } else if (name == "connect_timeout") {
    int seconds;
    if (!absl::SimpleAtoi(value, &seconds) || seconds < 1) {
      return BadOption(written, "is no number of seconds", "write a whole number of at least 1");
    }
    options.connect_timeout = absl::Seconds(seconds);
  } else if (name != "ssl" && name != "ssl_mode" && name != "sslmode" &&
             name != "ssl_verify_cert" && name != "ssl_verify_identity" &&
             name != "ssl_check_hostname") {
    return BadOption(written, "is unknown",
                     "known are unix_socket, ssl, ssl_mode, ssl_ca, ssl_capath, ssl_cert, ssl_key, "
                     "ssl_cipher, ssl_verify_cert, connect_timeout and charset");
  }
  return absl::OkStatus();
}

// What is said of TLS in so many words wins over what the files imply.
absl::Status ReadTls(const DatabaseUrl& url, ConnectionOptions& options) {
  if (!options.tls_certificate.empty() || !options.tls_key.empty() || !options.tls_cipher.empty()) {
    options.tls = Tls::kRequired;
  }
  if (!options.tls_authority.empty() || !options.tls_authority_folder.empty()) {
    options.tls = Tls::kVerified;
  }
  for (const auto& [written, value] : url.options) {
    const std::string name = absl::StrReplaceAll(absl::AsciiStrToLower(written), {{"-", "_"}});
    if (name == "ssl") {
      BRANT_ASSIGN_OR_RETURN(bool on, ReadBool(written, value));
      options.tls = !on ? Tls::kOff : options.tls == Tls::kOff ? Tls::kRequired : options.tls;
    } else if (name == "ssl_mode" || name == "sslmode") {
      BRANT_ASSIGN_OR_RETURN(options.tls, ReadTlsMode(written, value));
    } else if (name == "ssl_verify_cert" || name == "ssl_verify_identity" ||
               name == "ssl_check_hostname") {
      BRANT_ASSIGN_OR_RETURN(bool on, ReadBool(written, value));
      options.tls = on ? Tls::kVerified : Tls::kRequired;
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ConnectionOptions> ReadConnectionOptions(const DatabaseUrl& url) {
  ConnectionOptions options;
  options.user = url.user;
  options.password = url.password;
  options.host = url.host;
  options.port = url.port;
  options.database = url.database;
  if (url.database.empty()) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST, "the database URL names no database")
        .Hint("write it as mysql://user:password@host:3306/name");
  }
  if (absl::StrContains(url.host, ',')) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST, "the database URL names several hosts")
        .Hint("name the one that takes writes, or a proxy that knows it");
  }
  for (const auto& [name, value] : url.options) {
    BRANT_RETURN_IF_ERROR(ReadOption(name, value, options));
  }
  BRANT_RETURN_IF_ERROR(ReadTls(url, options));
  return options;
}

}  // namespace brant::mysql
