// Graphs for tests, from a few words.

#ifndef BRANT_AGENT_REVISIONS_TESTING_H_
#define BRANT_AGENT_REVISIONS_TESTING_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/revisions/graph.h"

namespace brant {

// Revisions, one a line: `id [< parent,…] [: dependency,…] [= label,…] [file]`.
// The file is `<two-digit number>_<id>.sql` with the line's number unless a
// name that ends in .sql is given; the message is "message of <id>".
//
//   a
//   b < a = left
//   c < a : b
std::vector<Revision> MakeRevisions(absl::string_view lines);

// Their graph; ends the program if it is none.
RevisionGraph MakeGraph(absl::string_view lines);

// "a b c" for revisions of the graph.
std::string Ids(const RevisionGraph& graph, absl::Span<const RevisionIndex> revisions);

}  // namespace brant

#endif  // BRANT_AGENT_REVISIONS_TESTING_H_
