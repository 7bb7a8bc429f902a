// Commands that talk to an agent: what they ask it, what they print, and how they
// end.

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "client/commands/registry.h"
#include "client/connection/fake_agent.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class AgentCommandsTest : public ::testing::Test {
 protected:
  // Runs a command; gives its exit code.
  int Brant(const std::vector<std::string>& words) {
    std::unique_ptr<Command> command;
    std::vector<CommandSpec> specs;
    for (const CommandEntry& entry : AllCommands()) {
      specs.push_back({entry.name, entry.summary, [&command, &entry](Flags& flags) {
                         command = entry.make();
                         command->Declare(flags);
                       }});
    }
    const auto parsed = ParseCommandLine(
        words, [](Flags&) {}, specs);
    EXPECT_TRUE(parsed.ok()) << parsed.status();
    if (!parsed.ok()) return -1;
    Settings settings(AllSettings(), [](const char*) -> const char* { return nullptr; });
    settings.SetFlag("agent", agent_.address());
    FILE* output = open_memstream(&buffer_, &size_);
    Console console(output, output, options_);
    Context context(console, settings, "");
    absl::StatusOr<int> code = command->Run(context);
    if (!code.ok()) console.PrintError(code.status());
    std::fclose(output);
    written_.assign(buffer_, size_);
    std::free(buffer_);
    return code.ok() ? *code : ExitCodeOf(code.status());
  }

  v1::WaitForRevisionResponse Pending(int count, const std::string& run) {
    v1::WaitForRevisionResponse response;
    response.set_reached(count == 0);
    response.mutable_status()->add_current_revisions("aaaa1111");
    response.mutable_status()->set_pending_count(count);
    if (run.empty()) return response;
    v1::Run& active = *response.mutable_status()->mutable_active_run();
    active.set_id(run);
    active.set_agent("b");
    active.set_kind(v1::RUN_KIND_UPGRADE);
    active.set_target("head");
    return response;
  }

  v1::RunEvent Succeeded(v1::RunKind kind) {
    v1::RunEvent event;
    event.set_sequence(1);
    v1::Run& run = *event.mutable_run_finished()->mutable_run();
    run.set_id("run1");
    run.set_state(v1::RUN_STATE_SUCCEEDED);
    run.set_kind(kind);
    run.set_target("head");
    run.add_to_revisions("aaaa1111");
    return event;
  }

  FakeAgent agent_;
  ConsoleOptions options_;
  char* buffer_ = nullptr;
  size_t size_ = 0;
  std::string written_;
};

TEST_F(AgentCommandsTest, WaitSaysWhatIsPendingWhenThatChanges) {
  agent_.AddWait({{Pending(2, ""), Pending(2, ""), Pending(2, "run9"), Pending(1, "run9"),
                   Pending(1, "run9"), Pending(0, "")}});
  EXPECT_EQ(Brant({"wait", "head"}), kExitDone);
  EXPECT_EQ(written_,
            "Waiting for head: the database is at aaaa1111, 2 revisions pending; nothing runs\n"
            "Waiting for head: the database is at aaaa1111, 2 revisions pending; run run9 of agent "
            "b executes upgrade head\n"
            "Waiting for head: the database is at aaaa1111, 1 revision pending; run run9 of agent "
            "b executes upgrade head\n"
            "The database is at aaaa1111\n");
}

TEST_F(AgentCommandsTest, WaitPrintsTheResponsesAsJson) {
  options_.json = true;
  agent_.AddWait({{Pending(2, ""), Pending(0, "")}});
  EXPECT_EQ(Brant({"wait", "head"}), kExitDone);
  EXPECT_THAT(written_, HasSubstr("{\"reached\":false,\"status\":"));
  EXPECT_THAT(written_, HasSubstr("\n{\"reached\":true,\"status\":"));
}

TEST_F(AgentCommandsTest, WaitAndUpgradeEndWithSevenWhenTheTimeIsOver) {
  EXPECT_EQ(Brant({"wait", "head", "--timeout", "0"}), kExitClientTimeout);
  EXPECT_THAT(written_, HasSubstr("the timeout was over before the database was at head"));
  EXPECT_EQ(Brant({"upgrade", "head", "--timeout", "0"}), kExitClientTimeout);
  EXPECT_THAT(written_, HasSubstr("the timeout was over before the run ended"));
  EXPECT_THAT(written_, HasSubstr("brant runs"));
}

TEST_F(AgentCommandsTest, UpgradeSaysWhoseRunBroughtTheDatabaseThere) {
  v1::RunEvent relayed;
  relayed.set_sequence(1);
  relayed.mutable_relayed()->set_agent("b");
  relayed.mutable_relayed()->mutable_event()->set_run_id("run9");
  relayed.mutable_relayed()->mutable_event()->set_sequence(7);
  relayed.mutable_relayed()->mutable_event()->mutable_step_finished();
  v1::RunEvent end = Succeeded(v1::RUN_KIND_UPGRADE);
  end.set_sequence(2);
  agent_.AddUpgrade({{relayed, end}});
  EXPECT_EQ(Brant({"upgrade", "head"}), kExitDone);
  EXPECT_EQ(written_,
            "Following run run9 of agent b\n"
            "Upgraded to aaaa1111 (head) by run run9 of agent b\n");
}

TEST_F(AgentCommandsTest, EditedFilesAreAllowedOnlyIfAskedFor) {
  for (bool allowed : {false, true}) {
    agent_.AddUpgrade({{Succeeded(v1::RUN_KIND_UPGRADE)}});
    std::vector<std::string> words = {"upgrade", "head"};
    if (allowed) words.push_back("--allow-edited");
    EXPECT_EQ(Brant(words), kExitDone);
    EXPECT_EQ(agent_.upgrades().back().options().allow_edited_files(), allowed);
  }
}

TEST_F(AgentCommandsTest, RepairAcceptsEditedFiles) {
  agent_.AddRepair({{Succeeded(v1::RUN_KIND_REPAIR)}});
  EXPECT_EQ(Brant({"repair", "--accept-edited"}), kExitDone);
  EXPECT_EQ(written_, "Repaired head\n");
  agent_.AddRepair({{Succeeded(v1::RUN_KIND_REPAIR)}});
  EXPECT_EQ(Brant({"repair", "aaaa1111", "bbbb2222", "--accept-edited"}), kExitDone);
  ASSERT_THAT(agent_.repairs(), SizeIs(2));
  ASSERT_TRUE(agent_.repairs()[0].has_accept_edited_files());
  EXPECT_THAT(agent_.repairs()[0].accept_edited_files().revisions(), IsEmpty());
  EXPECT_THAT(agent_.repairs()[1].accept_edited_files().revisions(),
              ElementsAre("aaaa1111", "bbbb2222"));
  EXPECT_THAT(agent_.repairs()[1].request_id(), SizeIs(36));
}

TEST_F(AgentCommandsTest, RepairSettlesAStatement) {
  for (bool took_effect : {true, false}) {
    agent_.AddRepair({{Succeeded(v1::RUN_KIND_REPAIR)}});
    EXPECT_EQ(Brant({"repair", "aaaa1111", took_effect ? "--took-effect" : "--no-effect"}),
              kExitDone);
    const v1::RepairRequest request = agent_.repairs().back();
    ASSERT_TRUE(request.has_settle_statement());
    EXPECT_EQ(request.settle_statement().revision(), "aaaa1111");
    EXPECT_EQ(request.settle_statement().took_effect(), took_effect);
  }
}

TEST_F(AgentCommandsTest, RepairTakesExactlyOneDecision) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"repair"},
                                             {"repair", "aaaa1111"},
                                             {"repair", "aaaa1111", "--took-effect", "--no-effect"},
                                             {"repair", "--accept-edited", "--no-effect"},
                                             {"repair", "--no-effect"},
                                             {"repair", "aaaa1111", "bbbb2222", "--took-effect"}}) {
    EXPECT_EQ(Brant(words), kExitUsage) << words.size();
    EXPECT_THAT(written_, HasSubstr("exactly one"));
    EXPECT_THAT(written_, HasSubstr("brant status"));
  }
  EXPECT_THAT(agent_.repairs(), IsEmpty());
}

TEST_F(AgentCommandsTest, StatusSaysWhatToDoNext) {
  v1::GetStatusResponse response;
  v1::Status& status = *response.mutable_status();
  status.set_state(v1::STATUS_STATE_DIVERGED);
  status.add_unknown_revisions("eeee5555");
  status.add_beyond_revisions("eeee5555");
  status.set_pending_count(2);
  v1::EditedFile& file = *status.add_edited_files();
  file.set_revision("aaaa1111");
  file.set_file("20240101_0001_first.sql");
  file.set_applied_checksum(std::string(64, '1'));
  file.set_checksum(std::string(64, '2'));
  v1::UnfinishedStep& step = *status.mutable_unfinished_step();
  step.set_run_id("run9");
  step.set_revision("bbbb2222");
  step.set_direction(v1::DIRECTION_UPGRADE);
  step.set_statements_total(5);
  step.set_statements_done(2);
  agent_.AddGetStatus(grpc::Status::OK, response);
  EXPECT_EQ(Brant({"status"}), kExitDone);
  EXPECT_THAT(written_, HasSubstr("diverged: the database holds 1 revision of another history, and "
                                  "lacks 2 revisions of these migrations\n"));
  EXPECT_THAT(written_, HasSubstr("brant merge"));
  EXPECT_THAT(written_, HasSubstr("aaaa1111 (20240101_0001_first.sql): applied as 111111111111…, "
                                  "now 222222222222…\n"));
  EXPECT_THAT(written_, HasSubstr("'brant repair --accept-edited'"));
  EXPECT_THAT(written_, HasSubstr("upgrade of bbbb2222 by run run9: 2 of 5 statements took "
                                  "effect\n"));
  // It is refused as long as files are edited.
  EXPECT_THAT(written_, HasSubstr("when that is settled, 'brant upgrade' goes on after them\n"));

  status.clear_edited_files();
  agent_.AddGetStatus(grpc::Status::OK, response);
  EXPECT_EQ(Brant({"status"}), kExitDone);
  EXPECT_THAT(written_, HasSubstr("'brant upgrade' goes on after them, if their texts are what was "
                                  "executed\n"));
  step.set_file_missing(true);
  agent_.AddGetStatus(grpc::Status::OK, response);
  EXPECT_EQ(Brant({"status"}), kExitDone);
  EXPECT_THAT(written_, HasSubstr("use migrations that have bbbb2222; with them, 'brant upgrade' "
                                  "goes on after them\n"));

  step.set_in_doubt(true);
  agent_.AddGetStatus(grpc::Status::OK, response);
  EXPECT_EQ(Brant({"status"}), kExitDone);
  EXPECT_THAT(written_, HasSubstr("whether the next one did is not known\n"));
  EXPECT_THAT(written_, HasSubstr("'brant repair bbbb2222 --took-effect' or '--no-effect'"));
}

TEST_F(AgentCommandsTest, StatusCountsWhatTheMigrationsLack) {
  v1::GetStatusResponse response;
  v1::Status& status = *response.mutable_status();
  status.set_state(v1::STATUS_STATE_AHEAD);
  status.add_current_revisions("r12");
  status.add_unknown_revisions("r12");
  for (int i = 3; i <= 12; ++i) status.add_beyond_revisions(absl::StrCat("r", i));
  agent_.AddGetStatus(grpc::Status::OK, response);
  EXPECT_EQ(Brant({"status"}), kExitDone);
  EXPECT_THAT(written_, HasSubstr("ahead: the database holds 10 revisions that these migrations "
                                  "have not\n"));
  EXPECT_THAT(written_, HasSubstr(" 2 more, r5, r6, r7, r8, r9, r10, r11, r12\n"));
}

TEST_F(AgentCommandsTest, EveryHeadMayBeAppliedWhateverElseIs) {
  v1::GetStatusResponse response;
  v1::Status& status = *response.mutable_status();
  options_.json = true;
  for (v1::StatusState state : {v1::STATUS_STATE_UP_TO_DATE, v1::STATUS_STATE_AHEAD}) {
    status.set_state(state);
    agent_.AddGetStatus(grpc::Status::OK, response);
    EXPECT_EQ(Brant({"current", "--check-heads"}), kExitDone) << state;
  }
  status.set_pending_count(1);
  for (v1::StatusState state : {v1::STATUS_STATE_BEHIND, v1::STATUS_STATE_DIVERGED}) {
    status.set_state(state);
    agent_.AddGetStatus(grpc::Status::OK, response);
    EXPECT_EQ(Brant({"current", "--check-heads"}), kExitCheckFailed) << state;
  }
}

TEST_F(AgentCommandsTest, StatusNamesTheExecutingAgentAndWhoIsInItsWay) {
  v1::GetStatusResponse response;
  v1::Status& status = *response.mutable_status();
  v1::Run& run = *status.mutable_active_run();
  run.set_id("run9");
  run.set_agent("b");
  run.set_kind(v1::RUN_KIND_UPGRADE);
  run.set_target("head");
  run.set_state(v1::RUN_STATE_RUNNING);
  status.mutable_blocked()->set_position(1);
  status.mutable_blocked()->set_statement(2);
  v1::Blocker& blocker = *status.mutable_blocked()->add_blockers();
  blocker.set_session_id("4711");
  blocker.set_session("app");
  blocker.set_statement("SELECT 1");
  agent_.AddGetStatus(grpc::Status::OK, response);
  EXPECT_EQ(Brant({"status"}), kExitDone);
  EXPECT_THAT(written_, HasSubstr("run9 (upgrade head), at agent b\n"));
  EXPECT_THAT(written_,
              HasSubstr("Blocked:   Statement 2 of step 1 waits for locks of session 4711 "
                        "(app): SELECT 1\n"));

  v1::LostRun& lost = *status.mutable_lost_run();
  *lost.mutable_run() = run;
  lost.mutable_silent_for()->set_seconds(12);
  status.clear_active_run();
  status.clear_blocked();
  agent_.AddGetStatus(grpc::Status::OK, response);
  EXPECT_EQ(Brant({"status"}), kExitDone);
  EXPECT_THAT(written_,
              HasSubstr("run run9 (upgrade head): agent b shows no life for 12 s; the next "
                        "upgrade takes it up\n"));
  EXPECT_THAT(written_, HasSubstr("Running:   nothing\n"));
}

}  // namespace
}  // namespace brant
