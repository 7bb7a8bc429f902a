// Where the database is, for any number of bundles from one look at it.

#ifndef BRANT_AGENT_RUNS_STATUS_READER_H_
#define BRANT_AGENT_RUNS_STATUS_READER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/migrate/comparison.h"
#include "agent/migrate/state_reader.h"
#include "agent/revisions/bundle.h"
#include "brant/v1/status.pb.h"

namespace brant {

// Where the database was when it was looked at. Immutable.
struct BundleStatus {
  std::shared_ptr<const Bundle> bundle;
  Applied applied;
  v1::Status status;
};

// Not thread-safe. Writes nothing.
class StatusReader {
 public:
  // `own_run` tells of the run that this agent executes or is about to, and may
  // be called by any thread. `reader` must outlive this.
  StatusReader(StateReader& reader, std::string agent,
               std::function<std::optional<v1::Run>()> own_run)
      : reader_(reader), agent_(std::move(agent)), own_run_(std::move(own_run)) {}

  // Reads the version rows and the latest run: two small queries, and one or two
  // more while a run executes. All else is read only if they changed. True:
  // something did, or this was the first look.
  absl::StatusOr<bool> Look();

  // What the last look saw, compared with a bundle. Asks the database only where
  // that holds revisions that the bundle lacks, once in a look.
  absl::StatusOr<std::shared_ptr<const BundleStatus>> Compare(std::shared_ptr<const Bundle> bundle);

 private:
  // The run that executes now, whichever agent does.
  absl::StatusOr<std::optional<v1::Run>> FindActiveRun(const std::optional<v1::Run>& latest);
  // What the run that executes waits for, by the events recorded since the last look.
  absl::Status ReadBlocked(const std::optional<v1::Run>& active);

  StateReader& reader_;
  const std::string agent_;
  const std::function<std::optional<v1::Run>()> own_run_;
  // What the last look saw. The first three, and the latest run, in bytes.
  std::string seen_;
  std::vector<std::string> rows_;
  std::optional<v1::Run> active_run_;
  std::optional<v1::LostRun> lost_run_;
  std::optional<v1::StatementBlocked> blocked_;
  // Whose events were read, up to which number.
  std::string events_of_;
  int64_t events_read_ = 0;
  std::optional<StepRecord> unfinished_;
  std::vector<StoredScript> scripts_;
  // Until it is needed: nothing.
  std::optional<Journal::Needs> needs_;
  std::string server_version_;
};

}  // namespace brant

#endif  // BRANT_AGENT_RUNS_STATUS_READER_H_
