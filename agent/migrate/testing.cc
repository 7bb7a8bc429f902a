#include "agent/migrate/testing.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/base/error.h"

namespace brant {

std::vector<SourceFile> MakeTestFiles(const std::vector<TestMigration>& migrations) {
  std::vector<SourceFile> files;
  for (const TestMigration& migration : migrations) {
    std::string text =
        absl::StrCat("-- message of ", migration.id, "\n--\n-- Revision ID: ", migration.id,
                     "\n-- Revises: ", migration.revises, "\n");
    if (!migration.labels.empty())
      absl::StrAppend(&text, "-- Branch Labels: ", migration.labels, "\n");
    if (!migration.depends_on.empty()) {
      absl::StrAppend(&text, "-- Depends On: ", migration.depends_on, "\n");
    }
    if (migration.has_upgrade) {
      absl::StrAppend(&text, "\n-- brant:upgrade ", migration.upgrade_options, "\n",
                      migration.upgrade, "\n");
    }
    if (migration.has_downgrade) {
      absl::StrAppend(&text, "\n-- brant:downgrade ", migration.downgrade_options, "\n",
                      migration.downgrade, "\n");
    }
    absl::StrAppend(&text, migration.more);
    std::string name = migration.file;
    if (name.empty()) {
      name = absl::StrFormat("20240101_%04d_%s.sql", files.size() + 1, migration.id);
    }
    files.push_back({std::move(name), std::move(text)});
  }
  return files;
}

std::shared_ptr<const Bundle> MakeTestBundle(const std::vector<TestMigration>& migrations) {
  auto bundle = MakeBundle(MakeTestFiles(migrations));
  if (bundle.ok()) return *std::move(bundle);
  fprintf(stderr, "%s\n", DescribeError(bundle.status()).c_str());
  abort();
}

std::shared_ptr<const Bundle> MakeLongBundle(int count) {
  std::vector<TestMigration> migrations;
  for (int i = 1; i <= count; ++i) {
    TestMigration migration;
    migration.id = absl::StrFormat("r%04d", i);
    if (i > 1) migration.revises = absl::StrFormat("r%04d", i - 1);
    migration.upgrade = absl::StrFormat("CREATE TABLE t%04d (a INTEGER);", i);
    migration.downgrade = absl::StrFormat("DROP TABLE t%04d;", i);
    migrations.push_back(std::move(migration));
  }
  return MakeTestBundle(migrations);
}

void RecordingObserver::OnWaiting(absl::string_view, const v1::Run*) { Add("waiting"); }

void RecordingObserver::OnRelayed(absl::string_view, const v1::RunEvent& event) {
  Add(absl::StrCat("relayed ", event.sequence()));
}

void RecordingObserver::OnStarted(const v1::Run& run) {
  Add(absl::StrCat("started ", run.steps_total()));
}

void RecordingObserver::OnStepStarted(int position, const Step& step, int statements_skipped) {
  Add(absl::StrCat("step ", position, " ", step.revision->id,
                   statements_skipped == 0 ? "" : absl::StrCat(" after ", statements_skipped)));
}

void RecordingObserver::OnStatementStarted(int position, int number, const Step&,
                                           const Statement&) {
  Add(absl::StrCat(position, ".", number));
}

void RecordingObserver::OnStatementFinished(int position, int number, int64_t, absl::Duration) {
  Add(absl::StrCat(position, ".", number, " done"));
}

void RecordingObserver::OnBlocked(int position, int number, const std::vector<Blocker>& blockers) {
  Add(absl::StrCat(position, ".", number, " blocked by ", blockers.size()));
}

void RecordingObserver::OnProgress(int position, int number, const Activity& activity) {
  Add(absl::StrCat(position, ".", number, " ", activity.phase));
}

void RecordingObserver::OnAttemptFailed(int position, const absl::Status& error, absl::Duration) {
  Add(absl::StrCat(position, " again: ", v1::ErrorReason_Name(ReasonOf(error)).substr(13)));
}

void RecordingObserver::OnStepFinished(int position, const v1::Run&, absl::Duration) {
  Add(absl::StrCat("done ", position));
}

void RecordingObserver::OnNotice(absl::string_view text) { Add(std::string(text)); }

std::vector<std::string> RecordingObserver::words() const {
  absl::MutexLock lock(&mutex_);
  return words_;
}

void RecordingObserver::Add(std::string word) {
  absl::MutexLock lock(&mutex_);
  words_.push_back(std::move(word));
}

}  // namespace brant
