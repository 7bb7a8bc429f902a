// A database whose history a bundle does not know to its end.

#ifndef BRANT_AGENT_MIGRATE_HISTORY_H_
#define BRANT_AGENT_MIGRATE_HISTORY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "agent/revisions/graph.h"

namespace brant {

// Whether `rows`, some of which only the `complete` graph knows, have reached
// all that the target of an upgrade asks of the `bundle`: the database is ahead
// of it. Errors: those of the target; HISTORY_DIVERGED, which shows both sides;
// INVALID_TARGET for a relative target, which would count from what the bundle
// does not know.
absl::Status CheckNotDiverged(const RevisionGraph& bundle, const RevisionGraph& complete,
                              absl::Span<const std::string> rows, absl::string_view target);

// What people are told of a database that is ahead of the bundle: which of its
// `rows` that does not know.
std::string AheadNotice(const RevisionGraph& bundle, absl::Span<const std::string> rows);

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_HISTORY_H_
