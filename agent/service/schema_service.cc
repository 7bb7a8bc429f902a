#include "agent/service/schema_service.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "agent/base/error.h"
#include "agent/revisions/identifier.h"
#include "agent/schema/lint/lint.h"
#include "agent/service/dialect.h"
#include "agent/service/reply.h"

namespace brant {
namespace {

constexpr size_t kMaxRange = 1024;

absl::StatusOr<std::vector<RevisionIndex>> ResolveRange(const RevisionGraph& graph,
                                                        const std::string& range) {
  if (range.size() > kMaxRange) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST, "the range is longer than 1024 bytes")
        .Hint("name revisions by their ids or labels");
  }
  if (!range.empty() && !absl::StrContains(range, ':')) return ResolveRevisions(graph, range);
  return ResolveHistory(graph, range, {});
}

bool NamesCurrent(absl::string_view range) {
  for (absl::string_view end : absl::StrSplit(range, ':')) {
    end = absl::StripAsciiWhitespace(end);
    if (end == "current" || absl::StartsWith(end, "current+") ||
        absl::StartsWith(end, "current-")) {
      return true;
    }
  }
  return false;
}

absl::Status Lint(Agent& agent, const v1::LintRevisionsRequest& request,
                  v1::LintRevisionsResponse& response) {
  if (NamesCurrent(request.range())) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST,
                 "lint asks no database, so there is no 'current'")
        .Hint("name the revisions, as `brant history -r current:` lists them");
  }
  std::vector<Dialect> dialects;
  for (int number : request.dialects()) {
    const std::optional<Dialect> dialect = FromProto(static_cast<v1::Dialect>(number));
    if (!dialect.has_value()) {
      return Error(v1::ERROR_REASON_INVALID_REQUEST, "one of the dialects is not known")
          .Hint("leave out `dialects` for all that the files have sections for");
    }
    dialects.push_back(*dialect);
  }
  BRANT_ASSIGN_OR_RETURN(const std::shared_ptr<const Bundle> bundle,
                         agent.bundles().Get(request.bundle_digest()));
  BRANT_ASSIGN_OR_RETURN(const std::vector<RevisionIndex> revisions,
                         ResolveRange(bundle->graph, request.range()));
  for (v1::LintFinding& finding : Lint(*bundle, revisions, std::move(dialects))) {
    *response.add_findings() = std::move(finding);
  }
  response.set_revision_count(static_cast<int>(revisions.size()));
  return absl::OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* SchemaServiceImpl::LintRevisions(grpc::CallbackServerContext* context,
                                                           const v1::LintRevisionsRequest* request,
                                                           v1::LintRevisionsResponse* response) {
  return Reply(context, agent_.worker(),
               [this, request, response] { return Lint(agent_, *request, *response); });
}

}  // namespace brant
