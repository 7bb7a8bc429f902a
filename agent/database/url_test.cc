#include "agent/database/url.h"

#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

DatabaseUrl Parse(absl::string_view text) {
  auto url = ParseDatabaseUrl(text);
  EXPECT_TRUE(url.ok()) << text << ": " << url.status();
  return url.ok() ? *url : DatabaseUrl();
}

TEST(ParseDatabaseUrl, ReadsEveryPart) {
  DatabaseUrl url = Parse(
      "postgresql+psycopg2://us%40er:p%3Aa%2Fs%25s@db.example.com:6543/na%20me"
      "?sslmode=require&application_name=a%26b");
  EXPECT_EQ(url.dialect, Dialect::kPostgresql);
  EXPECT_EQ(url.user, "us@er");
  EXPECT_EQ(url.password, "p:a/s%s");
  EXPECT_EQ(url.host, "db.example.com");
  EXPECT_EQ(url.port, 6543);
  EXPECT_EQ(url.database, "na me");
  EXPECT_THAT(url.options,
              ElementsAre(Pair("application_name", "a&b"), Pair("sslmode", "require")));
}

TEST(ParseDatabaseUrl, KnowsTheSchemes) {
  EXPECT_EQ(Parse("postgres://h/d").dialect, Dialect::kPostgresql);
  EXPECT_EQ(Parse("postgresql+asyncpg://h/d").dialect, Dialect::kPostgresql);
  EXPECT_EQ(Parse("mysql+pymysql://h/d").dialect, Dialect::kMysql);
  EXPECT_EQ(Parse("mariadb+mariadbconnector://h/d").dialect, Dialect::kMysql);
  EXPECT_EQ(Parse("sqlite+aiosqlite:///d").dialect, Dialect::kSqlite);
  EXPECT_EQ(Parse("sqlite3:///d").dialect, Dialect::kSqlite);
}

TEST(ParseDatabaseUrl, NeedsNoPart) {
  DatabaseUrl url = Parse("postgresql://");
  EXPECT_EQ(url.host, "");
  EXPECT_EQ(url.port, 0);
  EXPECT_EQ(url.database, "");
  EXPECT_EQ(Parse("postgresql:///name").database, "name");
  EXPECT_EQ(Parse("postgresql://user@").user, "user");
  EXPECT_EQ(Parse("postgresql://host").host, "host");
  EXPECT_EQ(Parse("postgresql://host:/d").port, 0);
  EXPECT_EQ(Parse("  postgresql://host\n").host, "host");
}

TEST(ParseDatabaseUrl, FindsSqliteFiles) {
  EXPECT_EQ(Parse("sqlite:///relative.db").database, "relative.db");
  EXPECT_EQ(Parse("sqlite:///./a/b.db").database, "./a/b.db");
  EXPECT_EQ(Parse("sqlite:////abs/a%20b@c:d.db").database, "/abs/a b@c:d.db");
  EXPECT_EQ(Parse("sqlite://").database, "");
  EXPECT_EQ(Parse("sqlite:///").database, "");
  EXPECT_EQ(Parse("sqlite:///:memory:").database, "");
  absl::Status status = ParseDatabaseUrl("sqlite://relative.db").status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_INVALID_REQUEST);
  EXPECT_THAT(ErrorDetail(status, "hint"), HasSubstr("three slashes"));
}

TEST(ParseDatabaseUrl, FindsSocketsAndAddresses) {
  EXPECT_EQ(Parse("postgresql:///d?host=/run/postgresql").host, "/run/postgresql");
  EXPECT_EQ(Parse("postgresql://%2Frun%2Fpostgresql/d").host, "/run/postgresql");
  EXPECT_THAT(Parse("mysql://u@/d?unix_socket=/run/m.sock").options,
              ElementsAre(Pair("unix_socket", "/run/m.sock")));
  DatabaseUrl url = Parse("postgresql://u@[::1]:5433/d");
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.port, 5433);
  EXPECT_EQ(Parse("postgresql://[fe80::1]/d").host, "fe80::1");
}

TEST(ParseDatabaseUrl, TakesSeveralHosts) {
  DatabaseUrl url = Parse("postgresql://u:p@one:5432,two:5433/d");
  EXPECT_EQ(url.host, "one,two");
  EXPECT_EQ(url.port, 0);
  EXPECT_THAT(url.options, ElementsAre(Pair("port", "5432,5433")));
  EXPECT_TRUE(Parse("postgresql://one,two/d").options.empty());
}

TEST(ParseDatabaseUrl, LetsOptionsWinAsLibpqDoes) {
  DatabaseUrl url = Parse("postgresql://a:b@c:1/d?user=e&password=f&host=g&port=2&dbname=h");
  EXPECT_EQ(url.user, "e");
  EXPECT_EQ(url.password, "f");
  EXPECT_EQ(url.host, "g");
  EXPECT_EQ(url.port, 2);
  EXPECT_EQ(url.database, "h");
  EXPECT_TRUE(url.options.empty());
}

TEST(ParseDatabaseUrl, TakesAnAtSignInAPassword) {
  EXPECT_EQ(Parse("mysql://u:p@ss@host/d").password, "p@ss");
  EXPECT_EQ(Parse("mysql://u:p:w@host/d").password, "p:w");
}

TEST(ParseDatabaseUrl, RefusesWithoutShowingAPassword) {
  for (absl::string_view text : {
           "",
           "canary",
           "u:canary@host/d",
           "oracle://u:canary@host/d",
           "canary://",
           "postgresql:/u:canary@host/d",
           "postgresql://u:canary/rest@host/d",
           "postgresql://u:canary?rest@host/d",
           "postgresql://u:12/canary@host/d?",
           "postgresql://u:%zzcanary@host/d",
           "postgresql://u:canary%@host/d",
           "postgresql://u:canary%2",
           "postgresql://u:canary%00@host/d",
           "postgresql://u:canary@host:port/d",
           "postgresql://u:canary@host:99999/d",
           "postgresql://u:canary@host:0/d",
           "postgresql://u:canary@host:-1/d",
           "postgresql://u:canary@[::1/d",
           "postgresql://u:canary@[::1]x/d",
           "postgresql://u:canary@host/d?novalue",
           "postgresql://u:canary@host/d?=x",
           "postgresql://u:x@host/d?port=canary",
           "sqlite://u:canary@/d",
       }) {
    auto url = ParseDatabaseUrl(text);
    if (text == "postgresql://u:12/canary@host/d?") {
      // Reads as host u, port 12: nothing tells that a password was meant.
      EXPECT_TRUE(url.ok());
      continue;
    }
    EXPECT_EQ(ReasonOf(url.status()), v1::ERROR_REASON_INVALID_REQUEST) << text;
    EXPECT_THAT(url.status().ToString(), Not(HasSubstr("canary"))) << text;
    EXPECT_NE(ErrorDetail(url.status(), "hint"), "") << text;
  }
}

TEST(DisplayUrl, HidesSecrets) {
  EXPECT_EQ(DisplayUrl(Parse("postgres://us%40er:canary@h:5/d%2F?sslmode=x&sslpassword=canary")),
            "postgresql://us%40er:***@h:5/d%2F?sslmode=x&sslpassword=***");
  EXPECT_EQ(DisplayUrl(Parse("mysql://u@h/d")), "mysql://u@h/d");
  EXPECT_EQ(DisplayUrl(Parse("mysql://h/d?password=canary")), "mysql://:***@h/d");
  EXPECT_EQ(DisplayUrl(Parse("sqlite:////a/b.db")), "sqlite:////a/b.db");
  EXPECT_EQ(DisplayUrl(Parse("sqlite://")), "sqlite://");
  EXPECT_EQ(DisplayUrl(Parse("postgresql://[::1]:1/d")), "postgresql://[::1]:1/d");
  EXPECT_EQ(DisplayUrl(Parse("postgresql:///d?host=/run/x")), "postgresql://%2Frun%2Fx/d");
}

TEST(DisplayUrl, IsReadBackAsItWas) {
  const std::string alphabet = "ab:/@%?&=#[]+, é\n\"'\\.*1";
  std::mt19937 random(7);
  auto word = [&] {
    std::string out;
    for (int i = random() % 6; i > 0; --i) out += alphabet[random() % alphabet.size()];
    return out;
  };
  for (int round = 0; round < 5000; ++round) {
    DatabaseUrl url;
    url.dialect = random() % 2 ? Dialect::kPostgresql : Dialect::kMysql;
    url.user = word();
    url.host = "h";
    url.port = random() % 3;
    url.database = word();
    if (std::string name = word(); !name.empty()) url.options["x" + name] = word();
    DatabaseUrl again = Parse(DisplayUrl(url));
    EXPECT_EQ(again.user, url.user);
    EXPECT_EQ(again.port, url.port);
    EXPECT_EQ(again.database, url.database);
    EXPECT_EQ(again.options, url.options);
  }
}

// Whatever the input: an answer, and the password in none that people see.
TEST(ParseDatabaseUrl, SurvivesAnything) {
  const std::string alphabet = "ab:/@%?&=[],4\xff\x01";
  std::mt19937 random(11);
  for (int round = 0; round < 50'000; ++round) {
    std::string text = random() % 4 ? "postgresql://" : "sqlite://";
    for (int i = random() % 24; i > 0; --i) text += alphabet[random() % alphabet.size()];
    auto url = ParseDatabaseUrl(text);
    if (!url.ok()) {
      EXPECT_EQ(ReasonOf(url.status()), v1::ERROR_REASON_INVALID_REQUEST);
      continue;
    }
    DatabaseUrl other = *url;
    if (!other.password.empty()) other.password = "other";
    EXPECT_EQ(DisplayUrl(*url), DisplayUrl(other)) << text;
    EXPECT_TRUE(ParseDatabaseUrl(DisplayUrl(*url)).ok()) << text << " " << DisplayUrl(*url);
  }
}

}  // namespace
}  // namespace brant
