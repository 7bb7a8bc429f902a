// What a URL says about how to reach a MySQL or MariaDB server.

#ifndef BRANT_AGENT_DATABASE_MYSQL_CONNECTION_OPTIONS_H_
#define BRANT_AGENT_DATABASE_MYSQL_CONNECTION_OPTIONS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/database/url.h"

namespace brant::mysql {

struct ConnectionOptions {
  enum class Tls {
    // Not encrypted.
    kOff,
    // Encrypted; the server's certificate is not checked.
    kRequired,
    // The certificate must be signed by `tls_authority` or one of the system's.
    kVerified,
  };

  std::string user;
  std::string password;
  std::string host;
  int port = 0;
  std::string unix_socket;
  std::string database;

  Tls tls = Tls::kOff;
  std::string tls_authority;
  std::string tls_authority_folder;
  std::string tls_certificate;
  std::string tls_key;
  std::string tls_cipher;

  // What the URL's connect_timeout says; zero: nothing.
  absl::Duration connect_timeout;
};

// Reads the options as MySQL's tools, SQLAlchemy's drivers and Connector/C write
// them: unix_socket, ssl, ssl_mode, ssl_ca, ssl_capath, ssl_cert, ssl_key,
// ssl_cipher, ssl_verify_cert, connect_timeout, charset. Errors: INVALID_REQUEST
// for any other, for a value that does not fit, and for a URL without a
// database.
absl::StatusOr<ConnectionOptions> ReadConnectionOptions(const DatabaseUrl& url);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_DATABASE_MYSQL_CONNECTION_OPTIONS_H_
