#include "agent/service/schema_service.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/base/dialect_proto.h"
#include "agent/base/error.h"
#include "agent/migrate/state_tables.h"
#include "agent/schema/comparison.h"
#include "agent/schema/describe.h"
#include "agent/service/reply.h"

namespace brant {
namespace {

Selection ReadSelection(const Agent& agent, const v1::SchemaSelection& selection) {
  Selection result;
  result.schemas.assign(selection.schemas().begin(), selection.schemas().end());
  result.exclude.assign(selection.excludes().begin(), selection.excludes().end());
  const MigratorOptions& options = agent.options().migrator;
  result.own_tables = StateTableNames(options.version_table);
  if (!options.version_table_schema.empty()) {
    for (const std::string& name : StateTableNames(options.version_table)) {
      result.own_tables.push_back(absl::StrCat(options.version_table_schema, ".", name));
    }
  }
  return result;
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

}  // namespace brant
