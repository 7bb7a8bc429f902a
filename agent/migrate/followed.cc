#include "agent/migrate/followed.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/migrate/cancel.h"

namespace brant {
namespace {

bool IsEqual(const v1::Run& other, const v1::Run& run) {
  return other.kind() == run.kind() && other.target() == run.target() &&
         other.bundle_digest() == run.bundle_digest();
}

// What fails in one transaction for all steps may succeed in one for each.
absl::StatusOr<bool> HadMode(Session& session, const Journal& journal, const std::string& run_id,
                             v1::TransactionMode mode) {
  BRANT_ASSIGN_OR_RETURN(std::vector<v1::RunEvent> events, journal.ReadEvents(session, run_id, 0));
  for (const v1::RunEvent& event : events) {
    if (event.has_run_started()) return event.run_started().transaction_mode() == mode;
  }
  return false;
}

// The same error, said of another run.
absl::Status Retold(const v1::Run& failed) {
  const absl::Status error = FromRpcStatus(failed.error());
  absl::Status retold(error.code(),
                      absl::StrCat("run ", failed.id(), " of agent ", failed.agent(),
                                   ", which this request waited for, failed: ", error.message()));
  error.ForEachPayload([&retold](absl::string_view type_url, const absl::Cord& payload) {
    retold.SetPayload(type_url, payload);
  });
  return retold;
}

}  // namespace

absl::Status EndOfFollowed(Session& session, const Journal& journal,
                           absl::Span<const std::string> waited_for, const v1::Run& run,
                           const Goal& goal, int64_t epoch) {
  // Of the others the journal does not say all that makes two of them equal.
  const bool migrates = goal.kind == v1::RUN_KIND_UPGRADE || goal.kind == v1::RUN_KIND_DOWNGRADE;
  if (!migrates || !CanBeShared(goal)) return absl::OkStatus();
  for (const std::string& id : waited_for) {
    BRANT_ASSIGN_OR_RETURN(const std::optional<v1::Run> other, journal.ReadRun(session, id));
    if (!other.has_value() || !IsEqual(*other, run)) continue;
    const absl::Status error = FromRpcStatus(other->error());
    if (WasCancelledForAll(error)) {
      return Error(v1::ERROR_REASON_CANCELLED,
                   absl::StrCat("run ", id, " of agent ", other->agent(),
                                ", which this request waited for, was cancelled"))
          .Hint("run the command again to go on from where the database is");
    }
    if (ReasonOf(error) != v1::ERROR_REASON_STATEMENT_FAILED || other->epoch() != epoch) continue;
    BRANT_ASSIGN_OR_RETURN(const bool same, HadMode(session, journal, id, goal.transaction_mode));
    if (same) return Retold(*other);
  }
  return absl::OkStatus();
}

}  // namespace brant
