#include "agent/service/migration_service.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/service/service_test_base.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class MigrationServiceTest : public ServiceTest {
 protected:
  grpc::Status Plan(const v1::PlanRequest& request, std::vector<v1::PlanResponse>* parts) {
    auto context = NewContext();
    auto reader = migrations_->Plan(context.get(), request);
    v1::PlanResponse response;
    while (reader->Read(&response)) parts->push_back(response);
    return reader->Finish();
  }
  grpc::Status ListRevisions(const v1::ListRevisionsRequest& request,
                             v1::ListRevisionsResponse* response) {
    return migrations_->ListRevisions(NewContext().get(), request, response);
  }
};

TEST_F(MigrationServiceTest, AnUpgradeStreamsItsEvents) {
  const std::string digest = Upload(Two());
  grpc::Status status;
  const std::vector<v1::RunEvent> events = Upgrade(UpgradeTo(digest), &status);
  ASSERT_TRUE(status.ok()) << status.error_message();
  std::vector<v1::RunEvent::EventCase> cases;
  for (size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].sequence(), static_cast<int64_t>(i) + 1);
    EXPECT_EQ(events[i].run_id(), events[0].run_id());
    EXPECT_TRUE(events[i].has_event_time());
    cases.push_back(events[i].event_case());
  }
  EXPECT_THAT(cases, ElementsAre(v1::RunEvent::kRunStarted, v1::RunEvent::kStepStarted,
                                 v1::RunEvent::kStatementStarted, v1::RunEvent::kStatementFinished,
                                 v1::RunEvent::kStepFinished, v1::RunEvent::kStepStarted,
                                 v1::RunEvent::kStatementStarted, v1::RunEvent::kStatementFinished,
                                 v1::RunEvent::kStatementStarted, v1::RunEvent::kStatementFinished,
                                 v1::RunEvent::kStepFinished, v1::RunEvent::kRunFinished));
  EXPECT_EQ(events[0].run_started().steps_total(), 2);
  const v1::StepStarted& step = events[5].step_started();
  EXPECT_EQ(step.revision(), "b");
  EXPECT_EQ(step.message(), "message of b");
  EXPECT_THAT(step.parents(), ElementsAre("a"));
  EXPECT_EQ(step.statements_total(), 2);
  EXPECT_TRUE(step.transactional());
  EXPECT_EQ(events[8].statement_started().text(), "INSERT INTO t VALUES (2)");
  EXPECT_EQ(events[8].statement_started().line(), 9);
  EXPECT_EQ(events[9].statement_finished().rows_affected(), 1);
  const v1::Run& run = events.back().run_finished().run();
  EXPECT_EQ(run.state(), v1::RUN_STATE_SUCCEEDED);
  EXPECT_EQ(run.actor(), "tester");
  EXPECT_EQ(run.agent(), "test-agent");
  EXPECT_EQ(run.bundle_digest(), digest);
  EXPECT_THAT(run.to_revisions(), ElementsAre("b"));
  EXPECT_EQ(One("SELECT count(*) FROM t"), "2");
}

TEST_F(MigrationServiceTest, NothingToDoIsOneEventOfARunWithoutAnId) {
  const std::string digest = Upload(Two());
  UpgradeAll(digest);
  grpc::Status status;
  const std::vector<v1::RunEvent> events = Upgrade(UpgradeTo(digest), &status);
  ASSERT_TRUE(status.ok());
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].sequence(), 1);
  EXPECT_EQ(events[0].run_id(), "");
  EXPECT_EQ(events[0].run_finished().run().state(), v1::RUN_STATE_SUCCEEDED);
  EXPECT_THAT(events[0].run_finished().run().to_revisions(), ElementsAre("b"));
}

TEST_F(MigrationServiceTest, AFailedRunIsAnEventNotAFailedCall) {
  const std::string digest = Upload({{.id = "a", .upgrade = "SELECT 1;\nSELECT nothing;"}});
  grpc::Status status;
  const std::vector<v1::RunEvent> events = Upgrade(UpgradeTo(digest), &status);
  EXPECT_TRUE(status.ok()) << status.error_message();
  ASSERT_FALSE(events.empty());
  const v1::Run& run = events.back().run_finished().run();
  EXPECT_EQ(run.state(), v1::RUN_STATE_FAILED);
  const absl::Status error = FromRpcStatus(run.error());
  EXPECT_EQ(ReasonOf(error), v1::ERROR_REASON_STATEMENT_FAILED);
  EXPECT_EQ(ErrorDetail(error, "file"), "20240101_0001_a.sql");
  EXPECT_EQ(ErrorDetail(error, "line"), "8");
}

TEST_F(MigrationServiceTest, ABundleThatIsNotKnownIsUploadedAndTheCallRepeated) {
  const v1::UploadBundleRequest upload = UploadRequest(Two());
  grpc::Status status;
  EXPECT_THAT(Upgrade(UpgradeTo(upload.digest()), &status), IsEmpty());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_BUNDLE_UNKNOWN);
  EXPECT_NE(ErrorDetail(ErrorOf(status), "hint"), "");
  Upload(Two());
  EXPECT_FALSE(Upgrade(UpgradeTo(upload.digest()), &status).empty());
  EXPECT_TRUE(status.ok());
}

TEST_F(MigrationServiceTest, ErrorsCarryTheirDetailsInTheTrailer) {
  const std::string digest = Upload({{.id = "a"}, {.id = "b"}});
  grpc::Status status;
  Upgrade(UpgradeTo(digest, "head"), &status);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  google::rpc::Status rpc;
  ASSERT_TRUE(rpc.ParseFromString(status.error_details()));
  ASSERT_EQ(rpc.details_size(), 1);
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(rpc.details(0).UnpackTo(&info));
  EXPECT_EQ(info.domain(), "brant");
  EXPECT_EQ(info.reason(), "MULTIPLE_HEADS");
  Upgrade(UpgradeTo(digest, "nope"), &status);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_REVISION_NOT_FOUND);
}

TEST_F(MigrationServiceTest, RequestIdsAreChecked) {
  const std::string digest = Upload(Two());
  for (const std::string& id : {std::string(), std::string(65, 'a'), std::string("a b"),
                                std::string("a\nb"), std::string("é")}) {
    v1::UpgradeRequest request = UpgradeTo(digest);
    request.set_request_id(id);
    grpc::Status status;
    Upgrade(request, &status);
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_INVALID_REQUEST) << id;
  }
  v1::UpgradeRequest request = UpgradeTo(digest);
  request.mutable_options()->set_actor(std::string(257, 'x'));
  grpc::Status status;
  Upgrade(request, &status);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_INVALID_REQUEST);
  EXPECT_EQ(One("SELECT count(*) FROM sqlite_master"), "0");
}

TEST_F(MigrationServiceTest, ARepeatedRequestReplaysItsRun) {
  const std::string digest = Upload(Two());
  const v1::UpgradeRequest request = UpgradeTo(digest, "+1");
  grpc::Status status;
  const std::vector<v1::RunEvent> first = Upgrade(request, &status);
  const std::vector<v1::RunEvent> again = Upgrade(request, &status);
  ASSERT_EQ(first.size(), again.size());
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].SerializeAsString(), again[i].SerializeAsString());
  }
  EXPECT_EQ(One("SELECT version_num FROM brant_version"), "a");
}

TEST_F(MigrationServiceTest, ManyNodesAtOnceMakeOneRun) {
  const std::string digest = Upload(Two());
  HoldLock();
  constexpr int kNodes = 64;
  std::vector<std::vector<v1::RunEvent>> seen(kNodes);
  std::vector<std::thread> nodes;
  for (int i = 0; i < kNodes; ++i) {
    nodes.emplace_back([&, i, request = UpgradeTo(digest)] {
      grpc::Status status;
      seen[i] = Upgrade(request, &status);
      EXPECT_TRUE(status.ok()) << status.error_message();
    });
  }
  ReleaseLock();
  for (std::thread& node : nodes) node.join();
  std::string run_id;
  for (const auto& events : seen) {
    ASSERT_FALSE(events.empty());
    const v1::Run& run = events.back().run_finished().run();
    EXPECT_EQ(run.state(), v1::RUN_STATE_SUCCEEDED);
    // Who came after its end had nothing to do.
    if (run.id().empty()) continue;
    if (run_id.empty()) run_id = run.id();
    EXPECT_EQ(run.id(), run_id);
  }
  EXPECT_EQ(One("SELECT count(*) FROM brant_runs"), "1");
  EXPECT_EQ(One("SELECT count(*) FROM t"), "2");
}

TEST_F(MigrationServiceTest, ADowngradeAndAStamp) {
  const std::string digest = Upload(Two());
  UpgradeAll(digest);
  v1::DowngradeRequest down;
  down.set_request_id("down");
  down.set_bundle_digest(digest);
  down.set_target("-1");
  auto context = NewContext();
  auto downgrade = migrations_->Downgrade(context.get(), down);
  v1::DowngradeResponse event;
  v1::RunEvent last;
  while (downgrade->Read(&event)) last = event.event();
  ASSERT_TRUE(downgrade->Finish().ok());
  EXPECT_EQ(last.run_finished().run().state(), v1::RUN_STATE_SUCCEEDED);
  EXPECT_EQ(One("SELECT version_num FROM brant_version"), "a");

  v1::StampRequest stamp;
  stamp.set_request_id("stamp");
  stamp.set_bundle_digest(digest);
  stamp.add_targets("heads");
  stamp.set_purge(true);
  auto stamp_context = NewContext();
  auto stamping = migrations_->Stamp(stamp_context.get(), stamp);
  v1::StampResponse stamped;
  while (stamping->Read(&stamped)) last = stamped.event();
  ASSERT_TRUE(stamping->Finish().ok());
  EXPECT_EQ(last.run_finished().run().kind(), v1::RUN_KIND_STAMP);
  EXPECT_EQ(One("SELECT version_num FROM brant_version"), "b");
  EXPECT_EQ(One("SELECT count(*) FROM t"), "0");
}

TEST_F(MigrationServiceTest, AStampWithoutTargetsIsRefused) {
  v1::StampRequest stamp;
  stamp.set_request_id("stamp");
  stamp.set_bundle_digest(Upload(Two()));
  auto context = NewContext();
  auto stamping = migrations_->Stamp(context.get(), stamp);
  v1::StampResponse response;
  EXPECT_FALSE(stamping->Read(&response));
  EXPECT_EQ(ReasonOf(stamping->Finish()), v1::ERROR_REASON_INVALID_REQUEST);
}

TEST_F(MigrationServiceTest, APlanShowsEachStatement) {
  v1::PlanRequest request;
  request.set_bundle_digest(Upload(Two()));
  request.set_kind(v1::RUN_KIND_UPGRADE);
  request.add_targets("head");
  std::vector<v1::PlanResponse> parts;
  ASSERT_TRUE(Plan(request, &parts).ok());
  ASSERT_THAT(parts, SizeIs(2));
  const v1::PlannedStep& step = parts[1].step();
  EXPECT_EQ(step.position(), 2);
  EXPECT_EQ(step.revision().id(), "b");
  EXPECT_THAT(step.revision().labels(), ElementsAre("billing"));
  EXPECT_EQ(step.statements(1).text(), "INSERT INTO t VALUES (2)");
  EXPECT_EQ(step.statements(1).line(), 9);
  EXPECT_THAT(step.rows_removed(), ElementsAre("a"));
  EXPECT_THAT(step.rows_added(), ElementsAre("b"));
  EXPECT_EQ(One("SELECT count(*) FROM sqlite_master"), "0");
}

TEST_F(MigrationServiceTest, AnOfflinePlanIsAScriptOfAnyDialect) {
  v1::PlanRequest request;
  request.set_bundle_digest(Upload(Two()));
  request.set_kind(v1::RUN_KIND_DOWNGRADE);
  request.add_targets("b:base");
  request.set_offline(true);
  request.set_dialect(v1::DIALECT_MYSQL);
  std::vector<v1::PlanResponse> parts;
  ASSERT_TRUE(Plan(request, &parts).ok());
  std::string script;
  for (const v1::PlanResponse& part : parts) script += part.script();
  EXPECT_THAT(script, HasSubstr("DELETE FROM `brant_version` WHERE version_num = 'b';"));
  EXPECT_THAT(script, HasSubstr("DROP TABLE t;"));
}

TEST_F(MigrationServiceTest, APlanOfNoKindIsRefused) {
  v1::PlanRequest request;
  request.set_bundle_digest(Upload(Two()));
  request.add_targets("base");
  std::vector<v1::PlanResponse> parts;
  EXPECT_EQ(ReasonOf(Plan(request, &parts)), v1::ERROR_REASON_INVALID_REQUEST);
  request.set_kind(static_cast<v1::RunKind>(77));
  EXPECT_EQ(ReasonOf(Plan(request, &parts)), v1::ERROR_REASON_INVALID_REQUEST);
  request.set_kind(v1::RUN_KIND_STAMP);
  request.clear_targets();
  EXPECT_EQ(ReasonOf(Plan(request, &parts)), v1::ERROR_REASON_INVALID_REQUEST);
  EXPECT_THAT(parts, IsEmpty());
}

TEST_F(MigrationServiceTest, TheStatusSaysWhereTheDatabaseIs) {
  const std::string digest = Upload(Two());
  v1::Status status = GetStatus(digest);
  EXPECT_EQ(status.state(), v1::STATUS_STATE_BEHIND);
  EXPECT_EQ(status.pending_count(), 2);
  EXPECT_EQ(status.dialect(), v1::DIALECT_SQLITE);
  EXPECT_THAT(status.server_version(), HasSubstr("SQLite 3"));
  EXPECT_EQ(status.agent(), "test-agent");
  EXPECT_EQ(status.bundle_digest(), digest);
  EXPECT_FALSE(status.has_active_run());
  UpgradeAll(digest);
  status = GetStatus(digest);
  EXPECT_EQ(status.state(), v1::STATUS_STATE_UP_TO_DATE);
  EXPECT_THAT(status.current_revisions(), ElementsAre("b"));
}

TEST_F(MigrationServiceTest, TheStatusNamesTheActiveRun) {
  const std::string digest = Upload(Two());
  HoldLock();
  auto context = NewContext();
  auto upgrade = migrations_->Upgrade(context.get(), UpgradeTo(digest));
  v1::UpgradeResponse event;
  ASSERT_TRUE(upgrade->Read(&event));
  EXPECT_EQ(event.event().event_case(), v1::RunEvent::kRunWaiting);
  const v1::Status status = GetStatus(digest);
  EXPECT_EQ(status.active_run().id(), event.event().run_id());
  EXPECT_EQ(status.active_run().state(), v1::RUN_STATE_WAITING);
  ReleaseLock();
  while (upgrade->Read(&event)) {
  }
  EXPECT_TRUE(upgrade->Finish().ok());
}

TEST_F(MigrationServiceTest, AStatusIsSentWhenItChanges) {
  const std::string digest = Upload(Two());
  auto context = NewContext();
  v1::WatchStatusRequest request;
  request.set_bundle_digest(digest);
  auto watch = migrations_->WatchStatus(context.get(), request);
  v1::WatchStatusResponse response;
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status().pending_count(), 2);
  UpgradeAll(digest);
  do {
    ASSERT_TRUE(watch->Read(&response));
  } while (response.status().pending_count() > 0);
  EXPECT_EQ(response.status().state(), v1::STATUS_STATE_UP_TO_DATE);
  context->TryCancel();
  while (watch->Read(&response)) {
  }
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(MigrationServiceTest, WatchingTheStatusOfAnUnknownBundleFails) {
  auto context = NewContext();
  v1::WatchStatusRequest request;
  request.set_bundle_digest("unknown");
  auto watch = migrations_->WatchStatus(context.get(), request);
  v1::WatchStatusResponse response;
  EXPECT_FALSE(watch->Read(&response));
  EXPECT_EQ(ReasonOf(watch->Finish()), v1::ERROR_REASON_BUNDLE_UNKNOWN);
}

TEST_F(MigrationServiceTest, RevisionsAreListedPageByPage) {
  std::vector<TestMigration> migrations;
  for (int i = 0; i < 25; ++i) {
    migrations.push_back({.id = absl::StrCat("r", i)});
    if (i > 0) migrations.back().revises = absl::StrCat("r", i - 1);
  }
  v1::ListRevisionsRequest request;
  request.set_bundle_digest(Upload(migrations));
  grpc::Status status;
  Upgrade(UpgradeTo(request.bundle_digest(), "r3"), &status);
  request.set_page_size(10);
  std::vector<std::string> ids;
  int pages = 0;
  int applied = 0, current = 0;
  do {
    v1::ListRevisionsResponse response;
    ASSERT_TRUE(ListRevisions(request, &response).ok());
    for (const v1::Revision& revision : response.revisions()) {
      ids.push_back(revision.id());
      applied += revision.applied();
      current += revision.current();
    }
    request.set_page_token(response.next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(pages, 3);
  ASSERT_THAT(ids, SizeIs(25));
  EXPECT_EQ(ids[0], "r0");
  EXPECT_EQ(ids[24], "r24");
  EXPECT_EQ(applied, 4);
  EXPECT_EQ(current, 1);

  v1::ListRevisionsResponse all;
  request.set_page_size(0);
  request.set_omit_database(true);
  ASSERT_TRUE(ListRevisions(request, &all).ok());
  EXPECT_EQ(all.revisions_size(), 25);
  EXPECT_FALSE(all.revisions(0).applied());
}

TEST_F(MigrationServiceTest, WrongPageTokensAreRefusedOrEmpty) {
  v1::ListRevisionsRequest request;
  request.set_bundle_digest(Upload(Two()));
  for (const char* token : {"x", "-1", "99999999999999999999", "1 2"}) {
    request.set_page_token(token);
    v1::ListRevisionsResponse response;
    EXPECT_EQ(ReasonOf(ListRevisions(request, &response)), v1::ERROR_REASON_INVALID_REQUEST)
        << token;
  }
  request.set_page_token("2147483647");
  v1::ListRevisionsResponse response;
  EXPECT_TRUE(ListRevisions(request, &response).ok());
  EXPECT_EQ(response.revisions_size(), 0);
  EXPECT_EQ(response.next_page_token(), "");
}

TEST_F(MigrationServiceTest, ARevisionIsShownWithItsText) {
  v1::GetRevisionRequest request;
  request.set_bundle_digest(Upload(Two()));
  request.set_revision("billing@head");
  v1::GetRevisionResponse response;
  ASSERT_TRUE(migrations_->GetRevision(NewContext().get(), request, &response).ok());
  EXPECT_EQ(response.revision().id(), "b");
  EXPECT_EQ(response.revision().message(), "message of b");
  EXPECT_THAT(response.revision().parents(), ElementsAre("a"));
  EXPECT_EQ(response.text(), MakeTestFiles(Two())[1].content);
  request.set_revision("nope");
  EXPECT_EQ(ReasonOf(migrations_->GetRevision(NewContext().get(), request, &response)),
            v1::ERROR_REASON_REVISION_NOT_FOUND);
}

}  // namespace
}  // namespace brant
