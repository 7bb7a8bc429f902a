#include "agent/database/mysql/connection_options.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "gtest/gtest.h"

namespace brant::mysql {
namespace {

using Tls = ConnectionOptions::Tls;

absl::StatusOr<ConnectionOptions> Read(absl::string_view query) {
  absl::StatusOr<DatabaseUrl> url =
      ParseDatabaseUrl(absl::StrCat("mysql://u:secret@h:3307/name", query));
  if (!url.ok()) return url.status();
  return ReadConnectionOptions(*url);
}

TEST(ConnectionOptionsTest, ReadsTheUrl) {
  const ConnectionOptions options = Read("?unix_socket=/run/s&connect_timeout=7").value();
  EXPECT_EQ(options.user, "u");
  EXPECT_EQ(options.password, "secret");
  EXPECT_EQ(options.host, "h");
  EXPECT_EQ(options.port, 3307);
  EXPECT_EQ(options.database, "name");
  EXPECT_EQ(options.unix_socket, "/run/s");
  EXPECT_EQ(options.connect_timeout, absl::Seconds(7));
  EXPECT_EQ(options.tls, Tls::kOff);
}

TEST(ConnectionOptionsTest, ReadsTls) {
  const std::pair<const char*, Tls> cases[] = {
      {"", Tls::kOff},
      {"?ssl=true", Tls::kRequired},
      {"?ssl=false", Tls::kOff},
      {"?ssl-mode=REQUIRED", Tls::kRequired},
      {"?ssl_mode=VERIFY_IDENTITY", Tls::kVerified},
      {"?sslmode=verify-ca", Tls::kVerified},
      {"?ssl_mode=DISABLED", Tls::kOff},
      {"?ssl_ca=/ca.pem", Tls::kVerified},
      {"?ssl_capath=/certs", Tls::kVerified},
      {"?ssl=true&ssl_ca=/ca.pem", Tls::kVerified},
      {"?ssl_cert=/c.pem&ssl_key=/k.pem", Tls::kRequired},
      {"?ssl_verify_cert=true", Tls::kVerified},
      {"?ssl_ca=/ca.pem&ssl_verify_cert=false", Tls::kRequired},
      {"?ssl_ca=/ca.pem&ssl_mode=DISABLED", Tls::kOff},
  };
  for (const auto& [query, tls] : cases) {
    absl::StatusOr<ConnectionOptions> options = Read(query);
    ASSERT_TRUE(options.ok()) << query << options.status();
    EXPECT_EQ(options->tls, tls) << query;
  }
}

TEST(ConnectionOptionsTest, AcceptsUtf8Only) {
  EXPECT_TRUE(Read("?charset=utf8mb4").ok());
  EXPECT_TRUE(Read("?charset=UTF8").ok());
  EXPECT_FALSE(Read("?charset=latin1").ok());
}

TEST(ConnectionOptionsTest, RefusesWhatItDoesNotKnow) {
  for (const char* query :
       {"?local_infile=1", "?sslmod=required", "?ssl=maybe", "?ssl_mode=preferred",
        "?connect_timeout=soon", "?connect_timeout=0", "?init_command=DROP"}) {
    const absl::Status status = Read(query).status();
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_INVALID_REQUEST) << query;
    EXPECT_NE(ErrorDetail(status, "hint"), "") << query;
    EXPECT_EQ(DescribeError(status).find("secret"), std::string::npos);
  }
}

TEST(ConnectionOptionsTest, NeedsOneDatabaseOnOneHost) {
  for (const char* url : {"mysql://u@h", "mysql://u@h/", "mysql://u@a,b/name"}) {
    EXPECT_EQ(ReasonOf(ReadConnectionOptions(ParseDatabaseUrl(url).value()).status()),
              v1::ERROR_REASON_INVALID_REQUEST)
        << url;
  }
}

}  // namespace
}  // namespace brant::mysql
