#include "agent/service/schema_service.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/base/dialect_proto.h"
#include "agent/base/error.h"
#include "agent/migrate/cancel.h"
#include "agent/migrate/state_tables.h"
#include "agent/revisions/identifier.h"
#include "agent/schema/compare/comparison.h"
#include "agent/schema/describe.h"
#include "agent/schema/lint/lint.h"
#include "agent/schema/verify.h"
#include "agent/service/queue_stream.h"
#include "agent/service/schema_task.h"

namespace brant {
namespace {

Selection ReadSelection(const Agent& agent, const v1::SchemaSelection& selection) {
  Selection result;
  result.schemas.assign(selection.schemas().begin(), selection.schemas().end());
  result.exclude.assign(selection.excludes().begin(), selection.excludes().end());
  const MigratorOptions& options = agent.options().migrator;
  result.own_tables = StateTableNames(options.version_table);
  // Of a project that used Alembic before: no model of theirs has it either.
  result.own_tables.push_back("alembic_version");
  if (!options.version_table_schema.empty()) {
    for (const std::string& name : StateTableNames(options.version_table)) {
      result.own_tables.push_back(absl::StrCat(options.version_table_schema, ".", name));
    }
  }
  return result;
}

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

// As the API names them; one that is named twice counts once.
absl::StatusOr<std::vector<Dialect>> ReadDialects(
    const google::protobuf::RepeatedField<int>& numbers) {
  std::vector<Dialect> dialects;
  for (int number : numbers) {
    const std::optional<Dialect> dialect = FromProto(static_cast<v1::Dialect>(number));
    if (!dialect.has_value()) {
      return Error(v1::ERROR_REASON_INVALID_REQUEST, "one of the dialects is not known")
          .Hint("name those of brant/v1/revision.proto, or leave them out");
    }
    if (!absl::c_linear_search(dialects, *dialect)) dialects.push_back(*dialect);
  }
  return dialects;
}

absl::Status Lint(Agent& agent, const v1::LintRevisionsRequest& request,
                  v1::LintRevisionsResponse& response) {
  if (NamesCurrent(request.range())) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST,
                 "lint asks no database, so there is no 'current'")
        .Hint("name the revisions, as `brant history -r current:` lists them");
  }
  BRANT_ASSIGN_OR_RETURN(std::vector<Dialect> dialects, ReadDialects(request.dialects()));
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

absl::StatusOr<VerifyRequest> ReadRequest(Agent& agent, const v1::VerifyRevisionsRequest& request) {
  BRANT_ASSIGN_OR_RETURN(Agent::Revisions revisions,
                         agent.ReadRevisions(request.bundle_digest(), /*omit_database=*/false));
  VerifyRequest verify;
  BRANT_ASSIGN_OR_RETURN(
      verify.chosen, ChooseRevisions(revisions.bundle->graph, request.range(), revisions.applied));
  verify.bundle = std::move(revisions.bundle);
  verify.applied = std::move(revisions.applied);
  verify.selection = ReadSelection(agent, request.selection());
  return verify;
}

absl::StatusOr<ComparisonRequest> ReadRequest(Agent& agent,
                                              const v1::CompareSchemaRequest& request) {
  ComparisonRequest comparison;
  comparison.selection = ReadSelection(agent, request.selection());
  comparison.desired = request.desired();
  comparison.renames.assign(request.renames().begin(), request.renames().end());
  BRANT_ASSIGN_OR_RETURN(comparison.dialects, ReadDialects(request.dialects()));
  BRANT_RETURN_IF_ERROR(CheckDialects(agent.dialect(), comparison.dialects));
  const bool needs_revisions = absl::c_any_of(
      comparison.dialects, [&agent](Dialect dialect) { return dialect != agent.dialect(); });
  if (needs_revisions) {
    BRANT_ASSIGN_OR_RETURN(Agent::Revisions revisions,
                           agent.ReadRevisions(request.bundle_digest(), /*omit_database=*/false));
    comparison.bundle = std::move(revisions.bundle);
    comparison.applied = std::move(revisions.applied);
  }
  return comparison;
}

absl::Status Compare(Agent& agent, const ComparisonRequest& request, CancelToken& cancel,
                     v1::CompareSchemaResponse& response) {
  BRANT_ASSIGN_OR_RETURN(
      Comparison result,
      CompareWithDesired(agent.database(), *agent.options().scratch, request, cancel));
  for (v1::SchemaChange& change : result.changes) *response.add_changes() = std::move(change);
  for (const Rename& rename : result.suggested_renames) {
    *response.add_suggested_renames() = ToProto(rename);
  }
  for (v1::SchemaSection& section : result.sections) *response.add_sections() = std::move(section);
  response.mutable_data_losses()->Assign(result.data_losses.begin(), result.data_losses.end());
  response.mutable_reviews()->Assign(result.reviews.begin(), result.reviews.end());
  return absl::OkStatus();
}

absl::Status Verify(Agent& agent, const VerifyRequest& request, CancelToken& cancel,
                    QueueStream<v1::VerifyRevisionsResponse>& stream) {
  // Beside the database itself, where no other one is named for that.
  Database* const named = agent.options().scratch->For(agent.dialect());
  Database& server = named != nullptr ? *named : agent.database();
  return VerifyRevisions(server, request, cancel, [&stream](const Verification& done) {
    v1::VerifyRevisionsResponse response;
    *response.mutable_revision() = ToProto(*done.revision);
    response.set_irreversible(done.irreversible);
    response.mutable_differences()->Assign(done.differences.begin(), done.differences.end());
    response.mutable_second_upgrade_differences()->Assign(done.second_upgrade_differences.begin(),
                                                          done.second_upgrade_differences.end());
    stream.Push(std::move(response));
  });
}

}  // namespace

grpc::ServerUnaryReactor* SchemaServiceImpl::InspectSchema(grpc::CallbackServerContext* context,
                                                           const v1::InspectSchemaRequest* request,
                                                           v1::InspectSchemaResponse* response) {
  return ReplyTo(context, agent_.schema_tasks(),
                 [this, request, response](CancelToken& cancel) -> absl::Status {
                   BRANT_ASSIGN_OR_RETURN(
                       const Catalog catalog,
                       ReadCatalog(agent_.database(), ReadSelection(agent_, request->selection()),
                                   !request->missing_is_empty(), cancel));
                   *response->mutable_schema() = ToProto(catalog);
                   if (!request->with_sql()) return absl::OkStatus();
                   const Dialect dialect = FromProto(request->dialect()).value_or(agent_.dialect());
                   BRANT_ASSIGN_OR_RETURN(*response->mutable_sql(), SchemaAsSql(catalog, dialect));
                   return absl::OkStatus();
                 });
}

grpc::ServerUnaryReactor* SchemaServiceImpl::CompareSchema(grpc::CallbackServerContext* context,
                                                           const v1::CompareSchemaRequest* request,
                                                           v1::CompareSchemaResponse* response) {
  auto cancel = std::make_shared<CancelToken>();
  auto* call = new UnaryCall(agent_.schema_tasks(), cancel);
  InTwoParts<ComparisonRequest>(
      agent_, *context, cancel, [this, request] { return ReadRequest(agent_, *request); },
      [this, response](const ComparisonRequest& comparison, CancelToken& token) {
        return Compare(agent_, comparison, token, *response);
      },
      [call](const absl::Status& status) { call->Finish(ToGrpcStatus(status)); });
  return call;
}

grpc::ServerUnaryReactor* SchemaServiceImpl::LintRevisions(grpc::CallbackServerContext* context,
                                                           const v1::LintRevisionsRequest* request,
                                                           v1::LintRevisionsResponse* response) {
  return ReplyTo(context, agent_.schema_tasks(), [this, request, response](CancelToken&) {
    return Lint(agent_, *request, *response);
  });
}

grpc::ServerWriteReactor<v1::VerifyRevisionsResponse>* SchemaServiceImpl::VerifyRevisions(
    grpc::CallbackServerContext* context, const v1::VerifyRevisionsRequest* request) {
  auto cancel = std::make_shared<CancelToken>();
  auto* stream = new QueueStream<v1::VerifyRevisionsResponse>(
      [this, task = std::weak_ptr<CancelToken>(cancel)] {
        agent_.schema_tasks().Cancel(task, CallerIsGone());
      });
  InTwoParts<VerifyRequest>(
      agent_, *context, cancel, [this, request = *request] { return ReadRequest(agent_, request); },
      [this, stream](const VerifyRequest& verify, CancelToken& token) {
        return Verify(agent_, verify, token, *stream);
      },
      [stream](const absl::Status& status) { stream->Close(status); });
  return stream;
}

}  // namespace brant
