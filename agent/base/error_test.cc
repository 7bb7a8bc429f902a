#include "agent/base/error.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::HasSubstr;

absl::Status FullError() {
  return Error(v1::ERROR_REASON_STATEMENT_FAILED, "column \"picture\" already exists")
      .Revision("4f1c2a9be3d7")
      .At("20241031_0007_picture.sql", 12, 5)
      .Statement("ALTER TABLE users ADD COLUMN picture TEXT")
      .Database("42701", "column \"picture\" of relation \"users\" already exists")
      .Hint("take the statement out, or stamp the revision");
}

absl::StatusOr<int> Half(int value) {
  if (value % 2 != 0) return Error(v1::ERROR_REASON_INVALID_REQUEST, "odd");
  return value / 2;
}

absl::StatusOr<int> Quarter(int value) {
  BRANT_ASSIGN_OR_RETURN(int half, Half(value));
  BRANT_ASSIGN_OR_RETURN(int quarter, Half(half));
  return quarter;
}

absl::Status CheckQuarter(int value) {
  BRANT_RETURN_IF_ERROR(Quarter(value).status());
  return absl::OkStatus();
}

TEST(ErrorTest, CarriesReasonCodeAndDetails) {
  const absl::Status status = FullError();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_STATEMENT_FAILED);
  EXPECT_EQ(ErrorDetail(status, "revision"), "4f1c2a9be3d7");
  EXPECT_EQ(ErrorDetail(status, "line"), "12");
  EXPECT_EQ(ErrorDetail(status, "database_code"), "42701");
  EXPECT_EQ(ErrorDetail(status, "no such key"), "");
}

TEST(ErrorTest, LineAndColumnZeroAreLeftOut) {
  const absl::Status status = Error(v1::ERROR_REASON_INVALID_FILE, "empty").At("a.sql");
  EXPECT_EQ(ErrorDetail(status, "file"), "a.sql");
  EXPECT_EQ(ErrorDetail(status, "line"), "");
  EXPECT_EQ(DescribeError(status), "a.sql: empty");
}

TEST(ErrorTest, SurvivesTheWire) {
  const absl::Status status = FullError();
  EXPECT_EQ(FromRpcStatus(ToRpcStatus(status)), status);
  EXPECT_TRUE(FromRpcStatus(ToRpcStatus(absl::OkStatus())).ok());
}

TEST(ErrorTest, DescriptionNamesPlaceStatementAndHint) {
  EXPECT_EQ(DescribeError(FullError()),
            "20241031_0007_picture.sql:12:5: column \"picture\" already exists (42701)\n"
            "  statement: ALTER TABLE users ADD COLUMN picture TEXT\n"
            "  hint: take the statement out, or stamp the revision");
}

TEST(ErrorTest, DescriptionCannotControlATerminal) {
  const absl::Status status = Error(v1::ERROR_REASON_INTERNAL, "red \x1b[31m and bell \a");
  EXPECT_EQ(DescribeError(status), "red \\x1b[31m and bell \\x07");
}

TEST(EscapeControlTest, LeavesTextAlone) {
  for (const char* text : {"a\tb\nc", "é漢😀", "\u00a0nbsp", "\u200b", "\u2010 – …", "\u2070", ""}) {
    EXPECT_EQ(EscapeControl(text), text);
  }
}

TEST(EscapeControlTest, MakesControlsVisible) {
  EXPECT_EQ(EscapeControl(absl::string_view("\0\r\x1b\x7f", 4)), "\\x00\\x0d\\x1b\\x7f");
  // C1: CSI is ESC [ in one character.
  EXPECT_EQ(EscapeControl("a\u0080\u009b31m\u009f"), "a\\xc2\\x80\\xc2\\x9b31m\\xc2\\x9f");
  // What shows text in another order than it is.
  for (const char* turn :
       {"\u200e", "\u200f", "\u2028", "\u2029", "\u202a", "\u202e", "\u2066", "\u2069", "\u061c"}) {
    EXPECT_EQ(EscapeControl(turn).substr(0, 2), "\\x") << turn;
  }
  EXPECT_EQ(EscapeControl("\u202ex"), "\\xe2\\x80\\xaex");
  // Cut in the middle.
  EXPECT_EQ(EscapeControl("\xe2\x80"), "\xe2\x80");
}

TEST(ErrorTest, EveryReasonHasACanonicalCode) {
  const google::protobuf::EnumDescriptor* reasons = v1::ErrorReason_descriptor();
  for (int i = 0; i < reasons->value_count(); ++i) {
    const auto reason = static_cast<v1::ErrorReason>(reasons->value(i)->number());
    if (reason == v1::ERROR_REASON_UNSPECIFIED) continue;
    const absl::Status status = Error(reason, "x");
    EXPECT_FALSE(status.ok()) << reasons->value(i)->name();
    EXPECT_EQ(ReasonOf(status), reason) << reasons->value(i)->name();
  }
}

TEST(ErrorTest, ForeignErrorsAreInternal) {
  EXPECT_EQ(ReasonOf(absl::NotFoundError("x")), v1::ERROR_REASON_INTERNAL);
  EXPECT_EQ(ReasonOf(absl::OkStatus()), v1::ERROR_REASON_UNSPECIFIED);
}

TEST(ErrorTest, WithDetailAddsToErrorsOnly) {
  const absl::Status status = WithDetail(absl::UnknownError("x"), "hint", "try again");
  EXPECT_EQ(ErrorDetail(status, "hint"), "try again");
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_INTERNAL);
  EXPECT_TRUE(WithDetail(absl::OkStatus(), "hint", "none").ok());
  EXPECT_EQ(ErrorDetail(WithDetail(FullError(), "line", "13"), "line"), "13");
}

TEST(ErrorTest, WithReasonKeepsAllElse) {
  const absl::Status status = WithReason(FullError(), v1::ERROR_REASON_LOCK_TIMEOUT);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_LOCK_TIMEOUT);
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(DescribeError(status), DescribeError(FullError()));
  EXPECT_TRUE(WithReason(absl::OkStatus(), v1::ERROR_REASON_LOCK_TIMEOUT).ok());
}

TEST(ErrorTest, MacrosReturnTheFirstError) {
  EXPECT_EQ(Quarter(12).value(), 3);
  EXPECT_EQ(ReasonOf(Quarter(6).status()), v1::ERROR_REASON_INVALID_REQUEST);
  EXPECT_TRUE(CheckQuarter(8).ok());
  EXPECT_FALSE(CheckQuarter(7).ok());
}

TEST(ShortenTest, CutsAtCharacters) {
  EXPECT_EQ(Shorten("short", 5), "short");
  EXPECT_EQ(Shorten("longer", 5), "lo…");
  // Each ä takes two bytes: the third one does not fit before the ellipsis.
  EXPECT_EQ(Shorten("ääää", 7), "ää…");
  for (size_t limit = 3; limit < 20; ++limit) {
    EXPECT_LE(Shorten("日本語テキスト", limit).size(), limit);
  }
}

TEST(ErrorTest, LongStatementsAreShortened) {
  const absl::Status status =
      Error(v1::ERROR_REASON_STATEMENT_FAILED, "x").Statement(std::string(10'000, 'x'));
  EXPECT_LE(ErrorDetail(status, "statement").size(), 512u);
  EXPECT_THAT(ErrorDetail(status, "statement"), HasSubstr("…"));
}

}  // namespace
}  // namespace brant
