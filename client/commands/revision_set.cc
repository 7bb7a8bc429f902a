#include "client/commands/revision_set.h"

#include <algorithm>
#include <utility>

#include "agent/base/error.h"
#include "agent/revisions/identifier.h"
#include "agent/revisions/new_revision.h"

namespace brant {
namespace {

constexpr int kPageSize = 10'000;

// A revision as a file would say it, sections left out.
Revision FromProto(const v1::Revision& message) {
  Revision revision;
  revision.id = message.id();
  revision.parents.assign(message.parents().begin(), message.parents().end());
  revision.dependencies.assign(message.dependencies().begin(), message.dependencies().end());
  revision.labels.assign(message.labels().begin(), message.labels().end());
  revision.message = message.message();
  revision.create_date = message.create_date();
  revision.file = message.file();
  revision.checksum = message.checksum();
  revision.text = RenderRevision(revision, {});
  return revision;
}

template <typename Repeated>
void Assign(const std::vector<std::string>& from, Repeated* to) {
  to->Assign(from.begin(), from.end());
}

}  // namespace

absl::StatusOr<RevisionSet> RevisionSet::Load(Context& context, bool ask_database) {
  v1::GetStatusResponse response;
  if (ask_database || context.DatabaseNamedByFlag()) {
    BRANT_ASSIGN_OR_RETURN(AgentClient * agent, context.agent());
    BRANT_ASSIGN_OR_RETURN(response, agent->GetStatus(context.migrations()));
  }
  return LoadWith(context, response.status());
}

absl::StatusOr<RevisionSet> RevisionSet::LoadWith(Context& context, const v1::Status& status) {
  RevisionSet set;
  BRANT_RETURN_IF_ERROR(set.LoadRevisions(context));
  set.SetRows(status);
  return set;
}

absl::Status RevisionSet::LoadRevisions(Context& context) {
  if (context.UsesRemoteAgent() && !context.HasFolder()) {
    return LoadRemote(context);
  }
  folder_ = context.folder();
  BRANT_ASSIGN_OR_RETURN(bundle_, context.bundle());
  return absl::OkStatus();
}

void RevisionSet::SetRows(const v1::Status& status) {
  rows_.assign(status.current_revisions().begin(), status.current_revisions().end());
  applied_heads_.assign(status.applied_heads().begin(), status.applied_heads().end());
  is_ahead_ = status.state() == v1::STATUS_STATE_AHEAD;
  std::vector<RevisionIndex> known;
  for (const std::string& id : applied_heads_) {
    if (auto index = graph().FindId(id)) known.push_back(*index);
  }
  applied_ = graph().Ancestors(known, /*with_dependencies=*/true);
}

absl::Status RevisionSet::LoadRemote(Context& context) {
  BRANT_ASSIGN_OR_RETURN(AgentClient * agent, context.agent());
  std::vector<Revision> revisions;
  v1::ListRevisionsRequest request;
  request.set_page_size(kPageSize);
  request.set_omit_database(true);
  do {
    BRANT_ASSIGN_OR_RETURN(const v1::ListRevisionsResponse page,
                           agent->ListRevisions(context.migrations(), request));
    for (const v1::Revision& revision : page.revisions()) revisions.push_back(FromProto(revision));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  BRANT_ASSIGN_OR_RETURN(remote_, RevisionGraph::Build(std::move(revisions)));
  return absl::OkStatus();
}

ListingOptions RevisionSet::Options(bool verbose) const {
  ListingOptions options;
  options.verbose = verbose;
  options.folder = folder_;
  options.current = rows_;
  options.applied = applied_heads_;
  return options;
}

absl::StatusOr<std::vector<RevisionIndex>> RevisionSet::Resolve(
    absl::string_view identifier) const {
  if (identifier != "current") return ResolveRevisions(graph(), identifier);
  std::vector<RevisionIndex> revisions;
  for (const std::string& row : rows_) {
    BRANT_ASSIGN_OR_RETURN(const RevisionIndex index, ResolveRevision(graph(), row));
    revisions.push_back(index);
  }
  return revisions;
}

v1::Revision RevisionSet::ToProto(RevisionIndex index) const {
  const Revision& revision = graph().revision(index);
  v1::Revision message;
  message.set_id(revision.id);
  Assign(revision.parents, message.mutable_parents());
  Assign(revision.dependencies, message.mutable_dependencies());
  Assign(revision.labels, message.mutable_labels());
  message.set_message(revision.message);
  message.set_create_date(revision.create_date);
  message.set_file(revision.file);
  message.set_checksum(revision.checksum);
  message.set_applied(applied_[index]);
  message.set_current(std::find(rows_.begin(), rows_.end(), revision.id) != rows_.end());
  return message;
}

v1::ListRevisionsResponse RevisionSet::List(absl::Span<const RevisionIndex> revisions) const {
  v1::ListRevisionsResponse response;
  for (RevisionIndex index : revisions) *response.add_revisions() = ToProto(index);
  return response;
}

absl::StatusOr<v1::GetRevisionResponse> RevisionSet::Get(Context& context,
                                                         RevisionIndex index) const {
  v1::GetRevisionResponse response;
  if (bundle_ == nullptr) {
    v1::GetRevisionRequest request;
    request.set_revision(graph().revision(index).id);
    BRANT_ASSIGN_OR_RETURN(AgentClient * agent, context.agent());
    return agent->GetRevision(context.migrations(), std::move(request));
  }
  *response.mutable_revision() = ToProto(index);
  response.set_text(graph().revision(index).text);
  return response;
}

}  // namespace brant
