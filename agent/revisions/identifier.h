// Revision identifiers that stand for revisions of a graph, independent of a
// database's state. docs/revision-identifiers.md holds the grammar.

#ifndef BRANT_AGENT_REVISIONS_IDENTIFIER_H_
#define BRANT_AGENT_REVISIONS_IDENTIFIER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "agent/revisions/graph.h"

namespace brant {

// The revisions that `identifier` names: none for `base`, several for `heads`.
// For commands such as show, merge and revision --head. Errors:
// REVISION_NOT_FOUND, REVISION_AMBIGUOUS, MULTIPLE_HEADS.
absl::StatusOr<std::vector<RevisionIndex>> ResolveRevisions(const RevisionGraph& graph,
                                                            absl::string_view identifier);

// As above, where exactly one revision is needed.
absl::StatusOr<RevisionIndex> ResolveRevision(const RevisionGraph& graph,
                                              absl::string_view identifier);

// The revision of a version row; UNKNOWN_CURRENT_REVISION if no file has it.
absl::StatusOr<RevisionIndex> FindRow(const RevisionGraph& graph, absl::string_view row);

// The revisions of a history range, newest first as `history` prints them:
// "" for all, `a:b`, `a:`, `:b`; `current` stands for `rows`.
absl::StatusOr<std::vector<RevisionIndex>> ResolveHistory(const RevisionGraph& graph,
                                                          absl::string_view range,
                                                          absl::Span<const std::string> rows);

}  // namespace brant

#endif  // BRANT_AGENT_REVISIONS_IDENTIFIER_H_
