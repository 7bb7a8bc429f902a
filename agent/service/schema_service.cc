#include "agent/service/schema_service.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/base/dialect_proto.h"
#include "agent/base/error.h"
#include "agent/migrate/cancel.h"
#include "agent/migrate/state_tables.h"
#include "agent/revisions/identifier.h"
#include "agent/schema/comparison.h"
#include "agent/schema/describe.h"
#include "agent/schema/lint/lint.h"
#include "agent/schema/verify.h"
#include "agent/service/queue_stream.h"
#include "agent/service/reply.h"

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

// As CancelToken::Cancel asks for: a statement that is just about to begin escapes.
void CancelUntilEnded(Agent& agent, const std::weak_ptr<CancelToken>& token) {
  constexpr absl::Duration kPause = absl::Milliseconds(100);
  const std::shared_ptr<CancelToken> live = token.lock();
  if (live == nullptr) return;
  live->Cancel(Error(v1::ERROR_REASON_CANCELLED, "the client is gone").Hint("call again"));
  agent.canceller().PostAfter(kPause, [&agent, token] { CancelUntilEnded(agent, token); });
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

// SQLite needs no server, whatever the setting that others share says.
absl::StatusOr<Database*> ScratchServer(Agent& agent) {
  Database* const scratch = agent.options().scratch;
  if (scratch == nullptr || agent.dialect() == Dialect::kSqlite) return &agent.database();
  if (scratch->dialect() == agent.dialect()) return scratch;
  return Error(v1::ERROR_REASON_INVALID_REQUEST,
               absl::StrCat("scratch-url names another kind of database than the agent's, ",
                            DialectName(agent.dialect())))
      .Hint("name a database of the same kind in scratch-url (BRANT_SCRATCH_URL)");
}

absl::Status Verify(Agent& agent, VerifyRequest request, const std::shared_ptr<CancelToken>& cancel,
                    QueueStream<v1::VerifyRevisionsResponse>& stream) {
  BRANT_ASSIGN_OR_RETURN(Database * server, ScratchServer(agent));
  agent.CancelAtEnd(cancel);
  return VerifyRevisions(*server, request, *cancel, [&stream](const Verification& done) {
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
  return Reply(context, agent_.schema_worker(), [this, request, response]() -> absl::Status {
    BRANT_ASSIGN_OR_RETURN(
        const Catalog catalog,
        ReadCatalog(agent_.database(), ReadSelection(agent_, request->selection())));
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
  return Reply(context, agent_.schema_worker(), [this, request, response]() -> absl::Status {
    ComparisonRequest comparison;
    comparison.selection = ReadSelection(agent_, request->selection());
    comparison.desired = request->desired();
    comparison.renames.assign(request->renames().begin(), request->renames().end());
    for (int dialect : request->dialects()) {
      if (auto known = FromProto(static_cast<v1::Dialect>(dialect))) {
        comparison.dialects.push_back(*known);
      }
    }
    BRANT_ASSIGN_OR_RETURN(Comparison result, CompareWithDesired(agent_.database(), comparison));
    for (v1::SchemaChange& change : result.changes) *response->add_changes() = std::move(change);
    for (const Rename& rename : result.suggested_renames) {
      *response->add_suggested_renames() = ToProto(rename);
    }
    for (v1::SchemaSection& section : result.sections) {
      *response->add_sections() = std::move(section);
    }
    response->mutable_data_losses()->Assign(result.data_losses.begin(), result.data_losses.end());
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* SchemaServiceImpl::LintRevisions(grpc::CallbackServerContext* context,
                                                           const v1::LintRevisionsRequest* request,
                                                           v1::LintRevisionsResponse* response) {
  return Reply(context, agent_.worker(),
               [this, request, response] { return Lint(agent_, *request, *response); });
}

grpc::ServerWriteReactor<v1::VerifyRevisionsResponse>* SchemaServiceImpl::VerifyRevisions(
    grpc::CallbackServerContext* context, const v1::VerifyRevisionsRequest* request) {
  auto cancel = std::make_shared<CancelToken>();
  auto* stream = new QueueStream<v1::VerifyRevisionsResponse>(
      [this, token = std::weak_ptr<CancelToken>(cancel)] {
        agent_.canceller().Post([this, token] { CancelUntilEnded(agent_, token); });
      });
  // What is applied is read where all such reads are; then it may take long.
  Turn::Post(agent_.worker(),
             [this, context, stream, cancel, request = *request](absl::Status status) {
               if (status.ok()) status = CheckCaller(*context);
               if (!status.ok()) return stream->Close(status);
               absl::StatusOr<VerifyRequest> verify = ReadRequest(agent_, request);
               if (!verify.ok()) return stream->Close(verify.status());
               Turn::Post(agent_.schema_worker(),
                          [this, context, stream, cancel, verify = *verify](absl::Status status) {
                            if (status.ok()) status = CheckCaller(*context);
                            if (status.ok()) status = Verify(agent_, verify, cancel, *stream);
                            stream->Close(status);
                          });
             });
  return stream;
}

}  // namespace brant
