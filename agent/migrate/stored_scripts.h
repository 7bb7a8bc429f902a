// What the scripts stored in the database are good for: files that were edited
// after they were applied, and histories that a bundle does not know.

#ifndef BRANT_AGENT_MIGRATE_STORED_SCRIPTS_H_
#define BRANT_AGENT_MIGRATE_STORED_SCRIPTS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "agent/database/database.h"
#include "agent/migrate/journal.h"
#include "agent/revisions/bundle.h"

namespace brant {

// What the database has stored of the scripts that were applied.
class ScriptStore {
 public:
  virtual ~ScriptStore() = default;

  // As Journal's; nothing where there is no journal yet.
  virtual absl::StatusOr<Journal::Needs> ReadNeeds() = 0;
  virtual absl::StatusOr<std::vector<StoredScript>> ReadScripts(
      absl::Span<const std::string> revisions) = 0;
};

// As a run reads it, on its session.
class SessionScripts final : public ScriptStore {
 public:
  // `exists`: there is a journal. The references are borrowed.
  SessionScripts(Session& session, const Journal& journal, bool exists)
      : session_(session), journal_(journal), exists_(exists) {}

  absl::StatusOr<Journal::Needs> ReadNeeds() override {
    if (!exists_) return Journal::Needs();
    return journal_.ReadNeeds(session_);
  }
  absl::StatusOr<std::vector<StoredScript>> ReadScripts(
      absl::Span<const std::string> revisions) override {
    if (!exists_) return std::vector<StoredScript>();
    return journal_.ReadScripts(session_, revisions);
  }

 private:
  Session& session_;
  const Journal& journal_;
  const bool exists_;
};

// The bundle's revision, and the script of it that was applied last.
struct EditedRevision {
  const Revision* revision = nullptr;
  StoredScript applied;
};

// The revisions that are applied if `rows` are, and of which the bundle has
// another text than the one in `scripts`; rows that the bundle does not know
// are passed over. In the order of the graph.
std::vector<EditedRevision> FindEdited(const Bundle& bundle, absl::Span<const std::string> rows,
                                       std::vector<StoredScript> scripts);

// CHECKSUM_MISMATCH that names every edited file, and shows how the first one
// differs from what was applied (`text` of its script).
absl::Status EditedError(const std::vector<EditedRevision>& edited);

// The same in one line, for a run that has nothing to do.
std::string EditedNotice(const std::vector<EditedRevision>& edited);

// Lines that differ, in the unified format of diff(1), at most `max_lines`.
std::string DiffLines(absl::string_view before, absl::string_view after, size_t max_lines);

// The bundle with files of these scripts besides its own. Errors: those of
// MakeBundle if the two don't fit together.
absl::StatusOr<std::shared_ptr<const Bundle>> AddScripts(const Bundle& bundle,
                                                         std::vector<StoredScript> scripts);

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_STORED_SCRIPTS_H_
