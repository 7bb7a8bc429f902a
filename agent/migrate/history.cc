#include "agent/migrate/history.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/base/error.h"
#include "agent/revisions/symbol.h"
#include "agent/revisions/walk.h"

namespace brant {

absl::Status CheckNotDiverged(const RevisionGraph& bundle, const RevisionGraph& complete,
                              absl::Span<const std::string> rows, absl::string_view target) {
  BRANT_ASSIGN_OR_RETURN(const Identifier identifier, ParseIdentifier(bundle, target));
  BRANT_ASSIGN_OR_RETURN(const std::vector<bool> applied, AppliedRevisions(complete, rows));
  std::vector<RevisionIndex> unknown;
  for (RevisionIndex index = 0; index < complete.size(); ++index) {
    if (applied[index] && !bundle.FindId(complete.revision(index).id).has_value()) {
      unknown.push_back(index);
    }
  }
  if (identifier.steps.has_value()) {
    return Error(v1::ERROR_REASON_INVALID_TARGET,
                 absl::StrCat("'", target, "' counts from what is applied, and these migrations do",
                              " not know it: ", JoinIds(complete, unknown)))
        .Hint("name a revision, such as 'head', or use the migrations of the newer version");
  }
  // All that the target needs, as if nothing were applied.
  BRANT_ASSIGN_OR_RETURN(const std::vector<Move> moves, WalkUpgrade(bundle, {}, target));
  std::vector<RevisionIndex> pending;
  for (const Move& move : moves) {
    const auto index = complete.FindId(bundle.revision(move.revision).id);
    if (!applied[*index]) pending.push_back(*index);
  }
  if (pending.empty()) return absl::OkStatus();
  return Error(v1::ERROR_REASON_HISTORY_DIVERGED,
               absl::StrCat("the histories have diverged\n  only in the database, applied: ",
                            JoinIds(complete, unknown),
                            "\n  only in these migrations, pending: ", JoinIds(complete, pending),
                            "\n  the database is at: ", absl::StrJoin(rows, ", ")))
      .Hint("use migrations that hold both; where both are meant, join them with 'brant merge'");
}

std::string AheadNotice(const RevisionGraph& bundle, absl::Span<const std::string> rows) {
  std::vector<std::string> unknown;
  for (const std::string& row : rows) {
    if (!bundle.FindId(row).has_value()) unknown.push_back(row);
  }
  return absl::StrCat("the database is ahead of these migrations: it is at ",
                      absl::StrJoin(unknown, ", "), ", which they do not have");
}

}  // namespace brant
