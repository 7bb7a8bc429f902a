#include "client/ui/json.h"

#include "agent/base/error.h"
#include "brant/v1/revision.pb.h"
#include "brant/v1/run.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::HasSubstr;

TEST(JsonTest, StringsAreEscaped) {
  EXPECT_EQ(JsonString("a \"b\" \\ \n\t\x01"), "\"a \\\"b\\\" \\\\ \\n\\u0009\\u0001\"");
  EXPECT_EQ(JsonString("Größe"), "\"Größe\"");
  EXPECT_EQ(JsonString("bad\xff"), "\"bad\\ufffd\"");
}

TEST(JsonTest, MessagesShowTheirDefaultsToo) {
  v1::Revision revision;
  revision.set_id("aaaa1111");
  revision.set_create_date("2024");
  const std::string json = ToJson(revision);
  EXPECT_THAT(json, HasSubstr("\"id\":\"aaaa1111\""));
  EXPECT_THAT(json, HasSubstr("\"createDate\":\"2024\""));
  EXPECT_THAT(json, HasSubstr("\"applied\":false"));
  EXPECT_THAT(json, HasSubstr("\"parents\":[]"));
}

TEST(JsonTest, ErrorHasItsReasonAndMetadata) {
  EXPECT_EQ(ErrorToJson(Error(v1::ERROR_REASON_INVALID_FILE, "no").At("a.sql", 3).Hint("do")),
            "{\"error\":{\"code\":\"INVALID_ARGUMENT\",\"reason\":\"INVALID_FILE\","
            "\"message\":\"no\","
            "\"metadata\":{\"file\":\"a.sql\",\"hint\":\"do\",\"line\":\"3\"}}}");
}

TEST(JsonTest, ErrorOfARunIsReadableInsideItsEvent) {
  v1::Run run;
  *run.mutable_error() =
      ToRpcStatus(Error(v1::ERROR_REASON_STATEMENT_FAILED, "failed").At("a.sql", 3));
  EXPECT_THAT(ToJson(run), HasSubstr("\"reason\":\"STATEMENT_FAILED\""));
}

}  // namespace
}  // namespace brant
