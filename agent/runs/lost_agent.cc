#include "agent/runs/lost_agent.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "agent/base/error.h"

namespace brant {
namespace {

absl::Status LostError(const ActiveRun& active) {
  const v1::Run& run = active.run;
  return Error(
             v1::ERROR_REASON_AGENT_LOST,
             absl::StrCat("run ", run.id(), " does not go on: its agent ", run.agent(),
                          " has shown no life for ", absl::ToInt64Seconds(SilentFor(active)), " s"))
      .Hint(absl::StrCat("the next run takes it up, such as 'brant ", RunKindName(run.kind()),
                         run.target().empty() ? "" : " ", run.target(), "'"));
}

}  // namespace

absl::Status CheckAgentLives(StateReader& reader, const std::string& run_id, SignsOfLife& signs) {
  BRANT_ASSIGN_OR_RETURN(const std::optional<ActiveRun> active, reader.ReadActiveRun());
  if (!active.has_value() || active->run.id() != run_id) return absl::OkStatus();
  if (!signs.AreMissing(*active, absl::Now())) return absl::OkStatus();
  BRANT_ASSIGN_OR_RETURN(const bool goes_on, reader.MayGoOn(*active));
  return goes_on ? absl::OkStatus() : LostError(*active);
}

}  // namespace brant
