#include "agent/service/schema_service.h"

#include "absl/synchronization/notification.h"
#include "agent/service/service_test_base.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SchemaServiceTest : public ServiceTest {
 protected:
  SchemaServiceTest() {
    digest_ =
        Upload({{.id = "a", .upgrade = "CREATE TABLE t (a int);", .downgrade = "DROP TABLE t;"},
                {.id = "b",
                 .revises = "a",
                 .upgrade = "ALTER TABLE t DROP COLUMN a;",
                 .downgrade = "ALTER TABLE t ADD COLUMN a int;"}});
  }

  grpc::Status LintRange(const std::string& range, v1::LintRevisionsResponse* response,
                         const std::vector<v1::Dialect>& dialects = {v1::DIALECT_SQLITE}) {
    v1::LintRevisionsRequest request;
    request.set_bundle_digest(digest_);
    request.set_range(range);
    for (v1::Dialect dialect : dialects) request.add_dialects(dialect);
    return schemas_->LintRevisions(NewContext().get(), request, response);
  }

  std::string digest_;
};

TEST_F(SchemaServiceTest, LintFindsWhatIsInTheRange) {
  v1::LintRevisionsResponse all;
  ASSERT_TRUE(LintRange("", &all).ok());
  EXPECT_EQ(all.revision_count(), 2);
  ASSERT_EQ(all.findings_size(), 1);
  const v1::LintFinding& finding = all.findings(0);
  EXPECT_EQ(finding.code(), "BR301");
  EXPECT_EQ(finding.rule(), "drop-column");
  EXPECT_EQ(finding.severity(), v1::LINT_SEVERITY_ERROR);
  EXPECT_EQ(finding.revision(), "b");
  EXPECT_EQ(finding.file(), "20240101_0002_b.sql");
  EXPECT_THAT(finding.dialects(), ElementsAre(v1::DIALECT_SQLITE));
  EXPECT_THAT(finding.message(), HasSubstr("the values of a in t are lost"));

  for (const auto& [range, revisions, findings] : std::vector<std::tuple<std::string, int, int>>{
           {"a", 1, 0}, {"head", 1, 1}, {"a:b", 2, 1}, {"b:", 1, 1}, {":a", 1, 0}}) {
    v1::LintRevisionsResponse response;
    ASSERT_TRUE(LintRange(range, &response).ok()) << range;
    EXPECT_EQ(response.revision_count(), revisions) << range;
    EXPECT_EQ(response.findings_size(), findings) << range;
  }
}

TEST_F(SchemaServiceTest, LintWithoutDialectsIsOfAllThatFilesServe) {
  v1::LintRevisionsResponse response;
  ASSERT_TRUE(LintRange("b", &response, {}).ok());
  ASSERT_EQ(response.findings_size(), 1);
  EXPECT_THAT(response.findings(0).dialects(),
              ElementsAre(v1::DIALECT_POSTGRESQL, v1::DIALECT_SQLITE, v1::DIALECT_MYSQL));
}

TEST_F(SchemaServiceTest, LintDoesNotWaitForWhatReadsTheDatabase) {
  absl::Notification linted;
  absl::Notification read;
  bool in_time = false;
  agent_->worker().Post([&] {
    in_time = linted.WaitForNotificationWithTimeout(absl::Seconds(20));
    read.Notify();
  });
  v1::LintRevisionsResponse response;
  EXPECT_TRUE(LintRange("", &response).ok());
  linted.Notify();
  read.WaitForNotification();
  EXPECT_TRUE(in_time);
}

TEST_F(SchemaServiceTest, LintRefusesWhatItDoesNotKnow) {
  v1::LintRevisionsResponse response;
  EXPECT_EQ(ReasonOf(LintRange("nosuch", &response)), v1::ERROR_REASON_REVISION_NOT_FOUND);
  EXPECT_EQ(ReasonOf(LintRange("current:", &response)), v1::ERROR_REASON_INVALID_REQUEST);
  EXPECT_EQ(ReasonOf(LintRange(std::string(2000, 'a'), &response)),
            v1::ERROR_REASON_INVALID_REQUEST);
  EXPECT_EQ(ReasonOf(LintRange("", &response, {static_cast<v1::Dialect>(9)})),
            v1::ERROR_REASON_INVALID_REQUEST);
  digest_ = std::string(64, '0');
  EXPECT_EQ(ReasonOf(LintRange("", &response)), v1::ERROR_REASON_BUNDLE_UNKNOWN);
  EXPECT_THAT(response.findings(), IsEmpty());
}

}  // namespace
}  // namespace brant
