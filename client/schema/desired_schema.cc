#include "client/schema/desired_schema.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/base/error.h"
#include "agent/database/url.h"
#include "client/connection/agent_client.h"
#include "client/schema/shell_command.h"
#include "client/schema/source_files.h"

namespace brant {
namespace {

constexpr absl::string_view kHint =
    "name one of --models FOLDER, --schema FILE, --schema-command COMMAND and --schema-url URL, "
    "or set it in brant.toml";

// What errors call the SQL that another database's schema is.
constexpr absl::string_view kOtherDatabase = "schema of the other database";

struct Source {
  absl::string_view setting;
  std::string value;
};

// "a, b and c", each as it is typed where it was given.
std::string ListOf(const std::vector<Source>& sources, absl::string_view dashes,
                   absl::string_view last) {
  std::string text;
  for (size_t i = 0; i < sources.size(); ++i) {
    if (i > 0) absl::StrAppend(&text, i + 1 < sources.size() ? ", " : last);
    absl::StrAppend(&text, dashes, sources[i].setting);
  }
  return text;
}

// The flags, or if there are none, the settings.
absl::StatusOr<Source> ChooseSource(const Context& context, const DesiredSchemaFlags& flags) {
  std::vector<Source> given;
  const std::pair<absl::string_view, const std::string*> all[] = {
      {"models", &flags.models},
      {"schema", &flags.schema},
      {"schema-command", &flags.command},
      {"schema-url", &flags.url},
  };
  for (const auto& [setting, flag] : all) {
    if (!flag->empty()) given.push_back({setting, *flag});
  }
  const bool by_flag = !given.empty();
  if (!by_flag) {
    for (const auto& [setting, flag] : all) {
      std::string value = context.settings().Text(setting);
      if (!value.empty()) given.push_back({setting, std::move(value)});
    }
  }
  if (given.size() == 1) return given[0];
  if (given.empty()) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST, "nothing says what the schema should be")
        .Hint(kHint);
  }
  return Error(v1::ERROR_REASON_INVALID_REQUEST,
               absl::StrCat("the schema is to come from several places: ", ListOf(given, "", ", ")))
      .Hint(by_flag ? absl::StrCat("give one of ", ListOf(given, "--", " and "))
                    : absl::StrCat("remove ", ListOf(given, "", " or "),
                                   " from brant.toml, so that one is left"));
}

absl::StatusOr<v1::Dialect> FindDialect(Context& context) {
  BRANT_ASSIGN_OR_RETURN(AgentClient * agent, context.agent());
  v1::InspectSchemaRequest request;
  request.mutable_selection()->add_excludes("*");
  request.set_missing_is_empty(true);
  BRANT_ASSIGN_OR_RETURN(const v1::InspectSchemaResponse response, agent->InspectSchema(request));
  return response.schema().dialect();
}

absl::StatusOr<std::string> SchemaOfDatabase(Context& context, const std::string& url) {
  // Its own agent would end with what is wrong with the URL.
  BRANT_RETURN_IF_ERROR(ParseDatabaseUrl(url).status());
  BRANT_ASSIGN_OR_RETURN(const v1::Dialect dialect, FindDialect(context));
  AgentProcessOptions process;
  process.database_url = url;
  process.version_table = context.settings().Text("version-table");
  process.version_table_schema = context.settings().Text("version-table-schema");
  BRANT_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, ConnectPrivate(process));
  AgentClientOptions options;
  options.retry_limit = absl::ZeroDuration();
  AgentClient agent(std::move(connection), options);
  v1::InspectSchemaRequest request;
  *request.mutable_selection() = ReadSelection(context);
  request.set_with_sql(true);
  request.set_dialect(dialect);
  BRANT_ASSIGN_OR_RETURN(v1::InspectSchemaResponse response, agent.InspectSchema(request));
  return std::move(*response.mutable_sql());
}

void AddSql(v1::DesiredSchema& desired, const std::string& name, std::string sql) {
  v1::SourceFile& file = *desired.add_sql_files();
  file.set_name(name);
  file.set_content(std::move(sql));
}

}  // namespace

void DesiredSchemaFlags::Declare(Flags& flags) {
  flags.Text("--models", "FOLDER", &models, "Protobuf files whose messages are the tables");
  flags.Text("--schema", "FILE", &schema, "SQL that makes the schema from nothing: file or folder");
  flags.Text("--schema-command", "COMMAND", &command, "A command that prints such SQL");
  flags.Text("--schema-url", "URL", &url, "Another database, whose schema it should be");
}

absl::StatusOr<v1::DesiredSchema> ReadDesiredSchema(Context& context,
                                                    const DesiredSchemaFlags& flags) {
  BRANT_ASSIGN_OR_RETURN(const Source source, ChooseSource(context, flags));
  v1::DesiredSchema desired;
  if (source.setting == "models") {
    BRANT_ASSIGN_OR_RETURN(*desired.mutable_model_files(), ReadSourceFiles(source.value, ".proto"));
  } else if (source.setting == "schema") {
    BRANT_ASSIGN_OR_RETURN(*desired.mutable_sql_files(), ReadSourceFiles(source.value, ".sql"));
  } else if (source.setting == "schema-command") {
    BRANT_ASSIGN_OR_RETURN(std::string sql, RunShellCommand(source.value));
    AddSql(desired, "output of the schema command", std::move(sql));
  } else {
    BRANT_ASSIGN_OR_RETURN(std::string sql, SchemaOfDatabase(context, source.value));
    AddSql(desired, std::string(kOtherDatabase), std::move(sql));
  }
  return desired;
}

absl::Status WithAdvice(absl::Status status) {
  const bool statement_failed = !ErrorDetail(status, "database_message").empty();
  if (!statement_failed || ErrorDetail(status, "file") != kOtherDatabase) return status;
  return WithDetail(std::move(status), "hint",
                    "the other database's schema needs what comparisons do not make, such as an "
                    "extension, a function or a domain: make it in this database first, or leave "
                    "the table out by 'exclude' in brant.toml");
}

v1::SchemaSelection ReadSelection(const Context& context) {
  v1::SchemaSelection selection;
  for (absl::string_view schema :
       absl::StrSplit(context.settings().Text("schemas"), ',', absl::SkipWhitespace())) {
    selection.add_schemas(std::string(absl::StripAsciiWhitespace(schema)));
  }
  for (absl::string_view pattern :
       absl::StrSplit(context.settings().Text("exclude"), ',', absl::SkipWhitespace())) {
    selection.add_excludes(std::string(absl::StripAsciiWhitespace(pattern)));
  }
  return selection;
}

}  // namespace brant
