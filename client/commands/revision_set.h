// The revisions that listings are made of, from files or from an agent.

#ifndef BRANT_CLIENT_COMMANDS_REVISION_SET_H_
#define BRANT_CLIENT_COMMANDS_REVISION_SET_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "agent/revisions/bundle.h"
#include "agent/revisions/listing.h"
#include "brant/v1/migration_service.pb.h"
#include "client/context.h"

namespace brant {

class RevisionSet {
 public:
  // The folder's revisions, or where there is no folder the agent's own. The
  // database is asked for its version rows if `ask_database` says so, or the
  // command line names it.
  static absl::StatusOr<RevisionSet> Load(Context& context, bool ask_database);

  // The same, with the version rows of a status that is known already.
  static absl::StatusOr<RevisionSet> LoadWith(Context& context, const v1::Status& status);

  const RevisionGraph& graph() const {
    if (bundle_ != nullptr) return bundle_->graph;
    return remote_;
  }
  // The database's version rows; empty if it was not asked.
  const std::vector<std::string>& rows() const { return rows_; }
  // What `current` stands for in a range: the version rows, or where the database
  // is ahead the last applied revisions of the graph.
  const std::vector<std::string>& current() const { return is_ahead_ ? applied_heads_ : rows_; }
  ListingOptions Options(bool verbose) const;

  // Identifiers of one or more revisions, of which `current` stands for the
  // version rows. Errors: as ResolveRevisions.
  absl::StatusOr<std::vector<RevisionIndex>> Resolve(absl::string_view identifier) const;

  // As an agent would answer. What a file says is in `text`.
  v1::ListRevisionsResponse List(absl::Span<const RevisionIndex> revisions) const;
  absl::StatusOr<v1::GetRevisionResponse> Get(Context& context, RevisionIndex index) const;

 private:
  absl::Status LoadRevisions(Context& context);
  absl::Status LoadRemote(Context& context);
  void SetRows(const v1::Status& status);
  v1::Revision ToProto(RevisionIndex index) const;

  // One of these two has the graph.
  std::shared_ptr<const Bundle> bundle_;
  RevisionGraph remote_;
  std::string folder_;
  std::vector<std::string> rows_;
  // Applied revisions of the graph that no other applied one of it needs.
  std::vector<std::string> applied_heads_;
  bool is_ahead_ = false;
  // A flag per revision.
  std::vector<bool> applied_;
};

}  // namespace brant

#endif  // BRANT_CLIENT_COMMANDS_REVISION_SET_H_
