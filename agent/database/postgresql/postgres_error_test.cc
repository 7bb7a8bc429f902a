#include "agent/database/postgresql/postgres_error.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::HasSubstr;

TEST(PostgresErrorTest, CodesMeanOtherThingsWhileConnectingThanOnALivingConnection) {
  constexpr auto kUnreachable = v1::ERROR_REASON_DATABASE_UNREACHABLE;
  constexpr auto kOther = v1::ERROR_REASON_DATABASE_ERROR;
  const struct {
    const char* sqlstate;
    v1::ErrorReason connecting;
    v1::ErrorReason running;
  } meanings[] = {
      {"08006", kUnreachable, kOther},
      {"28P01", v1::ERROR_REASON_DATABASE_LOGIN_REFUSED, kOther},
      {"28000", v1::ERROR_REASON_DATABASE_LOGIN_REFUSED, kOther},
      {"3D000", kUnreachable, kOther},
      {"53300", kUnreachable, kOther},
      {"57P01", kUnreachable, kOther},
      {"57P03", kUnreachable, kOther},
      {"25006", v1::ERROR_REASON_DATABASE_READ_ONLY, v1::ERROR_REASON_DATABASE_READ_ONLY},
      {"40001", kUnreachable, v1::ERROR_REASON_DEADLOCK},
      {"40P01", kUnreachable, v1::ERROR_REASON_DEADLOCK},
      {"55P03", kUnreachable, v1::ERROR_REASON_LOCK_NOT_AVAILABLE},
      {"42501", v1::ERROR_REASON_DATABASE_PERMISSION_DENIED,
       v1::ERROR_REASON_DATABASE_PERMISSION_DENIED},
  };
  for (const auto& meaning : meanings) {
    EXPECT_EQ(ReasonOf(ConnectError(absl::StrCat("FATAL:  ", meaning.sqlstate, ": it failed"))),
              meaning.connecting)
        << meaning.sqlstate;
    const absl::Status running = PostgresError(meaning.sqlstate, "it failed");
    EXPECT_EQ(ReasonOf(running), meaning.running) << meaning.sqlstate;
    EXPECT_EQ(ErrorDetail(running, "database_code"), meaning.sqlstate);
    if (meaning.running == kOther) {
      EXPECT_EQ(ErrorDetail(running, "hint"), "");
    }
  }
}

TEST(PostgresErrorTest, SomeStatementsFailWithAdvice) {
  const auto hint = [](const char* code) { return ErrorDetail(PostgresError(code, "x"), "hint"); };
  EXPECT_THAT(hint("25001"), HasSubstr("transaction:off"));
  EXPECT_THAT(hint("2D000"), HasSubstr("transaction:off"));
  EXPECT_THAT(hint("40001"), HasSubstr("again"));
  EXPECT_THAT(hint("40P01"), HasSubstr("again"));
  EXPECT_THAT(hint("55P03"), HasSubstr("lock"));
  EXPECT_THAT(hint("42501"), HasSubstr("grant"));
  EXPECT_EQ(hint("42P01"), "");
}

TEST(PostgresErrorTest, ABrokenConnectionKeepsWhatTheServerSaidLast) {
  const absl::Status status = BrokenConnection("FATAL:  terminating connection", "57P01");
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_UNREACHABLE);
  EXPECT_EQ(ErrorDetail(status, "database_code"), "57P01");
  EXPECT_THAT(std::string(status.message()), HasSubstr("terminating connection"));
}

}  // namespace
}  // namespace brant
