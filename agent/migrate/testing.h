// Bundles for tests, from a few words.

#ifndef BRANT_AGENT_MIGRATE_TESTING_H_
#define BRANT_AGENT_MIGRATE_TESTING_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "agent/migrate/observer.h"
#include "agent/revisions/bundle.h"

namespace brant {

// One migration file. `file` empty: named by its place and its id.
struct TestMigration {
  std::string id;
  std::string revises;
  std::string upgrade;
  std::string downgrade;
  // What follows the marker, such as "transaction:off".
  std::string upgrade_options;
  std::string downgrade_options;
  std::string depends_on;
  std::string labels;
  // Further sections, markers included.
  std::string more;
  bool has_upgrade = true;
  bool has_downgrade = true;
  std::string file;
};

std::vector<SourceFile> MakeTestFiles(const std::vector<TestMigration>& migrations);

// Ends the program if they make no bundle.
std::shared_ptr<const Bundle> MakeTestBundle(const std::vector<TestMigration>& migrations);

// `count` revisions in a row, r0001 to r….
std::shared_ptr<const Bundle> MakeLongBundle(int count);

// Counts what it is told, in words: "waiting", "started 2", "step 1 a", "1.1",
// "1.1 done", "done 1".
class RecordingObserver : public RunObserver {
 public:
  void OnWaiting(absl::string_view holder, const v1::Run* active) override;
  void OnRelayed(absl::string_view agent, const v1::RunEvent& event) override;
  void OnStarted(const v1::Run& run) override;
  void OnStepStarted(int position, const Step& step, int statements_skipped) override;
  void OnStatementStarted(int position, int number, const Step& step,
                          const Statement& statement) override;
  void OnStatementFinished(int position, int number, int64_t rows_affected,
                           absl::Duration duration) override;
  void OnBlocked(int position, int number, const std::vector<Blocker>& blockers) override;
  void OnProgress(int position, int number, const Activity& activity) override;
  void OnAttemptFailed(int position, const absl::Status& error, absl::Duration delay) override;
  void OnStepFinished(int position, const v1::Run& run, absl::Duration duration) override;
  void OnNotice(absl::string_view text) override;
  std::vector<v1::RunEvent> EventsAfter(int64_t sequence) const override { return {}; }

  std::vector<std::string> words() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Add(std::string word) ABSL_LOCKS_EXCLUDED(mutex_);

  mutable absl::Mutex mutex_;
  std::vector<std::string> words_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_TESTING_H_
