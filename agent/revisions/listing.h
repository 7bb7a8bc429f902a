// The text of `history`, `heads`, `branches`, `show` and `current`, as Alembic's
// users know it. All end in a newline unless they are empty.

#ifndef BRANT_AGENT_REVISIONS_LISTING_H_
#define BRANT_AGENT_REVISIONS_LISTING_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "agent/revisions/graph.h"

namespace brant {

struct ListingOptions {
  // A block for each revision instead of a line.
  bool verbose = false;
  // The migrations folder, for the paths in blocks.
  std::string folder;
  // Version rows to be marked `(current)`.
  std::vector<std::string> current;
  // Revisions to be marked `(applied)`: the last ones below rows that the graph does
  // not know.
  std::vector<std::string> applied;
};

// One line a revision, in the order given (ResolveHistory's):
// `<parents> [(dependencies)] -> <id> [(labels)] [(head)] …, <message>`.
std::string HistoryText(const RevisionGraph& graph, absl::Span<const RevisionIndex> revisions,
                        const ListingOptions& options);

// The heads; with `resolve_dependencies` only those that nothing depends on.
std::string HeadsText(const RevisionGraph& graph, bool resolve_dependencies,
                      const ListingOptions& options);

// Each branch point with what it branches into, newest first. Of the options
// `current` and `applied` have no effect.
std::string BranchesText(const RevisionGraph& graph, const ListingOptions& options);

// A block for each revision.
std::string ShowText(const RevisionGraph& graph, absl::Span<const RevisionIndex> revisions,
                     const ListingOptions& options);

// Where a database with these version rows is: on each branch the newest applied
// revision, be it a row or implied by one that depends on it; then rows that
// `graph` does not know.
std::string CurrentText(const RevisionGraph& graph, absl::Span<const std::string> rows,
                        const ListingOptions& options);

}  // namespace brant

#endif  // BRANT_AGENT_REVISIONS_LISTING_H_
