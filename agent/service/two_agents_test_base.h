// Two agents on one database, each with clients of its own, for tests.

#ifndef BRANT_AGENT_SERVICE_TWO_AGENTS_TEST_BASE_H_
#define BRANT_AGENT_SERVICE_TWO_AGENTS_TEST_BASE_H_

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "agent/service/service_test_base.h"

namespace brant {

// `agent_` of the base is the one that executes; `other_agent_` knows its runs by
// the journal alone.
class TwoAgentsTest : public ServiceTest {
 protected:
  // An upgrade by the first agent that is held up between two steps, with no
  // transaction open.
  class HeldUpgrade {
   public:
    HeldUpgrade(TwoAgentsTest& test, const std::string& digest);
    ~HeldUpgrade();
    // Lets it go on, and waits for its end.
    void Finish();

    std::shared_ptr<brant::Run> run;
    // After Finish.
    std::vector<v1::RunEvent> events;

   private:
    int64_t seen_ = 0;
    absl::Notification go_on_;
    std::unique_ptr<EventLog::Subscription> subscription_;
    std::thread client_;
  };

  TwoAgentsTest();
  ~TwoAgentsTest() override;

  static AgentOptions Options(const std::string& name);

  // Makes a bundle known to both; its digest.
  std::string Share(const std::vector<TestMigration>& migrations);
  // As Two, and c inserts a third row.
  static std::vector<TestMigration> Three();

  // These ask the other agent.
  v1::Run UpgradeByOther(const v1::UpgradeRequest& request);
  v1::Status StatusOfOther(const std::string& digest);
  // The error that a wait fails with; OK once it has ended with success.
  absl::Status Wait(const std::string& digest, const std::string& revision);
  std::vector<v1::PlanResponse> Plan(const std::string& digest, v1::RunKind kind,
                                     const std::string& target, grpc::Status* status);

  std::unique_ptr<Agent> other_agent_;
  std::unique_ptr<Server> other_server_;
  std::unique_ptr<v1::MigrationService::Stub> other_migrations_;
  std::unique_ptr<v1::RunService::Stub> other_runs_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SERVICE_TWO_AGENTS_TEST_BASE_H_
