// What `brant revision` and `brant merge` write.

#ifndef BRANT_AGENT_REVISIONS_NEW_REVISION_H_
#define BRANT_AGENT_REVISIONS_NEW_REVISION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/base/dialect.h"
#include "agent/revisions/graph.h"
#include "agent/revisions/revision.h"

namespace brant {

// A section with its statements.
struct SectionDraft {
  Direction direction = Direction::kUpgrade;
  std::vector<Dialect> dialects;
  bool transactional = true;
  std::string body;
};

// What a new revision shall be.
struct RevisionRequest {
  // Empty: "empty message", or of a merge which revisions it merges.
  std::string message;
  // Empty: 12 random hexadecimal digits.
  std::string id;
  // Identifiers of what to revise. Empty: `head`. `base` begins a new branch.
  std::vector<std::string> heads;
  // Allows to revise what is no head.
  bool splice = false;
  std::vector<std::string> labels;
  // Identifiers; a label stays a label.
  std::vector<std::string> dependencies;
  absl::Time create_time;
  // Empty: an empty upgrade and an empty downgrade section, to be filled in.
  std::vector<SectionDraft> sections;
};

struct NewRevision {
  std::string id;
  // `YYYYMMDD_NNNN_slug.sql`.
  std::string file;
  std::string text;
};

// The file of a new revision of `graph`. Errors: MULTIPLE_HEADS,
// INVALID_REQUEST for bad or used ids and labels, messages that would read as
// header fields, and what is no head; those of ResolveRevisions.
absl::StatusOr<NewRevision> MakeRevision(const RevisionGraph& graph,
                                         const RevisionRequest& request);

// The same for a merge of request.heads, which must be two or more heads;
// `heads` stands for all of them, also those that others depend on.
absl::StatusOr<NewRevision> MakeMerge(const RevisionGraph& graph, const RevisionRequest& request);

// A file's text. Of `revision` counts what the header says: message, id,
// parents, labels, dependencies, create_date. ParseRevision reads it back.
std::string RenderRevision(const Revision& revision, const std::vector<SectionDraft>& sections);

// `message` as lower-case words joined by underscores, ASCII only, at most 40
// characters; "revision" if nothing is left.
std::string Slug(absl::string_view message);

}  // namespace brant

#endif  // BRANT_AGENT_REVISIONS_NEW_REVISION_H_
